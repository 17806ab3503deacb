"""Give addresses to senders, tell a true sender from a forger, and store what a true one says, once."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q

from audit.events import WEBHOOK_CHANGED, WEBHOOK_CREATED, WEBHOOK_REFUSED, WEBHOOK_SECRET_ROTATED
from audit.record import record
from connectors.webhooks.models import Hook, Receipt
from onecore.lib.text import shorten

SYSTEMS = ("procore",)
"""Who can post to us. Each has its proof in `senders`."""
PREVIOUS_SECRET_LASTS = timedelta(hours=24)
"""Long enough for a person to enter the new secret, and for deliveries already queued at the sender (Procore: 12 h)."""
AUDIT_REFUSALS_EVERY = timedelta(minutes=1)
_ADDRESS = re.compile(r"[A-Za-z0-9_-]{20,64}")


class NoWebhooks(ValueError):
    """The connection's system does not post to us."""


class Malformed(ValueError):
    """The body is not the JSON of a delivery."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """A readable body and the id that tells its duplicates."""

    body: str
    event_id: str
    event_digest: str


# --- addresses -----------------------------------------------------------------------------------------------------
def create_hook(connection: Any, *, actor: str = "system") -> tuple[Hook, str]:
    """A new address for a connection, and the value of the Authorization header its sender must send.

    The secret is shown this once and kept nowhere.
    """
    if connection.system not in SYSTEMS:
        raise NoWebhooks(f"{connection} is a {connection.system} connection; only these systems post to OneCore: {', '.join(SYSTEMS)}.")
    secret = _new_secret()
    with transaction.atomic():
        hook = Hook.everywhere.create(
            tenant_id=connection.tenant_id,
            connection=connection,
            system=connection.system,
            opaque_id=secrets.token_urlsafe(24),
            secret_digest=secret_digest(secret),
        )
        record(WEBHOOK_CREATED, tenant_id=hook.tenant_id, actor=actor, subject=str(connection), subject_id=str(hook.pk))
    return hook, secret


def rotate_secret(hook: Hook, *, now: datetime, actor: str = "system", keep_previous: bool = True) -> str:
    """A new secret, shown this once. The one before it is good for a day more, or for nothing if it leaked."""
    secret = _new_secret()
    with transaction.atomic():
        kept = Hook.everywhere.select_for_update().get(pk=hook.pk)
        hook.previous_digest = kept.secret_digest if keep_previous else ""
        hook.previous_until = now + PREVIOUS_SECRET_LASTS if keep_previous else None
        hook.secret_digest = secret_digest(secret)
        hook.save(update_fields=["secret_digest", "previous_digest", "previous_until"])
        record(
            WEBHOOK_SECRET_ROTATED,
            tenant_id=hook.tenant_id,
            actor=actor,
            subject=str(hook.connection),
            subject_id=str(hook.pk),
            data={"previous_good_until": hook.previous_until},
        )
    return secret


def switch(hook: Hook, *, active: bool, actor: str) -> None:
    """Switch an address on or off."""
    with transaction.atomic():
        hook.active = active
        hook.save(update_fields=["active"])
        data = {"active": active}
        record(WEBHOOK_CHANGED, tenant_id=hook.tenant_id, actor=actor, subject=str(hook.connection), subject_id=str(hook.pk), data=data)


def find_hook(system: str, opaque_id: str) -> Hook | None:
    """The hook behind an address, one query; None for anything unknown or switched off."""
    if not _ADDRESS.fullmatch(opaque_id):
        return None  # not even asked: a database may choke on what cannot be an address
    return Hook.everywhere.filter(opaque_id=opaque_id, system=system, active=True).first()


# --- true or forged -------------------------------------------------------------------------------------------------
def is_true(hook: Hook, given: str, *, now: datetime) -> bool:
    """Does the header's value prove the sender? Digests are compared, in constant time, always both of them."""
    digest = secret_digest(given)
    current = hmac.compare_digest(digest, hook.secret_digest)
    previous = hmac.compare_digest(digest, hook.previous_digest or "-" * 64)
    return current or (previous and hook.previous_until is not None and now < hook.previous_until)


def refuse(hook: Hook, *, reason: str, now: datetime) -> None:
    """Count a forgery. The trail tells of it at most once a minute per hook, with the count."""
    mine = Hook.everywhere.filter(pk=hook.pk)
    counted = {"refused": F("refused") + 1, "last_refused_at": now}
    with transaction.atomic():
        quiet_since = Q(refusal_audited_at=None) | Q(refusal_audited_at__lte=now - AUDIT_REFUSALS_EVERY)
        if mine.filter(quiet_since).update(**counted, refusal_audited_at=now):
            data = {"reason": reason, "refused_before": hook.refused, "system": hook.system}
            record(WEBHOOK_REFUSED, tenant_id=hook.tenant_id, subject=str(hook), subject_id=str(hook.pk), data=data, at=now)
        else:
            mine.update(**counted)


def count_malformed(hook: Hook) -> None:
    """Count a body nobody can read. It is stored nowhere."""
    Hook.everywhere.filter(pk=hook.pk).update(malformed=F("malformed") + 1)


# --- storing --------------------------------------------------------------------------------------------------------
def read_delivery(raw: bytes) -> Delivery:
    """What came, and the sender's id of it: `ulid` or `id` at the top, else a digest of the bytes. Raises Malformed."""
    try:
        body = raw.decode("utf-8")
        content = json.loads(body.removeprefix("\ufeff"))
    except (ValueError, RecursionError):
        raise Malformed("the body is not JSON in UTF-8") from None
    if not isinstance(content, dict | list) or not content:
        raise Malformed("the body is JSON, but says nothing")
    given = _given_id(content)
    event_id = given or hashlib.sha256(raw).hexdigest()
    return Delivery(body, shorten(event_id.replace("\0", ""), 100), hashlib.sha256(event_id.encode("utf-8", "surrogatepass")).hexdigest())


def store(hook: Hook, delivery: Delivery, *, now: datetime) -> None:
    """One row, by one statement. The same event again changes nothing."""
    receipt = Receipt(
        tenant_id=hook.tenant_id,
        hook_id=hook.pk,
        connection_id=hook.connection_id,
        event_id=delivery.event_id,
        event_digest=delivery.event_digest,
        body=delivery.body,
        received_at=now,
        due_at=now,
    )
    Receipt.everywhere.bulk_create([receipt], ignore_conflicts=True)


def secret_digest(secret: str) -> str:
    """What is kept of a secret."""
    return hashlib.sha256(b"onecore webhook secret" + secret.encode("utf-8", "surrogateescape")).hexdigest()


def _given_id(content: Any) -> str:
    for name in ("ulid", "id"):
        value = content.get(name) if isinstance(content, dict) else None
        if isinstance(value, str | int) and not isinstance(value, bool) and str(value).strip():
            return str(value)
    return ""


def _new_secret() -> str:
    return f"Bearer {secrets.token_urlsafe(32)}"
