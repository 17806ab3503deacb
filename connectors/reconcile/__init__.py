"""Do both sides agree? Both are read anew; our own rows only explain what differs."""
