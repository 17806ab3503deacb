"""The demo: real processes, real HTTP, a pretend Procore and a pretend Sage Intacct, and the main job run on them."""
