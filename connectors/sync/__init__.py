"""The engine: pull, prepare, hold, post, settle. Every source document has one effect, or stands in plain sight."""
