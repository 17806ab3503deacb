"""Schema of tenants and memberships."""
