"""Tables of the docs that are made from the code. `python -m tests.house.docs_tables` writes them; a test compares them.

A table stands between `<!-- table: NAME -->` and `<!-- end -->`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_PLACE = re.compile(r"(<!-- table: ([a-z_]+) -->\n)(.*?)(<!-- end -->)", re.DOTALL)
_POLICY_HIDDEN = {"id", "tenant", "integration", "changed_at"}


NOT_ACTING: tuple[str, ...] = ()
"""Fields of the policy that can be set and are not acted on yet; the table says so, and a test fails once the engine knows them."""


def documents() -> list[Path]:
    """Every Markdown file of the repository that people read."""
    files = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "connectors").rglob("*.md")]
    return sorted(files)


def in_place(text: str) -> str:
    """The text with each of its tables as the code has it now."""
    return _PLACE.sub(lambda found: f"{found[1]}{TABLES[found[2]]()}\n{found[4]}", text)


def names_in(text: str) -> list[str]:
    return [found[2] for found in _PLACE.finditer(text)]


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in line) + " |" for line in lines)


def _ticks(values: Iterable[str]) -> str:
    return ", ".join(f"`{value}`" for value in values) or "–"


def _capabilities() -> str:
    from connectors import catalog

    all_of_them = catalog.all_connectors()
    rows: list[list[str]] = [
        ["role", *(each.role.value for each in all_of_them)],
        ["signs in with", *(_ticks(way.value for way in each.signs_in_with) for each in all_of_them)],
        ["reads records", *(_ticks(sorted(each.capabilities.records)) for each in all_of_them)],
        ["reads lists", *(_ticks(sorted(each.capabilities.references)) for each in all_of_them)],
        ["books", *(_booked(each.capabilities.drafts) for each in all_of_them)],
        ["a line carries", *(_ticks(sorted(each.capabilities.dimensions)) for each in all_of_them)],
        ["bills can be drafts", *(_yes(each.capabilities.bills_have_drafts) for each in all_of_them)],
        ["GL date beside the bill date", *(_yes(each.capabilities.gl_date_apart) for each in all_of_them)],
        ["announces changes of", *(_ticks(sorted(each.capabilities.webhooks)) for each in all_of_them)],
        ["documents a request", *(str(each.capabilities.max_batch) if each.capabilities.drafts else "–" for each in all_of_them)],
        [
            "a lost write may appear within",
            *(f"{each.capabilities.verify_window_s:.0f} s" if each.capabilities.drafts else "–" for each in all_of_them),
        ],
        ["calls allowed", *(_windows(each.rate) for each in all_of_them)],
        ["not here", *(" ".join(f"`{name}`: {why}" for name, why in each.capabilities.not_here.items()) or "–" for each in all_of_them)],
    ]
    return _table(["", *(f"{each.label} (`{each.key}`)" for each in all_of_them)], rows)


def _booked(drafts: dict[str, frozenset[object]]) -> str:
    return "; ".join(f"`{kind}`: {', '.join(sorted(str(operation) for operation in operations))}" for kind, operations in drafts.items()) or "–"


def _yes(value: bool) -> str:
    return "yes" if value else "–"


def _windows(rate: object) -> str:
    windows = [f"{window.calls} in {window.seconds:.0f} s ({window.scope})" for window in rate.windows]  # type: ignore[attr-defined]
    return ", ".join([*windows, f"{rate.concurrent} at once"])  # type: ignore[attr-defined]


def _holds() -> str:
    from connectors.sync.reasons import REASONS

    rows = [
        [f"`{each.key}`", each.title, each.who, each.place, "by itself once it is fixed" if each.replays else "after a person's decision"]
        for each in REASONS.values()
    ]
    return _table(["reason", "title", "who can fix it", "the link leads to", "goes on"], rows)


def _events() -> str:
    from audit.events import EVENTS

    return _table(["event", "sentence"], [[f"`{event.name}`", event.sentence.replace("[[", "").replace("]]", "")] for event in EVENTS.values()])


def _policy() -> str:
    from connectors.connections.models import Policy

    rows = []
    for field in Policy._meta.concrete_fields:
        if field.name in _POLICY_HIDDEN:
            continue
        words = [f"`{key}`: {label}" for key, label in field.choices or ()]
        values = "<br>".join(words) or ("an account number of the ledger" if field.is_relation else "a value")
        default = "" if field.is_relation or field.get_default() in ("", None) else f"`{field.get_default()}`"
        rows.append([f"`{field.name}`", str(field.help_text) + (" *(not acted on yet)*" if field.name in NOT_ACTING else ""), values, default])
    return _table(["field", "what it decides", "values", "default"], rows)


def _roles() -> str:
    from onecore.tenants.roles import ACTS, ROLE_ACTS, Role

    rows = [[f"`{role}`", *("yes" if act in ROLE_ACTS[role] else "–" for act in ACTS)] for role in Role.values]
    return _table(["role", *(f"`{act}`: {words}" for act, words in ACTS.items())], rows)


def _config() -> str:
    from connectors import catalog

    rows = [
        [f"`{each.key}`", f"`{field.name}`", "secrets" if field.secret else "config", "yes" if field.required else "no", field.help]
        for each in catalog.all_connectors()
        for field in each.config
    ]
    return _table(["system", "name", "stands under", "required", "what it is"], rows)


def _weather() -> str:
    from connectors.sandbox.weather import EFFECTS

    return _ticks(sorted(EFFECTS))


def _states() -> str:
    from connectors.sync.states import MOVES, PostingState

    rows = [[f"`{state}`", PostingState(state).label, _ticks(sorted(MOVES[state]))] for state in PostingState.values]
    return _table(["state", "means", "may become"], rows)


TABLES: dict[str, Callable[[], str]] = {
    "capabilities": _capabilities,
    "holds": _holds,
    "events": _events,
    "policy": _policy,
    "roles": _roles,
    "config": _config,
    "weather": _weather,
    "states": _states,
}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "onecore.settings")
    import django

    django.setup()
    for path in documents():
        text = path.read_text(encoding="utf-8")
        if (new := in_place(text)) != text:
            path.write_text(new, encoding="utf-8")


if __name__ == "__main__":
    main()
