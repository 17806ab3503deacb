"""Where a function does its work: the company, who is signed in and where, and the books."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from connectors.sandbox.intacct.objects import OBJECTS, Definition
from connectors.sandbox.intacct.values import write_moment
from connectors.sandbox.state import Body, Where
from connectors.sandbox.town import Town


@dataclass
class Desk:
    town: Town
    company: Body
    user: str
    location: str  # entity id, "" at top level
    late_s: float = 0.0
    sessionid: str = ""
    endpoint: str = ""

    @property
    def space(self) -> str:
        return f"intacct:{self.company['companyid']}"

    @property
    def closed_through(self) -> date:
        return date.fromisoformat(self.company["closed_through"])

    def stamp(self) -> str:
        return write_moment(self.town.clock.now())

    def next_record(self) -> int:
        return self.town.state.next_id(f"{self.space}:record")

    def record(self, kind: str, number: str | int) -> Body | None:
        text = str(number)
        row = self.town.state.get(self.space, kind, int(text)) if text.isdigit() else None
        return row if row is None or self.sees(row) else None

    def by_key(self, kind: str, *key: str) -> Body | None:
        row = self.town.state.find(self.space, kind, "\n".join(key))
        return row if row is None or self.sees(row) else None

    def sees(self, row: Body) -> bool:
        """An entity sees its own records and the shared ones; the top level sees all."""
        owner = row.get("MEGAENTITYID") or ""
        return not self.location or not owner or owner == self.location

    def rows(self, kind: str, where: Where) -> list[Body]:
        return [row for row in self.town.state.select(self.space, kind, where) if self.sees(row)]

    def keep(self, kind: str, row: Body) -> None:
        definition = OBJECTS[kind]
        now = self.town.clock.now()
        row["WHENMODIFIED"] = write_moment(now)
        row["MODIFIEDBY"] = self.user
        self.town.state.put(
            self.space, kind, int(row["RECORDNO"]), row,
            parent=int(row[definition.parent_field]) if definition.parent_field else None,
            k1=key_text(definition, row) if definition.keys else None,
            k2=str(row.get(definition.second_key) or "") if definition.second_key else None,
            updated=now.strftime("%Y-%m-%dT%H:%M:%SZ"),
            visible_at=self.town.clock.stamp() + self.late_s if self.late_s else 0,
        )  # fmt: skip

    def lines(self, kind: str, header: str | int) -> list[Body]:
        rows = self.town.state.select(self.space, kind, Where(parents=[int(header)]))
        return sorted(rows, key=lambda row: int(row.get("LINE_NO") or 0))

    def base(self, record: int) -> dict[str, Any]:
        return {
            "RECORDNO": str(record),
            "CREATEDBY": self.user,
            "MEGAENTITYID": self.location,
            "MEGAENTITYNAME": self.location,
        }


def key_text(definition: Definition, row: Body) -> str:
    return "\n".join(str(row.get(name) or "") for name in definition.keys)
