"""Now, in one place, so that everything else can be told the time."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo


def utcnow() -> datetime:
    """This moment, aware, in UTC."""
    return datetime.now(UTC)


def local_date(moment: datetime, zone: str) -> date:
    """The calendar date of an aware moment in a remote company's time zone."""
    return moment.astimezone(ZoneInfo(zone)).date()


def parse_moment(text: str) -> datetime:
    """An ISO 8601 date-time as aware UTC; text without a zone is taken as UTC. Raises ValueError."""
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
