"""The outside systems, and the work that runs through them."""
