"""Speed and memory, as ratios measured in one run on this machine. `make bench` prints them; no test asserts a time."""
