"""What we ask and what we read exists in Procore's own description of its API (kept outside this repository)."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from connectors.port.records import RecordKind
from connectors.port.refs import Kind
from connectors.procore.connector import CONNECTOR
from connectors.procore.lines import Lists
from connectors.procore.source import open_source
from connectors.procore.translate import requisition
from connectors.procore.webhooks import COMPANY_TRIGGERS, PROJECT_TRIGGERS

from . import pretend
from .pretend import PROJECT
from .town import open_town

SPECS = Path(__file__).parents[3] / "shared" / "specs" / "procore"
pytestmark = [pytest.mark.shared, pytest.mark.skipif(not SPECS.is_dir(), reason="needs ../shared")]
UNDOCUMENTED = {"change_order_package_id", "commitment_line_item_id"}
"""Item fields that the description leaves to the item endpoints; seen in live answers."""


@pytest.fixture(scope="module")
def spec() -> Any:
    return json.loads((SPECS / "procore_finance_openapi_reconstructed.nodesc.json").read_text())


def test_every_call_and_parameter_is_documented(spec):
    with open_town() as town:
        source = open_source(pretend.opening())
        source.check()
        since = datetime(2026, 2, 1, tzinfo=UTC)
        town.at["/rest/v1.0/standard_cost_code_lists"] = [{"id": 7}]
        for path in ("standard_cost_codes", "cost_codes", "vendors", "tax_codes", "work_order_contracts", "purchase_order_contracts"):
            town.at[f"/rest/v1.0/{path}"] = []
        town.at[f"/rest/v1.0/companies/{pretend.COMPANY}/vendors/inactive"] = []
        for kind in CONNECTOR.capabilities.references:
            list(source.references(kind, since if kind is Kind.VENDOR else None))
        for record in CONNECTOR.capabilities.records:
            list(source.changes(record, since=since))
            list(source.read(record, [(str(number), str(PROJECT)) for number in range(1, 6)]))
        source.totals(RecordKind.REQUISITION)
        asked = list(town.asked)
    assert len(asked) > 20
    for path, params in asked:
        documented = parameters(spec, path)
        assert documented is not None, f"{path} is not documented"
        assert {name.removesuffix("[]") for name in params} <= {name.removesuffix("[]") for name in documented}, path


def test_every_field_we_read_of_a_requisition_is_documented(spec):
    schema = resolved(spec, spec["paths"]["/rest/v1.1/requisitions"]["get"]["responses"]["200"]["content"]["application/json"]["schema"])["items"]
    documented = resolved(spec, schema)["properties"]
    seen: dict[str, set[str]] = {}
    raw = Listening(pretend.REQUISITION, seen, "")
    assert requisition(raw, Lists()).lines
    known = {
        "": set(documented),
        "summary": set(resolved(spec, documented["summary"])["properties"]),
        "items": set(resolved(spec, resolved(spec, documented["items"])["items"])["properties"]) | UNDOCUMENTED,
    }
    assert seen["items"] and seen["summary"]
    alternatives = {"g702", "line_item_type", "line_item_type_id"}  # what older answers carry instead
    for name, fields in known.items():
        assert seen[name] - alternatives <= fields, name


def test_every_resource_we_subscribe_to_can_be_subscribed_to():
    known = json.loads((SPECS / "webhook_resources.json").read_text())
    for wanted, there in ((COMPANY_TRIGGERS, known["company_level"]), (PROJECT_TRIGGERS, known["project_level_finance_and_selected"])):
        for resource, events in wanted.items():
            assert set(events) <= set(there[resource]), resource


class Listening(dict):
    """Remembers which keys are asked for, at this level and in the parts that matter."""

    def __init__(self, values: dict[str, Any], seen: dict[str, set[str]], name: str) -> None:
        super().__init__({key: self._part(value, seen, key) if key in {"summary", "items"} else value for key, value in values.items()})
        self.seen = seen.setdefault(name, set())

    @staticmethod
    def _part(value: Any, seen: dict[str, set[str]], name: str) -> Any:
        return [Listening(each, seen, name) for each in value] if isinstance(value, list) else Listening(value, seen, name)

    def get(self, key: str, default: Any = None) -> Any:
        self.seen.add(key)
        return super().get(key, default)


def parameters(spec: Any, path: str) -> set[str] | None:
    for template, methods in spec["paths"].items():
        if "get" in methods and re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", re.escape(template).replace(r"\{", "{").replace(r"\}", "}")), path):
            return {each["name"] for each in methods["get"].get("parameters", [])}
    return None


def resolved(spec: Any, schema: Any) -> Any:
    while "$ref" in schema or "anyOf" in schema:
        schema = spec["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]] if "$ref" in schema else schema["anyOf"][-1]
    return schema
