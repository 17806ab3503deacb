"""Deliveries of three generations become hints; nothing in them is believed."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from connectors.port.errors import Refused
from connectors.port.records import RecordKind
from connectors.procore.webhooks import hints

V2 = {
    "id": 5982324300946918154, "ulid": "01EDPD2J6SBY1163N77H95GW09", "timestamp": "2026-01-20T15:22:01.353581Z",
    "metadata": {"source_user_id": 1469242, "source_project_id": 219542, "source_company_id": 6452, "source_application_id": None},
    "user_id": 1469242, "company_id": 6452, "project_id": 219542, "api_version": "v2.0", "event_type": "create",
    "resource_name": "Work Order Contracts", "resource_id": 245510722,
}  # fmt: skip
V4 = {
    "id": "01JMYXMZRBVKK0PC6XS8SA4QRE", "timestamp": "2026-02-25T16:04:43.619085Z", "reason": "update", "company_id": "8",
    "project_id": "6778", "user_id": "5447", "resource_type": "Purchase Order Contracts", "resource_id": "379913",
}  # fmt: skip


def read(event, **more):
    return hints(json.dumps(event).encode(), **more)


def test_a_commitment_hints_at_itself_and_at_the_projects_requisitions():
    first, second = read(V2)
    assert (first.record, first.source_id, first.project_ref, first.company_ref) == (RecordKind.COMMITMENT, "245510722", "219542", "6452")
    assert (second.record, second.source_id, second.project_ref) == (RecordKind.REQUISITION, "", "219542")
    assert first.event_id == second.event_id == "01EDPD2J6SBY1163N77H95GW09"
    assert first.happened_at == datetime(2026, 1, 20, 15, 22, 1, 353581, tzinfo=UTC)


def test_the_fourth_generation_says_the_same_in_other_words():
    first, _ = read(V4)
    assert (first.record, first.source_id, first.event_id) == (RecordKind.COMMITMENT, "379913", "01JMYXMZRBVKK0PC6XS8SA4QRE")
    assert read(V4 | {"reason": "delete"})[0].deleted


def test_the_third_generation_names_the_parent_of_a_line():
    event = V2 | {
        "api_version": "v3.0",
        "resource_name": "Work Order Contract Line Items",
        "related_resources": [{"id": 1234, "name": "Work Order Contracts"}],
    }
    first, second = read(event)
    assert (first.record, first.source_id) == (RecordKind.COMMITMENT, "1234")
    assert second.record is RecordKind.REQUISITION


@pytest.mark.parametrize("resource", ["Contract Payments", "Change Order Packages", "Purchase Order Contract Line Items"])
def test_what_stands_around_a_commitment_hints_at_polling_the_project(resource):
    (hint,) = read(V2 | {"resource_name": resource, "event_type": "delete"})
    assert (hint.record, hint.source_id, hint.deleted) == (RecordKind.REQUISITION, "", False)


def test_a_requisition_event_would_be_understood_if_procore_sent_one():
    (hint,) = read(V2 | {"resource_name": "Requisitions", "event_type": "delete"})
    assert (hint.record, hint.source_id, hint.deleted) == (RecordKind.REQUISITION, "245510722", True)


@pytest.mark.parametrize(
    ("resource", "record"), [("Company Vendors", RecordKind.VENDOR), ("Projects", RecordKind.PROJECT), ("Direct Costs", None), ("Brand New", None)]
)
def test_other_resources_are_sorted_or_only_counted(resource, record):
    (hint,) = read(V2 | {"resource_name": resource, "project_id": None})
    assert (hint.record, hint.project_ref, hint.resource) == (record, "", resource)


def test_what_our_own_application_caused_is_marked():
    event = V2 | {"metadata": {"source_application_id": 77}}
    assert read(event, client_id="77")[0].ours
    assert not read(event, client_id="78")[0].ours


def test_several_events_may_come_at_once():
    assert len(read([V2, V4])) == 4


def test_an_event_without_an_id_is_told_by_its_body():
    event = {key: value for key, value in V2.items() if key not in {"id", "ulid"}}
    assert read(event)[0].event_id == read(event)[0].event_id != read(event | {"user_id": 1})[0].event_id


@pytest.mark.parametrize("body", [b"", b"null", b"[]", b"[1]", b"{}", b'{"resource_name": 5}', b"\xff", b'{"a":1,"a":2}', b"[" * 9999])
def test_a_body_that_is_no_delivery_is_refused(body):
    with pytest.raises(Refused):
        hints(body)


def test_hostile_values_do_not_crash():
    event = V2 | {"resource_id": {"$gt": 1}, "project_id": [1], "timestamp": "yesterday", "metadata": "x", "related_resources": {"a": 1}}
    hint = read(event)[0]
    assert (hint.source_id, hint.project_ref, hint.happened_at) == ("", "", None)
