"""Whose data, and who may: tenants, memberships, roles, sign-in."""
