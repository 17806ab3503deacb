"""The working day: the first page, where what is held meets the money behind it."""
