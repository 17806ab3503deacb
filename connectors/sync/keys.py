"""Idempotency keys and tokens: deterministic, made of what is posted, never of who posts it or when."""

from __future__ import annotations

from onecore.lib.digest import digest, short_token


def posting_key(*, tenant_id: int, integration_id: int, flow: str, source_id: str, version: int, operation: str, revision: int) -> str:
    """64 hex digits for one version and operation of one document. `revision` counts earlier drafts of the same version
    that surely never reached the books, so that a corrected draft is not mistaken for the refused one."""
    return digest(["posting", tenant_id, integration_id, flow, source_id, version, operation, revision])


def document_token(*, tenant_id: int, integration_id: int, flow: str, source_id: str) -> str:
    """Names the Document in the ledger, the same for all its versions: `OC-` and twelve letters."""
    return f"OC-{short_token(['document', tenant_id, integration_id, flow, source_id])}"


def batch_control(keys: list[str]) -> str:
    """Names one stored request to the remote; it follows from its members, in order."""
    return digest(["batch", *keys])
