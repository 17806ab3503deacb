"""The sandbox's own time: real UTC plus what the control API has advanced."""

from datetime import UTC, datetime, timedelta

from connectors.sandbox.state import State

OFFSET_KEY = "clock_offset_s"


class Clock:
    def __init__(self, state: State) -> None:
        self._state = state
        self._offset_s = float(state.meta(OFFSET_KEY) or 0)

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self._offset_s)

    def stamp(self) -> float:
        return self.now().timestamp()

    def advance(self, seconds: float) -> None:
        self._offset_s += seconds
        self._state.set_meta(OFFSET_KEY, self._offset_s)

    def reload(self) -> None:
        self._offset_s = float(self._state.meta(OFFSET_KEY) or 0)


def iso(moment: datetime) -> str:
    """Procore writes whole seconds with a Z."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def parse_iso(text: str) -> datetime:
    moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
