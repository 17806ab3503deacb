"""Procore: client, translation, source, webhooks."""
