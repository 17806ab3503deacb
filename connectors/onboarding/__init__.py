"""From nothing to live: provisioning from a file, and the demo that proves the whole way."""
