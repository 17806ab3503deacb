"""What the mapping grid shows: one page of rows with their targets, in a fixed number of queries. Templates compute nothing."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, F, Q, QuerySet

from mappings.counts import unmapped
from mappings.kinds import COST_CODE, MappingKind, TargetField
from mappings.models import Reference
from mappings.models.reference import label_of
from onecore.lib.text import folded

ROWS_A_PAGE = 50
STATES = (("unmapped", "Unmapped"), ("mapped", "Mapped"), ("all", "All"))
_SHOWN = ("code", "name", "remote_id")
_USABLE = ("active", "selectable", "why_not", "vanished_at")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person asked for in the address line."""

    state: str = "all"
    project: str = ""
    text: str = ""
    page: int = 1
    focus: int | None = None

    @classmethod
    def read(cls, values: Any) -> Asked:
        """From a query string; anything unusable falls back to its default."""
        state = values.get("state", "all")
        return cls(
            state=state if state in dict(STATES) else "all",
            project=values.get("project", "")[:255],
            text=values.get("q", "")[:200],
            page=_whole(values.get("page")) or 1,
            focus=_whole(values.get("focus")),
        )

    def query(self, integration_id: int, **changes: Any) -> str:
        """The same page with something else asked for, as a query string."""
        other = replace(self, focus=None, **changes)
        parts = {"integration": integration_id, "state": other.state, "project": other.project, "q": other.text, "page": other.page}
        return "?" + urlencode({key: value for key, value in parts.items() if value not in ("", None) and (key, value) not in _DEFAULTS})


_DEFAULTS = {("state", "all"), ("page", 1)}


@dataclass(frozen=True, slots=True)
class Cell:
    """One target of a row: what the input shows, and what is wrong with it now."""

    field: str
    label: str
    reference: int | None
    code: str
    name: str
    fault: str


@dataclass(frozen=True, slots=True)
class Row:
    """One mapping."""

    id: int
    code: str
    name: str
    project: str
    cost_type: str
    own: bool
    mapped: bool
    cells: tuple[Cell, ...]
    told: str


@dataclass(frozen=True, slots=True)
class Grid:
    """One page of the grid with everything around it."""

    kind: MappingKind
    asked: Asked
    integration: Any
    columns: tuple[TargetField, ...]
    rows: tuple[Row, ...] = ()
    counts: dict[str, int] = field(default_factory=dict)
    projects: tuple[tuple[str, str], ...] = ()
    cost_types: tuple[tuple[str, str], ...] = ()
    pages: int = 1

    @property
    def states(self) -> list[tuple[str, str, int, str]]:
        """Filter, label, number, address."""
        return [(key, label, self.counts.get(key, 0), self.asked.query(self.integration.pk, state=key, page=1)) for key, label in STATES]

    @property
    def earlier(self) -> str:
        return self.asked.query(self.integration.pk, page=self.asked.page - 1) if self.asked.page > 1 else ""

    @property
    def later(self) -> str:
        return self.asked.query(self.integration.pk, page=self.asked.page + 1) if self.asked.page < self.pages else ""

    @property
    def with_projects(self) -> bool:
        return self.kind is COST_CODE


def read_grid(kind: MappingKind, integration: Any, asked: Asked) -> Grid:
    """The page asked for. `focus` wins over filters: it finds the page its row stands on."""
    every = kind.model.everywhere.filter(integration_id=integration.pk, tenant_id=integration.tenant_id)
    if asked.focus is not None:
        asked = replace(asked, state="all", project="", text="", page=_page_of(every, kind, asked.focus))
    found = every.filter(_filter(asked))
    open_rows = unmapped(kind)
    totals = found.aggregate(all=Count("pk"), unmapped=Count("pk", filter=open_rows))
    counts = {**totals, "mapped": totals["all"] - totals["unmapped"]}
    shown = {"unmapped": found.filter(open_rows), "mapped": found.exclude(open_rows)}.get(asked.state, found)
    pages = max(1, -(-counts[asked.state] // ROWS_A_PAGE))
    asked = replace(asked, page=min(max(1, asked.page), pages))
    lists = _source_lists(integration) if kind is COST_CODE else {"project": {}, "cost_type": {}}
    projects = lists["project"]
    columns = _columns(kind, integration)
    start = (asked.page - 1) * ROWS_A_PAGE
    values = _ordered(shown, kind).values(*_wanted(kind, columns))[start : start + ROWS_A_PAGE]
    rows = tuple(_row(kind, columns, value, projects) for value in values)
    return Grid(kind, asked, integration, columns, rows, counts, _choices(projects), _choices(lists["cost_type"]), pages)


def read_row(kind: MappingKind, integration: Any, mapping_id: int) -> Row | None:
    """One row anew, after it was changed."""
    rows = kind.model.everywhere.filter(integration_id=integration.pk, tenant_id=integration.tenant_id, pk=mapping_id)
    value = rows.values(*_wanted(kind, kind.targets)).first()
    return _row(kind, kind.targets, value, {}) if value else None


def _filter(asked: Asked) -> Q:
    where = Q()
    for word in folded(asked.text).split():
        where &= Q(source__search_text__contains=word) | Q(source__remote_id=word)
    if asked.project == "-":
        where &= Q(source__parent="")
    elif asked.project:
        where &= Q(source__parent=asked.project)
    return where


def _ordered(rows: QuerySet[Any], kind: MappingKind) -> QuerySet[Any]:
    by_type = [F("cost_type__code").asc(nulls_first=True)] if kind is COST_CODE else []
    return rows.order_by("source__code", "source__name", "source__parent", *by_type, "pk")


def _page_of(rows: QuerySet[Any], kind: MappingKind, focus: int) -> int:
    source = rows.filter(pk=focus).values("source__code", "source__name").first()
    if source is None:
        return 1
    code, name = source["source__code"], source["source__name"]
    before = rows.filter(Q(source__code__lt=code) | Q(source__code=code, source__name__lt=name)).count()
    alike = list(_ordered(rows.filter(source__code=code, source__name=name), kind).values_list("pk", flat=True))
    return (before + alike.index(focus)) // ROWS_A_PAGE + 1


def _source_lists(integration: Any) -> dict[str, dict[str, str]]:
    """Projects and cost types, id -> label, to choose from and to name rows by."""
    rows = Reference.everywhere.filter(connection_id=integration.source_id, kind__in=("project", "cost_type"))
    lists: dict[str, dict[str, str]] = {"project": {}, "cost_type": {}}
    for kind, remote_id, code, name in rows.values_list("kind", "remote_id", "code", "name"):
        lists[kind][remote_id] = label_of(code, name, remote_id)
    return lists


def _choices(labels: dict[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(labels.items(), key=lambda item: item[1]))


def _columns(kind: MappingKind, integration: Any) -> tuple[TargetField, ...]:
    """Targets this ledger has a list for; the deciding ones always, so that an empty list is noticed."""
    lists = Reference.everywhere.filter(connection_id=integration.ledger_id, kind__in=[target.kind for target in kind.targets])
    present = set(lists.order_by().values_list("kind", flat=True).distinct())
    return tuple(target for target in kind.targets if target.kind in present or target.name == kind.deciding[0])


def _wanted(kind: MappingKind, columns: tuple[TargetField, ...]) -> list[str]:
    names = ["id", "set_by", "how", "set_at", "source__kind", "source__parent", *(f"source__{name}" for name in _SHOWN)]
    names += [f"{name}_id" for name in kind.deciding]
    if kind is COST_CODE:
        names += [f"cost_type__{name}" for name in _SHOWN]
    for column in columns:
        names += [f"{column.name}_id", *(f"{column.name}__{name}" for name in (*_SHOWN, *_USABLE))]
    return list(dict.fromkeys(names))


def _row(kind: MappingKind, columns: tuple[TargetField, ...], value: dict[str, Any], projects: dict[str, str]) -> Row:
    own = value["source__kind"] == "project_cost_code"
    parent = value["source__parent"]
    cost_type = ""
    if value.get("cost_type__remote_id"):
        cost_type = label_of(value["cost_type__code"], value["cost_type__name"], value["cost_type__remote_id"])
    return Row(
        id=value["id"],
        code=value["source__code"] or value["source__remote_id"],
        name=value["source__name"],
        project=projects.get(parent, parent) if own else "All projects",
        cost_type=cost_type,
        own=own,
        mapped=any(value[f"{name}_id"] for name in kind.deciding),
        cells=tuple(_cell(column, value) for column in columns),
        told=f"{value['how']} by {value['set_by']}, {value['set_at']:%Y-%m-%d %H:%M} UTC" if value["set_at"] else "",
    )


def _cell(column: TargetField, value: dict[str, Any]) -> Cell:
    get = lambda name: value[f"{column.name}__{name}"]  # noqa: E731
    reference = value[f"{column.name}_id"]
    if reference is None:
        return Cell(column.name, column.label, None, "", "", "")
    fault = ""
    if get("vanished_at"):
        fault = "no longer in the ledger's list"
    elif not get("active"):
        fault = "inactive in the ledger"
    elif not get("selectable"):
        fault = get("why_not") or "a header"
    return Cell(column.name, column.label, reference, get("code") or get("remote_id"), get("name"), fault)


def _whole(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 16 else None
