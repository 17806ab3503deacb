"""Procore keeps the source contract."""

from tests.contracts.source_contract import SourceContract


class TestProcore(SourceContract):
    key = "procore"
    wrong = {"client_secret": "no-such-secret-4711"}
    reading = "requisitions"
    a_hook = (
        b'{"id": 5, "ulid": "01X", "api_version": "v2.0", "event_type": "update",'
        b' "resource_name": "Work Order Contracts", "resource_id": 7, "project_id": 3}'
    )
