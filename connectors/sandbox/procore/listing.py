"""Collections: documented filters only, pages with Link, Total and Per-Page headers."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode

from connectors.sandbox.clock import iso, parse_iso
from connectors.sandbox.messages import Response, json_response
from connectors.sandbox.procore.asking import Call, Refusal
from connectors.sandbox.state import Body

Render = Callable[[Body], Any]
DATE_LENGTH = len("2026-01-01")


def filters(call: Call, *, known: Iterable[str]) -> dict[str, list[str]]:
    """filters[name]=v and filters[name][]=v; a name that is not documented is refused."""
    documented = set(known)
    found: dict[str, list[str]] = {}
    for key, value in call.request.query:
        if not key.startswith("filters["):
            if key.startswith("filter["):
                raise Refusal(400, f"Unknown parameter {key}; filters are written filters[name]")
            continue
        name = key.removeprefix("filters[").split("]", 1)[0]
        if name not in documented:
            raise Refusal(400, f"Unknown filter: {name}", fields={name: ["is not a permitted filter"]})
        found.setdefault(name, []).extend(_values(value))
    return found


def _values(text: str) -> list[str]:
    if text.startswith("[") and text.endswith("]"):
        text = text[1:-1]
        return [part.strip().strip('"') for part in text.split(",") if part.strip()]
    return [text]


def moments(values: list[str] | None) -> tuple[str, str] | None:
    """`a...b`, quoted or not, dates without time allowed; both ends belong to the range."""
    if not values:
        return None
    text = values[-1].strip().strip('"')
    parts = [part.strip().strip('"') for part in text.split("...")]
    if len(parts) != 2 or ".." in text.replace("...", ""):
        raise Refusal(400, f"Invalid date range {text!r}: write start...end with three dots")
    return _moment(parts[0], end=False), _moment(parts[1], end=True)


def _moment(text: str, *, end: bool) -> str:
    try:
        moment = parse_iso(text)
    except ValueError as error:
        raise Refusal(400, f"Invalid date {text!r}: write ISO-8601") from error
    if end and len(text) == DATE_LENGTH:
        moment += timedelta(days=1) - timedelta(seconds=1)
    return iso(moment)


def integers(values: list[str] | None, *, name: str) -> set[int] | None:
    if values is None:
        return None
    try:
        return {int(part) for value in values for part in value.split(",") if part}
    except ValueError as error:
        raise Refusal(400, f"filters[{name}] must hold ids") from error


def in_range(body: Body, name: str, bounds: tuple[str, str] | None) -> bool:
    return bounds is None or bounds[0] <= str(body.get(name) or "") <= bounds[1]


def page_of(call: Call, *, default: int, maximum: int) -> tuple[int, int]:
    def read(name: str, fallback: int) -> int:
        text = call.request.one(name)
        if text is None or text == "":
            return fallback
        if not text.isdigit() or int(text) < 1:
            raise Refusal(400, f"{name} must be a positive integer")
        return int(text)

    return read("page", 1), min(read("per_page", default), maximum)


def paged(call: Call, rows: list[Body], render: Render, *, default: int = 100, maximum: int = 1000, envelope: bool = False) -> Response:
    page, per_page = page_of(call, default=default, maximum=maximum)
    total = len(rows)
    last = max(1, -(-total // per_page))
    chosen = rows[(page - 1) * per_page : page * per_page]
    value: Any = [render(row) for row in chosen]
    headers = {"Total": str(total), "Per-Page": str(per_page)}
    links = _links(call, page=page, per_page=per_page, last=last)
    if links:
        headers["Link"] = links
    return json_response({"data": value} if envelope else value, headers=headers)


def _links(call: Call, *, page: int, per_page: int, last: int) -> str:
    wanted = {}
    if page > 1:
        wanted["first"], wanted["prev"] = 1, min(page - 1, last)
    if page < last:
        wanted["next"], wanted["last"] = page + 1, last
    others = [(key, value) for key, value in call.request.query if key not in ("page", "per_page")]
    address = call.town.address + quote(call.request.path)
    return ", ".join(f'<{address}?{urlencode([*others, ("page", number), ("per_page", per_page)])}>; rel="{rel}"' for rel, number in wanted.items())


def sorted_rows(call: Call, rows: list[Body], *, allowed: Iterable[str]) -> list[Body]:
    names = [name for name in (call.request.one("sort") or "").split(",") if name]
    for name in reversed(names):
        plain = name.removeprefix("-")
        if plain not in allowed:
            raise Refusal(400, f"Unknown sort: {plain}")
        rows = sorted(rows, key=lambda row: str(row.get(plain) or ""), reverse=name.startswith("-"))
    return rows


def today(call: Call) -> datetime:
    return call.town.clock.now()
