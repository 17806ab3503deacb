"""Five ways to fail, named for what happens next. Adapters translate every remote answer into one of them.

Only `connectors.sync.pull` and `connectors.sync.post` catch them; an adapter translates and never swallows.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any


class Code(StrEnum):
    """Why a remote refused or a draft does not fit: the part of an error a Hold is chosen by."""

    ACCOUNT_IS_BANK = "account_is_bank"
    ACCOUNT_UNUSABLE = "account_unusable"  # inactive, header, wrong type, unknown
    AMOUNT_UNUSABLE = "amount_unusable"
    DIMENSION_MISSING = "dimension_missing"
    DUPLICATE_NUMBER = "duplicate_number"
    ALREADY_DONE = "already_done"  # the remote's own idempotency guard knows this key
    NAME_EXISTS = "name_exists"
    PAID_CANNOT_CHANGE = "paid_cannot_change"
    PERIOD_CLOSED = "period_closed"
    PERMISSION_MISSING = "permission_missing"
    REFERENCE_UNKNOWN = "reference_unknown"
    SUBSCRIPTION_MISSING = "subscription_missing"
    TOO_LONG = "too_long"
    VENDOR_UNUSABLE = "vendor_unusable"  # inactive, on hold, unknown
    CURRENCY_UNKNOWN = "currency_unknown"
    NOT_FOUND = "not_found"
    UNSPECIFIED = "unspecified"


@dataclass
class ConnectorError(Exception):
    """What every failure carries. `message` is a sentence for people; secrets never appear in it.

    `request_id` is the remote's own id of the call, `remote_code` its own error number.
    """

    message: str
    request_id: str = ""
    remote_code: str = ""
    details: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.message


@dataclass
class TryLater(ConnectorError):
    """Transient, and surely nothing was stored: throttled, unreachable, or a read that broke.

    `after_s` is the remote's own advice in seconds, None where it gave none. `pauses_connection`: every call of
    the connection must wait, not only this one.
    """

    after_s: float | None = None
    pauses_connection: bool = False


@dataclass
class Refused(ConnectorError):
    """The remote understood and said no. Nothing was stored."""

    code: Code = Code.UNSPECIFIED
    field_name: str = ""  # which of our fields it is about, e.g. "lines[2].account"
    first_open: date | None = None  # with PERIOD_CLOSED: the first date the remote would take, where it says so


@dataclass
class Misfit(ConnectorError):
    """Our draft or setting does not fit, seen before anything was sent (too long, currency unknown, ...)."""

    code: Code = Code.UNSPECIFIED
    field_name: str = ""


@dataclass
class SignInAgain(ConnectorError):
    """Credentials are spent, revoked or wrong. The connection stops until a person signs in; nothing was stored."""


@dataclass
class Uncertain(ConnectorError):
    """The answer was lost or cannot be read: the write may have happened. Look before doing it again."""
