"""A tenant's links to remote companies, and the only place where adapters meet the database."""
