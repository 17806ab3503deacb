"""An opening without a database, and Procore's answers as its documentation shows them."""

from __future__ import annotations

import contextlib
import copy
from collections.abc import Iterator
from typing import Any

from connectors.port.connector import CallRecord, Endpoints, Knobs, Opening, Token
from connectors.port.errors import SignInAgain

API = "https://api.procore.com"
NOW = 1_770_000_000.0  # 2026-02-02
COMPANY, PROJECT, COMMITMENT, VENDOR = 4281379, 316469, 786001, 77120


class Tokens:
    """One live token; `renew` hands out the next of a list."""

    def __init__(self, *later: str) -> None:
        self.current = Token("first", NOW + 5400)
        self.later = list(later)
        self.renewed = 0

    def token(self) -> Token:
        return self.current

    def renew(self, spent: Token) -> Token:
        self.renewed += 1
        if not self.later:
            raise SignInAgain("no more tokens")
        self.current = Token(self.later.pop(0), NOW + 5400)
        return self.current

    def touched(self, token: Token, *, expires_at: float) -> None:
        raise AssertionError("Procore's tokens do not slide")


class Throttle:
    def __init__(self) -> None:
        self.lessons: list[dict[str, Any]] = []

    @contextlib.contextmanager
    def slot(self) -> Iterator[None]:
        yield

    def learned(self, **lesson: Any) -> None:
        self.lessons.append(lesson)


class Journal:
    def __init__(self) -> None:
        self.calls: list[CallRecord] = []

    def wrote(self, call: CallRecord) -> None:
        self.calls.append(call)


def opening(*, api: str = API, tokens: Any = None, **config: str) -> Opening:
    return Opening(
        config={"company_id": str(COMPANY), "client_id": "app-1", "client_secret": "s3cret", **config},
        endpoints=Endpoints(api, f"{api}/oauth/authorize", f"{api}/oauth/token"),
        journal=Journal(),
        knobs=Knobs(2, 5, 10),
        now=lambda: NOW,
        tokens=tokens or Tokens("second"),
        throttle=Throttle(),
    )


ITEM: dict[str, Any] = {
    "id": 17918097,
    "item_type": "contract_item",
    "accounting_method": "amount",
    "line_item_id": 5175960,
    "cost_code_id": 1472,
    "description_of_work": "Formwork levels 1-6",
    "scheduled_value": "250000.00",
    "work_completed_from_previous_application": "50000.00",
    "work_completed_this_period": "50000.00",
    "materials_presently_stored": "0.00",
    "total_completed_and_stored_to_date": "100000.00",
    "work_completed_retainage_from_previous_application": "2500.00",
    "work_completed_retainage_retained_this_period": "2500.00",
    "work_completed_retainage_released_this_period": "0.00",
    "materials_stored_retainage_currently_retained": "0.00",
    "materials_stored_retainage_released_this_period": "0.00",
    "status": "approved",
    "position": 1,
    "taxes": [],
    "wbs_code": {"id": 182877777, "flat_code": "03-100.SUB", "description": "Formwork.Commitment"},
}

REQUISITION: dict[str, Any] = {
    "id": 1280646,
    "previous_requisition_id": 1280601,
    "project_id": PROJECT,
    "commitment_id": COMMITMENT,
    "commitment_type": "WorkOrderContract",
    "contract_name": "SC-001: Formwork package",
    "vendor_id": VENDOR,
    "vendor_name": "Coastal Formwork Pty Ltd",
    "number": 2,
    "invoice_number": "CF-1042",
    "invoice_type": "progress",
    "contract_invoicing_method": "progressive",
    "billing_date": "2026-01-31",
    "requisition_start": "2026-01-01",
    "requisition_end": "2026-01-31",
    "period_id": 117330,
    "payment_date": None,
    "status": "approved",
    "erp_status": "unsynced",
    "final": False,
    "total_claimed_amount": "50000.00",
    "summary": {
        "original_contract_sum": "250000.00",
        "contract_sum_to_date": "265000.00",
        "total_completed_and_stored_to_date": "100000.00",
        "total_retainage": "5000.00",
        "total_earned_less_retainage": "95000.00",
        "less_previous_certificates_for_payment": "47500.00",
        "current_payment_due": "47500.00",
        "balance_to_finish_including_retainage": "170000.00",
    },
    "items": [ITEM],
    "attachments": [{"id": 6181940361, "url": "https://storage.procore.com/x", "filename": "CF-1042.pdf", "content_type": "application/pdf"}],
    "currency_configuration": {"currency_iso_code": "AUD"},
    "created_at": "2026-01-27T00:00:00Z",
    "updated_at": "2026-02-02T04:05:06Z",
}

SUBCONTRACT: dict[str, Any] = {
    "id": COMMITMENT,
    "number": "SC-001",
    "title": "Formwork package",
    "status": "Approved",
    "executed": True,
    "vendor": {"id": VENDOR, "company": "Coastal Formwork Pty Ltd"},
    "project": {"id": PROJECT, "name": "Wharf St Apartments"},
    "grand_total": "250000.0",
    "approved_change_orders": "15000.0",
    "revised_contract": "265000.0",
    "retainage_percent": "5.0",
    "updated_at": "2026-01-10T01:02:03Z",
    "currency_configuration": {"currency_iso_code": "AUD"},
}

PROJECT_ROW: dict[str, Any] = {
    "id": PROJECT,
    "name": "Wharf St Apartments",
    "display_name": "24-017 - Wharf St Apartments",
    "project_number": "24-017",
    "active": True,
    "city": "Newcastle",
    "state_code": "NSW",
    "time_zone": "Australia/Sydney",
    "project_stage": {"id": 3, "name": "Course of Construction"},
    "accounting_project_number": "J24017",
    "origin_id": None,
}

VENDOR_ROW: dict[str, Any] = {
    "id": VENDOR,
    "name": "Coastal  Formwork Pty Ltd",
    "abbreviated_name": "COASTAL",
    "legal_name": "Coastal Formwork Pty Ltd",
    "address": "5 Dock Rd",
    "city": "Newcastle",
    "state_code": "NSW",
    "zip": "2300",
    "country_code": "AU",
    "email_address": "ap@coastal.example",
    "is_active": True,
    "origin_id": "xero:6b1f",
    "origin_code": "COAST01",
    "business_register": {"id": 551, "type": "ABN", "identifier": "51824753556"},
    "parent": None,
}


def requisition(**changes: Any) -> dict[str, Any]:
    """A requisition of its own; `items` and `summary` given here are laid over the sample's."""
    made = copy.deepcopy(REQUISITION)
    made["summary"] |= changes.pop("summary", {})
    return made | changes


def item(**changes: Any) -> dict[str, Any]:
    return copy.deepcopy(ITEM) | changes
