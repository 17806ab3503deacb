"""Recipes: how one kind of record becomes a Draft. Pure: no clock, no database, no network."""
