"""The kit: the door, its arithmetic, its readers."""
