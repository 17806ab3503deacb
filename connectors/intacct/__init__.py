"""Sage Intacct through its XML gateway: a ledger."""
