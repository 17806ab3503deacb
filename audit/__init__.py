"""What happened: an append-only, hash-chained, keyed trail for each tenant, and the proof that nobody changed it."""
