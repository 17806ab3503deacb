"""Rows of connections: links, their secrets, what they are joined to, and what calling them costs."""

from .budget import Budget, Slot
from .call import Call
from .connection import Connection
from .credential import Credential, SignInAttempt
from .integration import Integration, NoSuchIntegration
from .policy import Policy

__all__ = ["Budget", "Call", "Connection", "Credential", "Integration", "NoSuchIntegration", "Policy", "SignInAttempt", "Slot"]
