"""The client: company header, one renewal, paging, rate headers, and every refusal in words."""

from __future__ import annotations

import pytest
import responses
from responses import matchers

from connectors.port.errors import Code, Refused, SignInAgain, TryLater, Uncertain
from connectors.procore.client import Client

from . import pretend

URL = f"{pretend.API}/rest/v1.0/things"


@pytest.fixture
def opening():
    return pretend.opening()


@pytest.fixture
def client(opening):
    return Client(opening)


def get(client):
    return client.get("/rest/v1.0/things", operation="read things")


@responses.activate
def test_every_call_names_the_company_and_carries_the_token(client):
    responses.get(URL, json={}, match=[matchers.header_matcher({"Procore-Company-Id": "4281379", "Authorization": "Bearer first"})])
    assert get(client) == {}


@responses.activate
def test_a_refused_token_is_renewed_once_and_the_call_replayed(client, opening):
    responses.get(URL, status=401, match=[matchers.header_matcher({"Authorization": "Bearer first"})])
    responses.get(URL, json={"a": 1}, match=[matchers.header_matcher({"Authorization": "Bearer second"})])
    assert get(client) == {"a": 1}
    assert opening.tokens.renewed == 1


@responses.activate
def test_a_fresh_token_that_is_refused_too_ends_in_signing_in_again(client, opening):
    responses.get(URL, status=401)
    with pytest.raises(SignInAgain):
        get(client)
    assert (opening.tokens.renewed, len(responses.calls)) == (1, 2)


@responses.activate
def test_pages_are_read_by_their_links(client):
    def page(index, rows, link):
        asked = {"page": str(index), "per_page": "2"}
        headers = {"Link": link, "Total": "3", "Per-Page": "2"} if link else {"Total": "3"}
        responses.get(URL, json=rows, headers=headers, match=[matchers.query_param_matcher(asked)])

    page(1, [{"id": 1}, {"id": 2}], f'<{URL}?page=2>; rel="next", <{URL}?page=2>; rel="last"')
    page(2, [{"id": 3}], f'<{URL}?page=1>; rel="first", <{URL}?page=1>; rel="prev"')
    assert [row["id"] for row in client.pages("/rest/v1.0/things", operation="list", per_page=2)] == [1, 2, 3]


@responses.activate
def test_a_cap_below_what_was_asked_for_does_not_end_the_list_early(client):
    rows = {"1": [{"id": 1}, {"id": 2}], "2": [{"id": 3}]}
    responses.add_callback(responses.GET, URL, lambda request: (200, {"Per-Page": "2"}, __import__("json").dumps(rows[request.params["page"]])))
    assert len(list(client.pages("/rest/v1.0/things", operation="list", per_page=1000))) == 3


@responses.activate
def test_a_page_that_is_too_much_for_procore_is_asked_for_in_smaller_ones(client):
    sizes = []

    def answer(request):
        sizes.append(int(request.params["per_page"]))
        return (408, {}, "") if sizes[-1] > 30 else (200, {}, '[{"id": 1}]')

    responses.add_callback(responses.GET, URL, answer)
    assert list(client.pages("/rest/v1.0/things", operation="list")) == [{"id": 1}]
    assert sizes == [100, 25]


@responses.activate
def test_the_envelope_of_the_second_generation_is_opened(client):
    responses.get(f"{pretend.API}/rest/v2.0/things", json={"data": [{"id": "1"}]})
    assert list(client.pages("/rest/v2.0/things", operation="list")) == [{"id": "1"}]


@responses.activate
def test_the_throttle_learns_from_every_answer_and_keeps_a_reserve(client, opening):
    responses.get(URL, json={}, headers={"X-Rate-Limit-Limit": "25", "X-Rate-Limit-Remaining": "2", "X-Rate-Limit-Reset": "1770000008"})
    get(client)
    assert opening.throttle.lessons == [{"remaining": 0, "reset_at": 1770000008.0, "retry_after_s": None}]


@responses.activate
def test_a_throttled_call_pauses_the_connection_until_the_reset(client):
    reset = str(int(pretend.NOW) + 9)
    responses.get(URL, status=429, json={"errors": "surpassed"}, headers={"X-Rate-Limit-Remaining": "0", "X-Rate-Limit-Reset": reset})
    with pytest.raises(TryLater) as caught:
        get(client)
    assert (caught.value.after_s, caught.value.pauses_connection) == (9, True)


@pytest.mark.parametrize(
    ("status", "body", "code", "words"),
    [
        (403, {"errors": "Forbidden"}, Code.PERMISSION_MISSING, "Forbidden"),
        (403, {"message": "App is not connected to this company"}, Code.SUBSCRIPTION_MISSING, "App Management"),
        (404, {"error": {"code": "404", "message": "Not here"}}, Code.NOT_FOUND, "Not here"),
        (422, {"errors": {"title": ["is blank"], "vendor_id": ["is inactive"]}}, Code.UNSPECIFIED, "title: is blank; vendor_id: is inactive"),
        (400, {"code": 400, "message": "bad", "fields": "x", "reason": "worse", "error": None}, Code.UNSPECIFIED, "bad; worse"),
        (400, {"error": {"code": "BAD", "message": "No", "details": [{"reason_code": "R", "message": "why"}]}}, Code.UNSPECIFIED, "No; why"),
        (409, {"base": ["busy"], "fields": {"label": "taken"}}, Code.UNSPECIFIED, "busy"),
        (406, "<html>what?</html>", Code.UNSPECIFIED, "form of the request"),
        (400, "Missing Procore-Company-Id header! Please add it", Code.PERMISSION_MISSING, "Company ID"),
    ],
)  # fmt: skip
@responses.activate
def test_every_shape_of_refusal_becomes_a_sentence(client, status, body, code, words):
    responses.get(URL, status=status, headers={"x-request-id": "r-9"}, **({"body": body} if isinstance(body, str) else {"json": body}))
    with pytest.raises(Refused) as caught:
        get(client)
    assert caught.value.code is code
    assert words in caught.value.message
    assert (caught.value.request_id, caught.value.remote_code) == ("r-9", str(status))


@pytest.mark.parametrize("answer", [{"status": 500}, {"status": 502, "body": "<html>"}, {"body": "<html>log in</html>"}, {"body": '[{"id":'}])
@responses.activate
def test_a_broken_read_is_tried_later_and_a_broken_write_is_uncertain(client, answer):
    responses.get(URL, **answer)
    responses.post(URL, **answer)
    with pytest.raises(TryLater):
        get(client)
    with pytest.raises(Uncertain):
        client.write("POST", "/rest/v1.0/things", operation="store", json={"a": 1})


@responses.activate
def test_a_list_that_is_no_list_is_tried_later(client):
    responses.get(URL, json={"id": 1})
    with pytest.raises(TryLater, match="something else"):
        list(client.pages("/rest/v1.0/things", operation="list things"))
