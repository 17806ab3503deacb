"""Admin pages of connections, integrations and the call journal."""

from . import call, connection, integration

__all__ = ["call", "connection", "integration"]
