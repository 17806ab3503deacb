"""The REST frame."""
