"""The worlds that can be loaded: seeded, deterministic data for both pretend systems."""
