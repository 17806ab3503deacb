"""A forger learns nothing and stores nothing; the hook counts, and the trail tells without being flooded."""

from __future__ import annotations

import hmac
from datetime import timedelta
from typing import Any

import pytest

from audit.models import Entry
from connectors.webhooks import receive
from connectors.webhooks.models import Hook, Receipt
from onecore.lib.clock import utcnow

pytestmark = pytest.mark.django_db


def _refusals() -> int:
    return Entry.everywhere.filter(event="webhook.refused").count()


def _variants(secret: str) -> list[str | None]:
    token = secret.removeprefix("Bearer ")
    altered = [secret.lower(), secret[:-1], f"{secret}x", f"Bearer  {token}", f"Basic {token}", token]
    return [None, "", "Bearer", "Bearer ", *altered, "\xff\xfe", "x" * 8000]


def test_no_wrong_secret_is_taken_and_nothing_is_stored(post: Any, hooked: Any) -> None:
    hook, right = hooked
    variants = _variants(right)
    for secret in variants:
        answer = post(secret=secret)
        assert (answer.status_code, answer.content) == (401, b""), secret
        assert "WWW-Authenticate" in answer
    hook.refresh_from_db()
    assert hook.refused == len(variants)
    assert not Receipt.everywhere.exists()


def test_the_secret_of_another_tenants_hook_is_refused(post: Any, connection_of: Any) -> None:
    _, theirs = receive.create_hook(connection_of("borealis"))
    assert post(secret=theirs).status_code == 401


def test_the_trail_tells_of_refusals_once_a_minute_a_hook(post: Any, hooked: Any) -> None:
    hook, _ = hooked
    for _ in range(20):
        post(secret="Bearer wrong")
    assert _refusals() == 1
    hook.refresh_from_db()
    assert hook.refused == 20
    Hook.everywhere.update(refusal_audited_at=utcnow() - timedelta(seconds=61))
    post(secret="Bearer wrong")
    assert _refusals() == 2
    told = Entry.everywhere.filter(event="webhook.refused").order_by("-sequence").first()
    assert told.data["refused_before"] == 20
    assert "wrong secret" in told.sentence
    assert told.tenant_id == hook.tenant_id


def test_unknown_addresses_all_get_the_same_404(post: Any, hooked: Any) -> None:
    hook, right = hooked
    paths = [
        f"/hooks/procore/{'x' * 32}/",
        f"/hooks/xero/{hook.opaque_id}/",
        f"/hooks/nobody/{hook.opaque_id}/",
        f"/hooks/procore/{hook.opaque_id[:-1]}/",
        f"/hooks/procore/{hook.opaque_id}%00/",
    ]
    for path in paths:
        for secret in (right, "Bearer wrong", None):
            answer = post(path=path, secret=secret)
            assert (answer.status_code, answer.content) == (404, b""), path
    hook.refresh_from_db()
    assert hook.refused == 0


def test_a_hook_that_is_switched_off_answers_as_if_it_had_never_existed(post: Any) -> None:
    Hook.everywhere.update(active=False)
    assert post().status_code == 404


def test_only_post_is_answered_and_only_to_who_knows_the_secret(client: Any, hooked: Any) -> None:
    hook, right = hooked
    assert client.get(hook.path).status_code == 401
    answer = client.get(hook.path, headers={"authorization": right})
    assert (answer.status_code, answer.content) == (405, b"")


def test_the_body_of_a_forger_is_never_read(post: Any, hooked: Any) -> None:
    assert post(b"{" * 1000, secret="Bearer wrong").status_code == 401
    hooked[0].refresh_from_db()
    assert hooked[0].malformed == 0


def test_secrets_are_compared_in_constant_time_and_always_both(hooked: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[tuple[int, int]] = []
    real = hmac.compare_digest

    def watched(left: str, right: str) -> bool:
        compared.append((len(left), len(right)))
        return real(left, right)

    monkeypatch.setattr(receive.hmac, "compare_digest", watched)
    hook, right = hooked
    for given in (right, "Bearer wrong", ""):
        receive.is_true(hook, given, now=utcnow())
    assert compared == [(64, 64)] * 6


def test_neither_secret_nor_its_like_is_kept_anywhere(hooked: Any) -> None:
    hook, right = hooked
    token = right.removeprefix("Bearer ")
    row = Hook.everywhere.filter(pk=hook.pk).values().get()
    assert token not in str(row)
    assert token not in "".join(f"{entry.sentence}{entry.data}" for entry in Entry.everywhere.all())
    assert len(token) >= 40
    assert len(hook.opaque_id) >= 32


def test_a_rotated_secret_works_at_once_and_the_one_before_it_for_a_day(post: Any, hooked: Any) -> None:
    hook, old = hooked
    new = receive.rotate_secret(hook, now=utcnow(), actor="ana")
    assert new != old
    assert post({"id": 1}, secret=new).status_code == 202
    assert post({"id": 2}, secret=old).status_code == 202
    Hook.everywhere.update(previous_until=utcnow() - timedelta(seconds=1))
    assert post({"id": 3}, secret=old).status_code == 401
    assert Entry.everywhere.filter(event="webhook.secret_rotated", actor="ana").count() == 1


def test_a_leaked_secret_can_be_dropped_at_once(post: Any, hooked: Any) -> None:
    hook, old = hooked
    new = receive.rotate_secret(hook, now=utcnow(), keep_previous=False)
    assert post({"id": 1}, secret=old).status_code == 401
    assert post({"id": 2}, secret=new).status_code == 202


def test_two_rotations_forget_the_first_secret(post: Any, hooked: Any) -> None:
    hook, first = hooked
    second = receive.rotate_secret(hook, now=utcnow())
    receive.rotate_secret(hook, now=utcnow())
    assert post({"id": 1}, secret=first).status_code == 401
    assert post({"id": 2}, secret=second).status_code == 202
