"""Tenants, people, connections, integrations, mappings and flows from one file. Idempotent: the file says how it shall be."""

from .apply import Provisioned, provision
from .plan import Plan, read_plan

__all__ = ["Plan", "Provisioned", "provision", "read_plan"]
