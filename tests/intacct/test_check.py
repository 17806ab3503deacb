"""The Test button: who is behind the sign-in, and what the user may not do there."""

from __future__ import annotations

import pytest
import responses

from connectors.port.errors import SignInAgain

from .pretend import COMPANY, error, failed, opened, response, rows


def entity(code: str, currency: str) -> dict[str, str]:
    return {"RECORDNO": code, "LOCATIONID": code, "NAME": f"Entity {code}", "CURRENCY": currency, "STATUS": "active"}


@responses.activate
def test_a_healthy_company_is_named_by_one_request() -> None:
    responses.post(COMPANY, body=response(rows("entities", "LOCATIONENTITY", entity("100", "USD"), entity("200", "USD")), rows("APBILL", "APBILL")))
    health = opened().check()
    assert (health.organisation, health.organisation_id, health.currency, health.warnings) == ("CASCADIA", "CASCADIA", "USD", ())
    assert len(responses.calls) == 1


@responses.activate
def test_a_missing_permission_is_a_warning_that_says_what_will_not_work() -> None:
    refused = failed("APADJUSTMENT", error("PL04000005", "You do not have permission for API operation READ on objects of type apadjustment"))
    responses.post(COMPANY, body=response(rows("entities", "LOCATIONENTITY"), refused))
    (warning,) = opened().check().warnings
    assert "credits cannot be posted" in warning
    assert "role" in warning


@responses.activate
def test_a_base_currency_that_differs_from_the_ledgers_is_told() -> None:
    responses.post(COMPANY, body=response(rows("entities", "LOCATIONENTITY", entity("100", "CAD"))))
    health = opened(entity_id="100").check()
    assert health.currency == "CAD"
    assert health.organisation == "CASCADIA · Entity 100"
    assert "CAD" in health.warnings[0]


@responses.activate
def test_an_entity_that_is_none_needs_a_person() -> None:
    responses.post(COMPANY, body=response(rows("entities", "LOCATIONENTITY", entity("200", "USD"))))
    with pytest.raises(SignInAgain, match="100"):
        opened(entity_id="100").check()
