"""Secrets do not survive into anything that is written down, whatever the notation."""

from __future__ import annotations

import pytest

from onecore.lib.redact import MASK, is_secret_name, redact, redact_text

SECRET = "s3cr3t-canary"


@pytest.mark.parametrize(
    "text",
    [
        f"<login><password>{SECRET}</password></login>",
        f"<control><senderid>me</senderid><password>{SECRET}</password></control>",
        f"<sessionid>{SECRET}</sessionid>",
        f'{{"access_token": "{SECRET}", "token_type": "bearer"}}',
        f"grant_type=refresh_token&refresh_token={SECRET}&client_id=x",
        f"client_secret={SECRET}",
        f"Authorization: Bearer {SECRET}",
    ],
)
def test_a_secret_is_masked_in_text(text: str) -> None:
    cleaned = redact_text(text)
    assert SECRET not in cleaned
    assert MASK in cleaned


def test_a_secret_is_masked_however_deep_in_data() -> None:
    data = {"headers": [{"Authorization": SECRET}, {"X-Api-Key": SECRET}], "body": {"password": SECRET, "name": "Acme"}}
    assert SECRET not in str(redact(data))
    assert redact(data)["body"]["name"] == "Acme"


def test_a_blank_secret_is_shown_as_blank() -> None:
    """Whether something is set at all is worth knowing, and harmless."""
    assert redact({"password": ""}) == {"password": ""}


@pytest.mark.parametrize("name", ["vendor_name", "amount", "tokens_left_per_minute", "postcode"])
def test_ordinary_names_are_left_alone(name: str) -> None:
    assert not is_secret_name(name)
