"""Small, general parts without tables. `scope`, `doorbell`, `bulk` and `command` alone know Django."""
