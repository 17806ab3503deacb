"""The docs say what is: every name of the contract stands in them, every table and example is what the code gives, every link leads somewhere."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from django.core.management import call_command, get_commands, load_command_class

from audit.events import EVENTS
from connectors.catalog import CONNECTORS, connector
from connectors.connections.models import Policy
from connectors.onboarding.demo.report import make_report
from connectors.onboarding.provisioning import read_plan
from connectors.sandbox.control.desk import ControlDesk
from connectors.sync import pulse
from connectors.sync.reasons import REASONS
from onecore.lib.command import Stop
from onecore.tenants.roles import Role
from tests import paper
from tests.house import docs_tables
from tests.house.docs_tables import ROOT
from tests.world import PaperWorld

CODE = ("onecore", "connectors", "mappings", "audit")
DOCUMENTS = docs_tables.documents()
COMMANDS_MD = ROOT / "docs" / "commands.md"
OURS = {name: app for name, app in sorted(get_commands().items()) if app.partition(".")[0] in CODE}
DJANGOS = {"help", "version", "verbosity", "settings", "pythonpath", "traceback", "no_color", "force_color", "skip_checks", "json"}
_EXAMPLE = re.compile(r"<!-- example: (.+?) -->\n```json\n(.*?)```", re.DOTALL)
_LINK = re.compile(r"(?<!`)\[[^\]]*\]\(([^)\s]+)\)")
ANY_NAME = {"counts", "environment", "before", "after"}
"""Objects whose keys are data, not names of the contract."""


def _text() -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in DOCUMENTS)


def _sections(text: str) -> dict[str, str]:
    """`## `name`` sections of commands.md."""
    parts = re.split(r"^## `?([^`\n]+)`?$", text, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def _python() -> Iterator[Path]:
    for folder in CODE:
        yield from (ROOT / folder).rglob("*.py")


# --- every name stands in the docs ----------------------------------------------------------------------------------
@pytest.mark.parametrize("name", [name for name in OURS if name != "flush"])
def test_a_command_has_its_section_with_every_option(name: str) -> None:
    section = _sections(COMMANDS_MD.read_text(encoding="utf-8")).get(name)
    assert section is not None, f"docs/commands.md has no section ## `{name}`"
    parser = load_command_class(OURS[name], name).create_parser("manage.py", name)
    options = [action.option_strings[-1] for action in parser._actions if action.option_strings and action.dest not in DJANGOS]
    assert [option for option in options if f"`{option}`" not in section and f"{option} " not in section and f"{option}]" not in section] == []


def test_the_docs_name_no_command_that_does_not_exist() -> None:
    written = set(re.findall(r"^## `([a-z_]+)`$", COMMANDS_MD.read_text(encoding="utf-8"), flags=re.MULTILINE))
    assert written - OURS.keys() == set()


def test_every_setting_read_from_the_environment_is_documented() -> None:
    text = COMMANDS_MD.read_text(encoding="utf-8")
    asked = re.compile(r"""env\.(?:text|integer|seconds|items|flag)\(\s*"([A-Z_]+)"|_own_secret\("([A-Z_]+)"|["'](ONECORE_[A-Z_]+[A-Z])["']""")
    names = {next(filter(None, found)) for path in _python() for found in asked.findall(path.read_text(encoding="utf-8"))}
    assert len(names) > 20, "the pattern finds the settings no more"
    assert sorted(name for name in names if f"`{name}`" not in text) == []


def test_every_address_of_a_system_is_documented() -> None:
    from connectors import catalog

    text = COMMANDS_MD.read_text(encoding="utf-8")
    names = {
        f"ONECORE_{each.key.upper()}_{part.upper()}_URL"
        for each in catalog.all_connectors()
        for part in ("api", "auth", "token")
        if getattr(each.endpoints, part)
    }
    assert sorted(name for name in names if f"`{name}`" not in text) == []


def test_every_documented_onecore_setting_is_read_somewhere() -> None:
    code = "\n".join(path.read_text(encoding="utf-8") for path in _python())
    named = set(re.findall(r"`(ONECORE_[A-Z_]+)`", COMMANDS_MD.read_text(encoding="utf-8")))
    made = {name for name in named if re.fullmatch(r"ONECORE_(PROCORE|INTACCT)_(API|AUTH|TOKEN)_URL", name)}
    assert sorted(name for name in named - made if name not in code) == []


def test_every_hold_reason_event_and_connector_is_documented() -> None:
    text = _text()
    names = [*REASONS, *EVENTS, *CONNECTORS]
    assert [name for name in names if f"`{name}`" not in text] == []


def test_every_make_target_is_documented() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = re.findall(r"^([a-z]+):.*## ", makefile, flags=re.MULTILINE)
    text = COMMANDS_MD.read_text(encoding="utf-8")
    assert len(targets) > 5
    assert [name for name in targets if f"`make {name}`" not in text] == []


def test_every_control_call_of_the_sandbox_is_documented() -> None:
    written = _sections(COMMANDS_MD.read_text(encoding="utf-8"))["The sandbox's control calls"]
    source = Path(sys.modules[ControlDesk.__module__].__file__ or "").read_text(encoding="utf-8")
    calls = re.findall(r'\("(GET|POST|DELETE)", "([^"]+)"', source)
    assert len(calls) > 30
    last = [(method, path.rpartition("/")[2]) for method, path in calls]
    assert [f"{method} {name}" for method, name in last if name != "{}" and not re.search(rf"[ /.]{name}`", written)] == []


# --- tables and examples are what the code gives -----------------------------------------------------------------------
@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_its_tables_are_those_of_the_code(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert docs_tables.in_place(text) == text, "run: .venv/bin/python -m tests.house.docs_tables"


def test_every_table_that_is_made_stands_somewhere() -> None:
    assert sorted(docs_tables.TABLES) == sorted(name for path in DOCUMENTS for name in docs_tables.names_in(path.read_text(encoding="utf-8")))


def test_every_field_of_the_policy_table_is_acted_on_unless_it_says_otherwise() -> None:
    rooms = (ROOT / "connectors" / "sync", ROOT / "mappings")
    code = "\n".join(path.read_text(encoding="utf-8") for room in rooms for path in room.rglob("*.py"))
    names = re.findall(r"^\| `(\w+)` \|", docs_tables.TABLES["policy"](), flags=re.MULTILINE)
    assert len(names) > 10
    silent = [name for name in names if not re.search(rf"(?i)policy[^\n]*\b{name}\b|\b_?{name}_id\b", code)]
    assert silent == sorted(docs_tables.NOT_ACTING), "bring NOT_ACTING up to date and make the tables anew"


EXAMPLES = {name: json.loads(body) for name, body in _EXAMPLE.findall(COMMANDS_MD.read_text(encoding="utf-8"))}


def test_every_command_that_answers_in_json_has_an_example() -> None:
    assert {name for name in OURS if name not in {"flush", "worker"}} - {name.partition(" ")[0] for name in EXAMPLES} == set()


def _merged(first: Any, second: Any) -> Any:
    """One shape out of two: where either says nothing (null, an empty list), the other speaks."""
    if isinstance(first, dict) and isinstance(second, dict):
        return {key: _merged(first.get(key), second.get(key)) for key in first | second}
    if isinstance(first, list) and isinstance(second, list):
        return [_merged(first[0], second[0])] if first and second else first or second
    return first if second is None else second


def _shape(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: None if key in ANY_NAME else _shape(inner) for key, inner in value.items()}
    if isinstance(value, list):
        shapes = [_shape(inner) for inner in value]
        merged: Any = None
        for shape in shapes:
            merged = shape if merged is None else _merged(merged, shape)
        return [] if merged is None else [merged]
    return None


def _apart(written: Any, printed: Any, where: str = "") -> list[str]:
    """Where the keys differ. What one side leaves empty is not compared."""
    if isinstance(written, dict) and isinstance(printed, dict):
        faults = [f"{where}.{key} is only in the docs" for key in written.keys() - printed.keys()]
        faults += [f"{where}.{key} is not in the docs" for key in printed.keys() - written.keys()]
        return faults + [fault for key in written.keys() & printed.keys() for fault in _apart(written[key], printed[key], f"{where}.{key}")]
    if isinstance(written, list) and isinstance(printed, list) and written and printed:
        return _apart(written[0], printed[0], f"{where}[]")
    return []


def _answer(name: str, *args: str) -> Any:
    out = StringIO()
    try:
        call_command(name, *args, "--json", stdout=out, stderr=StringIO())
    except Stop as stop:
        assert out.getvalue(), f"{name} answered nothing: {stop}"
    return json.loads(out.getvalue())


class _PaperControl:
    """What the sandbox would say of the paper world."""

    def get(self, path: str, **_: str) -> Any:
        if path.startswith("source/"):
            return {"totals": {"USD": {"count": len(paper.SHEET.records), "total": "900.00"}}}
        return {"totals": {"USD": {"count": 1, "total": "900.00", "draft_count": 0, "draft_total": "0.00"}}}


@pytest.fixture
def lived_in(paper_world: PaperWorld) -> PaperWorld:
    """One document posted, one held, a worker seen."""
    paper.SHEET.records["1"] = paper.requisition("1")
    paper.SHEET.records["2"] = paper.requisition("2", commitment_ref="c2", lines=(paper.line("L9", "cc9"),))
    pulse.beat()
    paper_world.sync()
    return paper_world


def _answers(world: PaperWorld, folder: Path) -> dict[str, Any]:
    slug = f"{world.tenant.slug}/{world.integration.slug}"
    mappings, evidence, plan = folder / "m.csv", folder / "evidence.jsonl", folder / "plan.json"
    mappings.write_text("Cost code,Project,Cost type,Ledger account\nnothing,,,5010\n", encoding="utf-8")
    plan.write_text(json.dumps(_plan(world)), encoding="utf-8")
    return {
        "status": _answer("status"),
        "documents": _answer("documents"),
        "sync": _answer("sync", "--integration", slug),
        "sync --dry-run": _answer("sync", "--integration", slug, "--dry-run"),
        "drain": _answer("drain", "--timeout", "5"),
        "reconcile": _answer("reconcile", "--integration", slug),
        "import_mappings": _answer("import_mappings", str(mappings), "--integration", slug, "--dry-run"),
        "export_mappings": _answer("export_mappings", "--integration", slug, "--out", str(folder / "out.xlsx")),
        "verify_audit": _answer("verify_audit", "--no-note"),
        "export_audit": _answer("export_audit", "--tenant", world.tenant.slug, "--out", str(evidence)),
        "rotate_keys": _answer("rotate_keys"),
        "doctor": _answer("doctor"),
        "doctor --new-key": _answer("doctor", "--new-key"),
        "provision": _answer("provision", str(plan)),
        "demo": make_report(_PaperControl(), [world.integration]),  # type: ignore[arg-type]
    }


def _plan(world: PaperWorld) -> dict[str, Any]:
    """The world as it stands, as a file would say it."""
    links = [world.integration.source, world.integration.ledger]
    joint = {"slug": world.integration.slug, "name": world.integration.name, "start_date": "2026-01-01", "flows": ["requisitions"]}
    joint |= {"source": links[0].name, "ledger": links[1].name}
    connections = [{"name": link.name, "system": link.system} for link in links]
    return {"tenants": [{"slug": world.tenant.slug, "name": world.tenant.name, "connections": connections, "integrations": [joint]}]}


@pytest.mark.django_db
def test_the_examples_have_the_keys_the_commands_print(lived_in: PaperWorld, tmp_path: Path) -> None:
    answers = _answers(lived_in, tmp_path)
    assert EXAMPLES.keys() - answers.keys() == {"sandbox"}
    faults = [f"{name}: {fault}" for name, printed in answers.items() for fault in _apart(_shape(EXAMPLES[name]), _shape(printed))]
    assert faults == []


@pytest.mark.sandbox
def test_the_sandboxs_example_has_the_keys_it_prints(tmp_path: Path) -> None:
    command = [sys.executable, "manage.py", "sandbox", "--port", "0", "--scenario", "small", "--state", str(tmp_path / "s.sqlite3"), "--json"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        lines: list[str] = []
        for line in process.stdout:
            lines.append(line)
            if line.rstrip("\n") == "}":
                break
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)
    assert _apart(_shape(EXAMPLES["sandbox"]), _shape(json.loads("".join(lines)))) == []


def test_the_provision_file_of_the_docs_is_understood(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written = re.search(r"```yaml\n(.*?)```", COMMANDS_MD.read_text(encoding="utf-8"), re.DOTALL)
    assert written is not None
    for name in re.findall(r"{env: (\w+)}", written[1]):
        monkeypatch.setenv(name, "as good as a secret")
    kept, plan = tmp_path / "secret", tmp_path / "plan.yaml"
    kept.write_text("as good as a secret", encoding="utf-8")
    plan.write_text(re.sub(r"{file: [^}]+}", f"{{file: {kept}}}", written[1]), encoding="utf-8")
    (tenant,) = read_plan(plan).tenants
    (joint,) = tenant.integrations
    assert {person.role for person in tenant.users} <= set(Role.values)
    assert joint.policy.keys() <= {field.name for field in Policy._meta.concrete_fields}
    assert [flow.key for flow in joint.flows] == ["requisitions"]
    for link in tenant.connections:
        assert (link.config | link.secrets).keys() == {field.name for field in connector(link.system).config if field.required}


# --- links and words -----------------------------------------------------------------------------------------------------
def _anchors(path: Path) -> set[str]:
    heads = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).strip().replace(" ", "-") for head in heads}


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_its_links_lead_somewhere(path: Path) -> None:
    broken = []
    for link in _LINK.findall(path.read_text(encoding="utf-8")):
        if re.match(r"[a-z]+://|mailto:", link):
            continue
        target, _, anchor = unquote(link).partition("#")
        file = (path.parent / target).resolve() if target else path
        if not file.exists() or (anchor and file.suffix == ".md" and anchor not in _anchors(file)):
            broken.append(link)
    assert broken == []


def test_every_page_of_the_docs_is_reached_from_its_index() -> None:
    index = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    linked = {(ROOT / "docs" / link.partition("#")[0]).resolve() for link in _LINK.findall(index)}
    pages = {path for path in (ROOT / "docs").rglob("*.md") if path.name != "index.md"}
    assert sorted(str(path.relative_to(ROOT)) for path in pages - linked) == []


def test_the_tour_names_functions_that_exist() -> None:
    named = re.findall(
        r"`((?:connectors|mappings|audit|onecore)/[\w/]+\.py)`(?: `(\w+)\(\)`)?", (ROOT / "docs" / "tour.md").read_text(encoding="utf-8")
    )
    assert len(named) > 15
    missing = [
        f"{file} {name}"
        for file, name in named
        if not (ROOT / file).exists() or (name and not re.search(rf"def {name}\(", (ROOT / file).read_text(encoding="utf-8")))
    ]
    assert missing == []


def test_the_readme_names_exactly_one_test_command() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "`make test`" in readme
    assert not re.search(r"\bpytest\b|manage\.py test", readme)


def test_decision_records_are_short_and_have_their_three_parts() -> None:
    faults = []
    for path in sorted((ROOT / "docs" / "decisions").glob("*.md")):
        text = path.read_text(encoding="utf-8")
        heads = re.findall(r"^## (.+)$", text, flags=re.MULTILINE)
        if heads != ["Context", "Decision", "Consequences"] or len(text.splitlines()) > 60:
            faults.append(path.name)
    assert faults == []
