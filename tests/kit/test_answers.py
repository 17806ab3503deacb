"""What an answer means before anybody reads its content."""

from __future__ import annotations

import pytest
from requests.structures import CaseInsensitiveDict

from connectors.kit.answers import data, transient
from connectors.kit.http import Answer
from connectors.port.errors import Refused, TryLater, Uncertain

NOW = 1_790_000_000.0


def answer(status=200, body=b"{}", **headers):
    return Answer(
        status, CaseInsensitiveDict({name.replace("_", "-"): value for name, value in headers.items()}), body, "https://api.example/x", "req-1"
    )


@pytest.mark.parametrize("writes", [True, False])
def test_a_throttled_call_was_not_done_and_pauses_the_connection(writes):
    error = transient(answer(429, Retry_After="17"), writes, now=NOW)
    assert isinstance(error, TryLater)
    assert (error.after_s, error.pauses_connection, error.request_id) == (17, True, "req-1")


def test_a_throttled_call_waits_for_the_reset_where_there_is_no_retry_after():
    error = transient(answer(429, X_Rate_Limit_Remaining="0", X_Rate_Limit_Reset=str(NOW + 6)), False, now=NOW)
    assert error.after_s == 6


def test_absurd_advice_is_capped_and_told():
    error = transient(answer(429, Retry_After="31536000"), False, now=NOW)
    assert error.after_s < 4000
    assert error.details == {"advice_capped": True}


@pytest.mark.parametrize("status", [408, 500, 502, 503, 504, 599])
def test_after_a_breakdown_a_write_is_uncertain_and_a_read_is_tried_later(status):
    assert isinstance(transient(answer(status), True, now=NOW), Uncertain)
    assert isinstance(transient(answer(status, b"<html>"), False, now=NOW), TryLater)


def test_a_redirect_is_refused():
    error = transient(answer(302, Location="https://evil.example/"), False, now=NOW)
    assert isinstance(error, Refused)
    assert "evil.example" in error.message


@pytest.mark.parametrize("body", [b"<!DOCTYPE html><html>", b"\xef\xbb\xbf \n<HTML>", b"<!-- x --><html><body>"])
def test_a_web_page_is_no_answer(body):
    assert isinstance(transient(answer(200, body), True, now=NOW), Uncertain)
    assert isinstance(transient(answer(200, body), False, now=NOW), TryLater)


@pytest.mark.parametrize("status", [200, 201, 400, 401, 403, 404, 422])
def test_everything_else_is_for_the_adapter_to_read(status):
    assert transient(answer(status), True, now=NOW) is None


def test_unreadable_data_is_uncertain_for_a_write():
    with pytest.raises(Uncertain):
        data(answer(body=b'{"cut'), writes=True)
    with pytest.raises(TryLater):
        data(answer(body=b"\xff\xff"), writes=False)
