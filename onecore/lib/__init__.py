"""Small, general parts without tables. `scope` and `doorbell` alone know Django."""
