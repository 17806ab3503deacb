"""The core: whose data, who may, the common ground. Knows nothing of what stands above it."""
