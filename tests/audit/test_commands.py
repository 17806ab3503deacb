"""The commands: exit codes, JSON for machines, a sentence for people."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command

from audit.chain import CONTENT, KeyRing
from audit.models import Entry
from onecore.lib.command import Stop
from onecore.lib.digest import canonical

pytestmark = pytest.mark.django_db
Written = Callable[..., list[Entry]]
Sql = Callable[..., None]


def _run(name: str, *args: str) -> tuple[int, str]:
    out = StringIO()
    try:
        call_command(name, *args, stdout=out, stderr=StringIO())
    except Stop as stop:
        return stop.code, out.getvalue() + stop.sentence
    return 0, out.getvalue()


def test_a_good_trail_is_exit_0_with_the_number_of_entries(written: Written) -> None:
    written(4)
    code, text = _run("verify_audit")
    assert code == 0
    assert "4 entries, 0 faults: the trail holds." in text


def test_an_altered_trail_is_exit_1_and_names_the_first_fault(written: Written, sql: Sql) -> None:
    rows = written(4)
    sql("UPDATE audit_entry SET actor = %s WHERE id = %s", "x", rows[2].pk)
    code, text = _run("verify_audit")
    assert code == 1
    assert "acme #3: entry 3 was altered" in text
    assert "THE TRAIL DOES NOT HOLD" in text


def test_the_json_answer_tells_all_and_can_be_kept_to_verify_against(written: Written, acme: Any, sql: Sql, tmp_path: Path) -> None:
    rows = written(4)
    code, text = _run("verify_audit", "--json", "--no-note")
    data = json.loads(text)
    assert (code, data["ok"], data["entries"], data["faults"], data["guarded"]) == (0, True, 4, [], True)
    assert data["tenants"] == [{"tenant": "acme", "tenant_id": acme.pk, "entries": 4, "sequence": 4, "mac": rows[3].mac}]
    kept = tmp_path / "kept.json"
    kept.write_text(text)
    assert _run("verify_audit", "--against", str(kept))[0] == 0
    sql("DELETE FROM audit_entry WHERE tenant_id = %s", acme.pk)
    sql("DELETE FROM audit_head WHERE chain = %s", acme.pk)
    code, text = _run("verify_audit", "--json", "--against", str(kept), "--no-note")
    assert code == 1
    assert json.loads(text[: text.rindex("}") + 1])["faults"][0] == {
        "tenant": "acme",
        "tenant_id": acme.pk,
        "sequence": 1,
        "what": "entries 1 to 4 are missing: an earlier verification saw them",
    }


def test_one_tenant_can_be_verified_by_its_name(written: Written, acme: Any, borealis: Any) -> None:
    written(2)
    written(3, tenant=borealis)
    assert json.loads(_run("verify_audit", "--tenant", "borealis works", "--json")[1])["entries"] == 3


@pytest.mark.parametrize("command", [("verify_audit",), ("export_audit", "--out", "never.ndjson")])
def test_an_unknown_tenant_is_exit_2_and_lists_the_known_ones(acme: Any, command: tuple[str, ...]) -> None:
    code, text = _run(*command, "--tenant", "nobody")
    assert (code, "Known tenants: acme" in text) == (2, True)
    assert not Path("never.ndjson").exists()


@pytest.mark.parametrize("content", [None, "{", '{"tenants": 3}', "[]"])
def test_an_unreadable_file_to_verify_against_is_exit_2(acme: Any, tmp_path: Path, content: str | None) -> None:
    kept = tmp_path / "kept.json"
    if content is not None:
        kept.write_text(content)
    assert _run("verify_audit", "--against", str(kept))[0] == 2


def test_an_export_can_be_proven_without_the_database(written: Written, acme: Any, borealis: Any, tmp_path: Path) -> None:
    written(5)
    written(1, tenant=borealis)
    out = tmp_path / "trail.ndjson"
    code, text = _run("export_audit", "--tenant", "acme", "--out", str(out), "--json")
    data = json.loads(text)
    assert (code, data["entries"], data["sha256"]) == (0, 5, hashlib.sha256(out.read_bytes()).hexdigest())
    assert out.stat().st_mode & 0o777 == 0o600
    ring, previous = KeyRing(settings.ONECORE_AUDIT_KEY), ""
    for line in out.read_text().splitlines():
        row = json.loads(line)
        content = canonical({**{name: row[name] for name in CONTENT}, "at": row["at"], "version": 1})
        assert row["previous_mac"] == previous
        previous = ring.mac(previous, content, key_id=row["key_id"])
        assert row["mac"] == previous
    told = Entry.everywhere.filter(tenant=acme).order_by("-sequence").first()
    assert (told.event, told.data["sha256"]) == ("export.made", data["sha256"])


def test_an_export_can_be_limited_to_days(written: Written, acme: Any, tmp_path: Path) -> None:
    written(2)
    today = Entry.everywhere.first().at.date().isoformat()
    assert (
        json.loads(_run("export_audit", "--tenant", "acme", "--out", str(tmp_path / "a"), "--json", "--since", today, "--until", today)[1])["entries"]
        == 2
    )
    assert json.loads(_run("export_audit", "--tenant", "acme", "--out", str(tmp_path / "b"), "--json", "--until", "2020-01-01")[1])["entries"] == 0


def test_evidence_is_never_overwritten(written: Written, acme: Any, tmp_path: Path) -> None:
    out = tmp_path / "trail.ndjson"
    out.write_text("earlier evidence")
    assert _run("export_audit", "--tenant", "acme", "--out", str(out))[0] == 2
    assert out.read_text() == "earlier evidence"


def test_a_file_that_cannot_be_written_is_a_sentence(acme: Any, tmp_path: Path) -> None:
    code, text = _run("export_audit", "--tenant", "acme", "--out", str(tmp_path / "no" / "such" / "folder"))
    assert (code, "cannot be written" in text) == (2, True)
