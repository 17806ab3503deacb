"""Ears: verify what a sender says, store one row, answer. Nothing more; workers look at the inbox every second."""
