"""What every source must do. A new system's conformance test is one class with its key."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any, ClassVar

import pytest

from connectors import catalog
from connectors.connections.models import Call
from connectors.connections.opening import open_port
from connectors.port.connector import Role
from connectors.port.errors import ConnectorError, Refused, SignInAgain, TryLater
from connectors.port.records import Gone, RecordKind, Requisition, Standing
from connectors.sync.pull import booked_digest
from tests.contracts.opened import connect, opened
from tests.sandbox_server import Sandbox


@pytest.mark.sandbox
@pytest.mark.django_db
class SourceContract:
    """`key`: the system. `wrong`: a config value that makes signing in fail. `reading`: the operation weather shall hit."""

    key: ClassVar[str]
    wrong: ClassVar[dict[str, str]]
    reading: ClassVar[str]
    a_hook: ClassVar[bytes]

    @pytest.fixture
    def source(self, sandbox: Sandbox) -> Any:
        return opened(sandbox, self.key)

    def test_it_is_declared_as_a_source_and_says_what_it_can_do(self) -> None:
        declared = catalog.connector(self.key)
        assert declared.role is Role.SOURCE
        assert declared.capabilities.references
        assert declared.capabilities.records
        assert all(field.label for field in declared.config)
        assert any(field.secret for field in declared.config)

    def test_it_tells_whose_books_it_opens(self, source: Any) -> None:
        health = source.check()
        assert health.organisation
        assert health.organisation_id
        assert len(health.currency) == 3

    def test_every_declared_list_can_be_read_and_names_each_entry_once(self, source: Any) -> None:
        for kind in sorted(catalog.connector(self.key).capabilities.references):
            rows = list(source.references(kind))
            assert all(row.kind == kind for row in rows)
            assert len({(row.parent, row.remote_id) for row in rows}) == len(rows), kind
            assert all(row.why_not for row in rows if not row.selectable)

    def test_the_same_records_read_twice_have_the_same_digest(self, source: Any) -> None:
        first = {record.source_id: booked_digest(record) for record in source.changes(RecordKind.REQUISITION, since=None)}
        again = {record.source_id: booked_digest(record) for record in source.changes(RecordKind.REQUISITION, since=None)}
        assert first
        assert first == again

    def test_amounts_are_exact_and_the_total_is_the_sources_own(self, source: Any) -> None:
        payable = [
            row for row in source.changes(RecordKind.REQUISITION, since=None) if isinstance(row, Requisition) and row.standing is Standing.PAYABLE
        ]
        assert all(isinstance(row.payable_net, Decimal) for row in payable)
        sums: dict[str, Decimal] = {}
        for row in payable:
            sums[row.currency] = sums.get(row.currency, Decimal(0)) + row.payable_net + row.tax_total
        assert {total.currency: total.amount for total in source.totals(RecordKind.REQUISITION)} == sums

    def test_what_was_read_by_id_equals_what_the_list_said_and_a_missing_one_is_gone(self, source: Any) -> None:
        listed = next(iter(source.changes(RecordKind.REQUISITION, since=None)))
        found, gone = source.read(RecordKind.REQUISITION, [(listed.source_id, listed.project_ref), ("987654321", listed.project_ref)])
        assert booked_digest(found) == booked_digest(listed)
        assert gone == Gone(RecordKind.REQUISITION, "987654321")

    def test_only_what_changed_since_is_read(self, source: Any) -> None:
        everything = list(source.changes(RecordKind.REQUISITION, since=None))
        newest = max(record.updated_at for record in everything)
        late = list(source.changes(RecordKind.REQUISITION, since=newest + timedelta(days=1)))
        assert late == []
        recent = {record.source_id for record in source.changes(RecordKind.REQUISITION, since=newest)}
        assert {record.source_id for record in everything if record.updated_at >= newest} <= recent
        assert len(recent) < len(everything)

    @pytest.mark.parametrize("effect", ["status", "html_200", "truncated", "reset", "garbage"])
    def test_a_read_that_breaks_is_tried_later(self, source: Any, sandbox: Sandbox, effect: str) -> None:
        source.check()
        sandbox.weather(effect, system=self.key, match={"operation": self.reading}, **({"status": 500} if effect == "status" else {}))
        with pytest.raises(TryLater):
            list(source.changes(RecordKind.REQUISITION, since=None))

    def test_being_throttled_names_when_to_come_back(self, source: Any, sandbox: Sandbox) -> None:
        source.check()
        sandbox.weather("status", system=self.key, match={"operation": self.reading}, status=429, headers={"Retry-After": "7"})
        with pytest.raises(TryLater) as caught:
            list(source.changes(RecordKind.REQUISITION, since=None))
        assert caught.value.after_s is not None
        assert caught.value.after_s >= 6

    def test_wrong_credentials_ask_for_a_person_and_never_show_themselves(self, sandbox: Sandbox) -> None:
        port = opened(sandbox, self.key, **self.wrong)
        with pytest.raises(SignInAgain) as caught:
            port.check()
        assert not any(value in str(caught.value) for value in self.wrong.values())

    def test_no_secret_stands_in_the_journal(self, sandbox: Sandbox) -> None:
        connection = connect(sandbox, self.key)
        open_port(connection).check()
        secrets = [str(value) for name, value in sandbox.pair("Cascadia")[self.key].items() if "secret" in name or "password" in name]
        written = "\n".join(f"{call.url} {call.request} {call.response}" for call in Call.everywhere.filter(connection=connection))
        assert written
        assert not any(secret in written for secret in secrets)

    def test_an_unknown_announcement_is_no_error_and_nonsense_is_refused(self, source: Any) -> None:
        assert source.hints(self.a_hook)
        unknown = source.hints(b'{"id": 1, "resource_name": "Moon Phases", "event_type": "wane", "resource_id": 5, "api_version": "v9"}')
        assert all(hint.record is None for hint in unknown)
        with pytest.raises(Refused):
            source.hints(b"not json")

    def test_every_failure_is_one_of_the_five(self, source: Any, sandbox: Sandbox) -> None:
        source.check()
        for status in (400, 401, 403, 404, 406, 409, 418, 422, 502, 503):
            sandbox.delete("weather")
            sandbox.weather("status", system=self.key, match={"operation": self.reading}, status=status)
            with pytest.raises(ConnectorError):
                list(source.changes(RecordKind.REQUISITION, since=None, scope=("1",)))
