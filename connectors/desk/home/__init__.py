"""The first page is the work to do."""
