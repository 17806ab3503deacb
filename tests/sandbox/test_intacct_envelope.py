"""The gateway's front: what is not exactly as the envelope asks is refused, and by whom."""

from __future__ import annotations

import pytest
import requests

from tests.sandbox.speaking import IntacctCaller
from tests.sandbox_server import Sandbox

pytestmark = [pytest.mark.sandbox, pytest.mark.usefixtures("calm")]
ASK = '<function controlid="x"><get_applications/></function>'


def _control(caller: IntacctCaller, order: str) -> str:
    values = {
        "senderid": caller.pair["sender_id"], "password": caller.pair["sender_password"], "controlid": "c", "uniqueid": "false",
        "dtdversion": "3.0", "includewhitespace": "false", "stranger": "1",
    }  # fmt: skip
    return "".join(f"<{name}>{values[name]}</{name}>" for name in order.split())


@pytest.mark.parametrize(
    "order",
    [
        "password senderid controlid uniqueid dtdversion",
        "senderid password controlid dtdversion uniqueid",
        "senderid password controlid uniqueid",
        "senderid password dtdversion",
        "senderid password controlid uniqueid dtdversion stranger",
        "senderid password controlid controlid dtdversion",
    ],
)
def test_control_elements_have_one_order_and_none_may_miss(intacct: IntacctCaller, order: str) -> None:
    answer = intacct.send(intacct.envelope(ASK, control=_control(intacct, order)))
    assert answer.control == "failure"
    assert answer.error[0] == "XL03000003"
    assert answer.root.find("operation") is None


@pytest.mark.parametrize(
    "content",
    [
        "",
        "<function><get_applications/></function>",
        '<function controlid=""><get_applications/></function>',
        f'<function controlid="{"x" * 257}"><get_applications/></function>',
        '<function controlid="x"/>',
        '<function controlid="x"><get_applications/><get_applications/></function>',
        '<get_applications controlid="x"/>',
    ],
)
def test_content_holds_functions_with_a_control_id_and_one_child(intacct: IntacctCaller, content: str) -> None:
    assert intacct.send(intacct.envelope(content)).error[0] == "XL03000003"


@pytest.mark.parametrize(
    "body",
    [
        b"<request>",
        b"not xml at all",
        b"\xff\xfe<request/>",
        b"<request><control/><operation/></request>",
        b'<?xml version="1.0"?><!DOCTYPE request [<!ENTITY a "b">]><request>&a;</request>',
        b'<?xml version="1.0"?><!DOCTYPE r SYSTEM "http://127.0.0.1:1/x.dtd"><request/>',
    ],
)
def test_broken_or_dangerous_xml_is_refused(intacct: IntacctCaller, body: bytes) -> None:
    answer = intacct.send(body)
    assert answer.control == "failure"
    assert answer.error[0] == "XL03000003"


def test_control_characters_are_not_xml(intacct: IntacctCaller) -> None:
    body = intacct.envelope(ASK).replace("get_applications/>", "get_companyprefs>\x07</get_companyprefs>")
    assert intacct.send(body).error[0] == "XL03000003"


def test_the_content_type_must_be_xml(intacct: IntacctCaller) -> None:
    answer = intacct.send(intacct.envelope(ASK), content_type="application/json")
    assert answer.http.status_code == 400
    assert answer.error[0] == "GW-0014"
    assert intacct.send(intacct.envelope(ASK, uniqueid="false"), content_type="text/xml; charset=UTF-8").control == "success"


def test_a_wrong_sender_is_a_control_failure_and_a_wrong_user_an_authentication_failure(sandbox: Sandbox) -> None:
    caller = IntacctCaller.at_the_gate(sandbox, "Cascadia")
    wrong_sender = caller.ask("<get_applications/>", password="nope")
    assert (wrong_sender.control, wrong_sender.error[0]) == ("failure", "XL03000006")
    for changes in ({"password": "nope"}, {"userid": "nobody"}, {"companyid": "NOWHERE"}, {"userid": "retired_user"}, {"locationid": "999"}):
        caller.authentication = caller.login(**changes)
        answer = caller.ask("<get_applications/>")
        assert (answer.control, answer.authentication) == ("success", "failure")
        assert answer.error[0] == "XL03000006"
        assert answer.error[1].startswith("Sign-in information is incorrect")
        assert "[Support ID:" in answer.error[1]


def test_a_sender_the_company_did_not_authorise_is_told_so(sandbox: Sandbox) -> None:
    caller = IntacctCaller.at_the_gate(sandbox, "Cascadia")
    answer = caller.ask("<get_applications/>", senderid="stranger", password="stranger-password")
    assert answer.authentication == "failure"
    assert "Invalid Web Services Authorization" in answer.error[1]


def test_wrong_passwords_lock_the_user(sandbox: Sandbox) -> None:
    caller = IntacctCaller.at_the_gate(sandbox, "Borealis")
    good = caller.authentication
    caller.authentication = caller.login(password="nope")
    for _ in range(6):
        caller.ask("<get_applications/>")
    caller.authentication = good
    assert caller.ask("<get_applications/>").authentication == "failure"
    sandbox.post("intacct/BOREALIS/settings", unlock_users=True)
    assert caller.ask("<get_applications/>").authentication == "success"


def test_login_elements_have_one_order(sandbox: Sandbox) -> None:
    caller = IntacctCaller.at_the_gate(sandbox, "Cascadia")
    caller.authentication = "<login><companyid>CASCADIA</companyid><userid>xml_gateway</userid><password>p</password></login>"
    assert caller.ask("<get_applications/>").error[0] == "XL03000003"


def test_a_transport_policy_is_unknown(intacct: IntacctCaller) -> None:
    order = "senderid password controlid uniqueid dtdversion"
    answer = intacct.send(intacct.envelope(ASK, control=_control(intacct, order) + "<policyid>test</policyid>"))
    assert "test is not a valid transport policy." in answer.error[1]


def test_a_session_slides_expires_and_belongs_to_its_endpoint(sandbox: Sandbox) -> None:
    caller = IntacctCaller.signed_in(sandbox, "Cascadia")
    assert caller.url.endswith("/intacct/e/CASCADIA/ia/xml/xmlgw.phtml")
    first = caller.ask("<get_applications/>").root.findtext("operation/authentication/sessiontimeout")
    sandbox.post("clock", advance_s=5000)
    second = caller.ask("<get_applications/>").root.findtext("operation/authentication/sessiontimeout")
    assert first and second and second > first
    sandbox.post("clock", advance_s=5000)
    assert caller.ask("<get_applications/>").authentication == "success"
    elsewhere = caller.url.replace("CASCADIA", "BOREALIS")
    assert caller.send(caller.envelope(ASK), url=elsewhere).authentication == "failure"
    assert caller.send(caller.envelope(ASK), url=f"{sandbox.address}/intacct/ia/xml/xmlgw.phtml").authentication == "failure"
    sandbox.post("clock", advance_s=7300)
    assert caller.ask("<get_applications/>").error[0] == "XL03000006"


def test_get_api_session_stands_alone_and_opens_entities(sandbox: Sandbox) -> None:
    caller = IntacctCaller.at_the_gate(sandbox, "Cascadia")
    both = caller.ask("<getAPISession/>", "<get_applications/>")
    assert {result.status for result in both.results} == {"failure"}
    at_entity = IntacctCaller.signed_in(sandbox, "Cascadia", location="100")
    assert at_entity.ask("<get_applications/>").root.findtext("operation/authentication/locationid") == "100"
    top = at_entity.one("<getAPISession><locationid /></getAPISession>")
    assert top.node.findtext("data/api/locationid") == ""


def test_other_addresses_and_methods_are_not_the_gateway(sandbox: Sandbox) -> None:
    assert requests.get(f"{sandbox.address}/intacct/ia/xml/xmlgw.phtml", timeout=10).status_code == 404
    assert requests.post(f"{sandbox.address}/intacct/other", data="<request/>", timeout=10).status_code == 404


def test_a_company_has_only_so_many_slots(sandbox: Sandbox) -> None:
    from concurrent.futures import ThreadPoolExecutor

    sandbox.post("intacct/BOREALIS/settings", slots=1, slot_wait_s=0.05)
    caller = IntacctCaller.signed_in(sandbox, "Borealis")
    sandbox.weather("slow", system="intacct", match={"operation": "get_applications"}, delay_ms=500, times=1)
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda _: caller.ask("<get_applications/>"), range(2)))
    refused = [answer for answer in answers if answer.http.status_code == 429]
    assert len(refused) == 1
    assert refused[0].error[0] == "GW-0010"
    sandbox.post("intacct/BOREALIS/settings", slots=6, slot_wait_s=1)
