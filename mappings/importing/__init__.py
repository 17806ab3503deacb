"""Spreadsheets in and out: one sheet a kind, natural keys, preview before apply, bounded against hostile files."""
