"""Every fault the weather can make, seen from the caller's side, and what was stored behind it."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests

from tests.sandbox.speaking import IntacctCaller, ProcoreCaller, bill
from tests.sandbox_server import Sandbox

pytestmark = [pytest.mark.sandbox, pytest.mark.usefixtures("calm")]
CREATE = {"operation": "create APBILL"}


def _stored(sandbox: Sandbox, number: str) -> int:
    return sum(row["RECORDID"] == number for row in sandbox.get("ledger/intacct/CASCADIA")["documents"])


@pytest.mark.parametrize("effect", ["reset", "refuse_before"])
def test_a_request_lost_on_the_way_is_not_processed(sandbox: Sandbox, intacct: IntacctCaller, effect: str) -> None:
    sandbox.weather(effect, system="intacct", match=CREATE, times=1)
    with pytest.raises(requests.ConnectionError):
        intacct.one(bill(f"LOST-{effect}"))
    assert _stored(sandbox, f"LOST-{effect}") == 0
    assert intacct.one(bill(f"LOST-{effect}")).status == "success"


@pytest.mark.parametrize("how", ["close", "reset"])
def test_an_accepted_request_whose_answer_is_lost_is_stored(sandbox: Sandbox, intacct: IntacctCaller, how: str) -> None:
    sandbox.weather("accept_then_lose", system="intacct", match=CREATE, times=1, how=how)
    with pytest.raises(requests.ConnectionError):
        intacct.one(bill(f"GONE-{how}"))
    assert _stored(sandbox, f"GONE-{how}") == 1


@pytest.mark.parametrize("status", [500, 502, 504])
def test_an_accepted_request_may_answer_with_a_gateway_error(sandbox: Sandbox, intacct: IntacctCaller, status: int) -> None:
    sandbox.weather("accept_then_status", system="intacct", match=CREATE, times=1, status=status)
    answer = requests.post(intacct.url, data=intacct.envelope(f'<function controlid="g{status}">{bill(f"GW-{status}")}</function>'),
                           headers={"Content-Type": "application/xml"}, timeout=10)  # fmt: skip
    assert answer.status_code == status
    assert _stored(sandbox, f"GW-{status}") == 1


def test_html_and_cut_answers_after_acceptance(sandbox: Sandbox, intacct: IntacctCaller) -> None:
    headers = {"Content-Type": "application/xml"}
    for effect, number in (("accept_then_html", "H-1"), ("accept_then_truncate", "H-2")):
        sandbox.weather(effect, system="intacct", match=CREATE, times=1)
        body = intacct.envelope(f'<function controlid="{number}">{bill(number)}</function>')
        if effect == "accept_then_html":
            assert "<html" in requests.post(intacct.url, data=body, headers=headers, timeout=10).text
        else:
            with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
                requests.post(intacct.url, data=body, headers=headers, timeout=10)
        assert _stored(sandbox, number) == 1


def test_a_truncated_body_may_also_lie_about_its_length(sandbox: Sandbox, procore: ProcoreCaller) -> None:
    sandbox.weather("truncated", system="procore", times=1, content_length="adjusted")
    answer = procore.get("v1.1/projects", company_id=procore.company_id)
    with pytest.raises(requests.exceptions.JSONDecodeError):
        answer.json()


def test_plain_refusals_do_not_process(sandbox: Sandbox, procore: ProcoreCaller) -> None:
    sandbox.weather("status", system="procore", status=503, headers={"Retry-After": "7"}, body={"errors": "busy"}, times=1)
    answer = procore.get("v1.0/me")
    assert (answer.status_code, answer.headers["Retry-After"], answer.json()) == (503, "7", {"errors": "busy"})
    sandbox.weather("html_200", system="procore", times=1)
    assert "<html" in procore.get("v1.0/me").text
    sandbox.weather("redirect", system="procore", location="http://127.0.0.1:1/", times=1)
    assert procore.call("GET", "v1.0/me", allow_redirects=False).headers["Location"] == "http://127.0.0.1:1/"


@pytest.mark.parametrize(
    ("form", "test"),
    [
        ("seconds", str.isdigit),
        ("date", lambda value: value.endswith("GMT")),
        ("negative", lambda value: value == "-5"),
        ("absurd", lambda value: int(value) > 10**7),
    ],
)
def test_retry_after_comes_in_every_form(sandbox: Sandbox, procore: ProcoreCaller, form: str, test: Any) -> None:
    sandbox.weather("retry_after", system="procore", form=form, times=1)
    answer = procore.get("v1.0/me")
    assert answer.status_code == 429
    assert test(answer.headers["Retry-After"])


def test_retry_after_may_be_missing(sandbox: Sandbox, procore: ProcoreCaller) -> None:
    sandbox.weather("retry_after", system="procore", form="none", times=1)
    answer = procore.get("v1.0/me")
    assert answer.status_code == 429
    assert "Retry-After" not in answer.headers


def test_bodies_can_be_garbled_huge_slow_or_wrongly_labelled(sandbox: Sandbox, procore: ProcoreCaller) -> None:
    sandbox.weather("garbage", system="procore", times=1)
    with pytest.raises(UnicodeDecodeError):
        procore.get("v1.0/me").content.decode()
    sandbox.weather("huge", system="procore", times=1, bytes=3_000_000)
    assert len(procore.get("v1.0/me").content) == 3_000_000
    sandbox.weather("wrong_content_type", system="procore", times=1)
    answer = procore.get("v1.0/me")
    assert answer.headers["Content-Type"] == "text/plain"
    assert answer.json()["id"]
    sandbox.weather("drip", system="procore", times=1, ms_per_byte=3)
    started = time.monotonic()
    procore.get("v1.0/me")
    assert time.monotonic() - started > 0.1
    sandbox.weather("slow", system="procore", times=1, delay_ms=150)
    started = time.monotonic()
    procore.get("v1.0/me")
    assert time.monotonic() - started > 0.15


def test_results_can_come_in_another_order_or_go_missing(sandbox: Sandbox, intacct: IntacctCaller) -> None:
    names = [f"order-{number}" for number in range(4)]
    sandbox.weather("reorder_results", system="intacct", match=CREATE, times=1)
    answer = intacct.ask(*(bill(f"O-{number}") for number in range(4)), controlids=names)
    got = [result.node.findtext("controlid", "") for result in answer.results]
    assert got != names
    assert sorted(got) == names
    sandbox.weather("drop_result", system="intacct", match=CREATE, times=1)
    answer = intacct.ask(*(bill(f"OO-{number}") for number in range(4)))
    assert len(answer.results) == 3
    assert _stored(sandbox, "OO-3") == 1


def test_a_write_can_show_late(sandbox: Sandbox, intacct: IntacctCaller) -> None:
    sandbox.weather("late_visibility", system="intacct", match=CREATE, times=1, seconds=100)
    assert intacct.one(bill("LATE-1")).status == "success"
    condition = "<equalto><field>RECORDID</field><value>LATE-1</value></equalto>"
    assert intacct.query("APBILL", "RECORDNO", condition).rows() == []
    assert _stored(sandbox, "LATE-1") == 1
    sandbox.post("clock", advance_s=101)
    assert len(intacct.query("APBILL", "RECORDNO", condition).rows()) == 1


def test_control_ids_can_be_forgotten(sandbox: Sandbox, intacct: IntacctCaller) -> None:
    assert intacct.ask(bill("FORGET-1"), controlids=["forget"]).results[0].status == "success"
    assert "(synthetic)" in intacct.ask(bill("FORGET-1"), controlids=["forget"]).results[0].text
    sandbox.weather("forget_controlids", system="intacct", match=CREATE, times=1)
    again = intacct.ask(bill("FORGET-1"), controlids=["forget"]).results[0]
    assert again.errorno == "BL34000061"


def test_tokens_and_sessions_can_be_expired(sandbox: Sandbox, intacct: IntacctCaller, procore: ProcoreCaller) -> None:
    sandbox.weather("expire_tokens", times=1, system="procore")
    assert procore.get("v1.0/me").status_code == 401
    sandbox.weather("expire_tokens", times=1, system="intacct")
    assert intacct.ask("<get_applications/>").authentication == "failure"


@pytest.mark.parametrize(("effect", "phase", "stored"), [("hold_before", "before", 0), ("hold_after", "after", 1)])
def test_a_request_can_be_held_seen_and_released(sandbox: Sandbox, intacct: IntacctCaller, effect: str, phase: str, stored: int) -> None:
    sandbox.weather(effect, system="intacct", match=CREATE, times=1, ms=20_000)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(intacct.one, bill(f"HELD-{phase}"))
        deadline = time.monotonic() + 5
        while not (held := sandbox.get("held")["held"]) and time.monotonic() < deadline:
            time.sleep(0.02)
        assert (held[0]["phase"], held[0]["operations"]) == (phase, ["create APBILL"])
        assert _stored(sandbox, f"HELD-{phase}") == stored
        assert sandbox.post("held/release")["released"] == 1
        assert waiting.result(timeout=5).status == "success"
    assert _stored(sandbox, f"HELD-{phase}") == 1


def test_rules_skip_and_end_and_pick_by_operation(sandbox: Sandbox, procore: ProcoreCaller) -> None:
    sandbox.weather("status", system="procore", status=500, match={"method": "GET", "path": r"/rest/v1\.0/me$"}, skip=1, times=2)
    assert [procore.get("v1.0/me").status_code for _ in range(4)] == [200, 500, 500, 200]
    sandbox.weather("status", system="procore", status=500, match={"operation": "^GET vendors$"})
    assert procore.get("v1.0/me").status_code == 200
    assert procore.get("v1.0/vendors", company_id=procore.company_id).status_code == 500
    assert procore.get("v1.0/vendors/1", company_id=procore.company_id).status_code == 404


@pytest.mark.parametrize(
    "rule",
    [
        {"effect": "hail"},
        {"effect": "slow", "system": "sap"},
        {"effect": "slow", "match": {"colour": "x"}},
        {"effect": "slow", "match": {"path": "("}},
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(sandbox: Sandbox, rule: dict[str, Any]) -> None:
    assert requests.post(f"{sandbox.address}/control/weather", json=rule, timeout=10).status_code == 400


def test_calls_are_counted_by_operation(sandbox: Sandbox, intacct: IntacctCaller, procore: ProcoreCaller) -> None:
    sandbox.delete("calls")
    intacct.ask(*(bill(f"COUNT-{number}") for number in range(5)))
    procore.get("v1.1/requisitions", project_id=procore.projects()[0]["id"])
    calls = sandbox.get("calls?last=1&bodies=1")
    assert calls["systems"]["intacct"] == {"requests": 1, "operations": {"create APBILL": 5}, "statuses": {"200": 1}}
    assert calls["systems"]["procore"]["operations"] == {"GET projects": 1, "GET requisitions": 1}
    assert calls["last"][0]["path"].endswith("/requisitions")
