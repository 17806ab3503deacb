"""The pretend Sage Intacct: the XML gateway, its sessions and functions, and the books behind it."""
