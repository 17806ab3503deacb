"""Making an address shows its secret once; afterwards no page does."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audit.models import Entry
from connectors.webhooks.models import Hook, Receipt
from connectors.webhooks.receive import NoWebhooks, create_hook, is_true, read_delivery, store
from onecore.lib.clock import utcnow
from onecore.tenants.models import Membership

pytestmark = pytest.mark.django_db

SECRET = re.compile(r'id="secret">(Bearer [\w-]{40,})<')


@pytest.fixture
def procore(connection_of: Any) -> Any:
    return connection_of()


def _signed_in(tenant_id: int, role: str) -> Client:
    user = get_user_model().objects.create_user(f"{role}-{tenant_id}")
    Membership.everywhere.create(tenant_id=tenant_id, user=user, role=role)
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def ana(procore: Any) -> Client:
    return _signed_in(procore.tenant_id, "owner")


def _add(client: Client, of: Any) -> Any:
    return client.post(reverse("admin:webhooks_hook_add"), {"connection": of.pk})


def test_adding_a_hook_shows_its_address_and_its_secret_this_once(ana: Client, procore: Any) -> None:
    answer = _add(ana, procore)
    text = answer.content.decode()
    hook = Hook.everywhere.get()
    secret = SECRET.search(text)
    assert secret is not None
    assert is_true(hook, secret[1], now=utcnow())
    assert f"http://testserver{hook.path}" in text
    assert "no-store" in answer["Cache-Control"]
    assert (hook.tenant_id, hook.system) == (procore.tenant_id, "procore")
    pages = [reverse("admin:webhooks_hook_changelist"), reverse("admin:webhooks_hook_change", args=[hook.pk])]
    for page in (*pages, reverse("admin:webhooks_hook_history", args=[hook.pk])):
        assert secret[1].removeprefix("Bearer ") not in ana.get(page).content.decode()
        assert hook.secret_digest not in ana.get(page).content.decode()
    assert Entry.everywhere.get(event="webhook.created").actor.startswith("owner")


def test_rotating_asks_first_and_shows_the_new_secret_once(ana: Client, procore: Any) -> None:
    hook, old = create_hook(procore)
    page = reverse("admin:webhooks_hook_rotate", args=[hook.pk])
    assert "Rotate the secret?" in ana.get(page).content.decode()
    hook.refresh_from_db()
    assert is_true(hook, old, now=utcnow())
    secret = SECRET.search(ana.post(page, {"confirmed": "yes"}).content.decode())
    hook.refresh_from_db()
    assert secret is not None
    assert is_true(hook, secret[1], now=utcnow())
    assert is_true(hook, old, now=utcnow())


def test_replacing_a_leaked_secret_ends_the_old_one_at_once(ana: Client, procore: Any) -> None:
    hook, old = create_hook(procore)
    ana.post(reverse("admin:webhooks_hook_replace_leaked", args=[hook.pk]), {"confirmed": "yes"})
    hook.refresh_from_db()
    assert not is_true(hook, old, now=utcnow())


def test_switching_off_is_told_and_nothing_else_can_be_changed(ana: Client, procore: Any) -> None:
    hook, _ = create_hook(procore)
    ana.post(reverse("admin:webhooks_hook_change", args=[hook.pk]), {"opaque_id": "mine", "secret_digest": "0" * 64, "refused": "5"})
    after = Hook.everywhere.get()
    assert (after.active, after.opaque_id, after.secret_digest, after.refused) == (False, hook.opaque_id, hook.secret_digest, 0)
    assert Entry.everywhere.get(event="webhook.changed").data == {"active": False}


def test_a_hook_is_offered_for_own_connections_of_systems_that_post(ana: Client, procore: Any, connection_of: Any) -> None:
    theirs = connection_of("borealis")
    ledger = apps.get_model("connections.Connection").everywhere.create(tenant_id=procore.tenant_id, system="intacct", name="Acme ledger")
    form = ana.get(reverse("admin:webhooks_hook_add")).content.decode()
    assert str(procore) in form
    for other in (theirs, ledger):
        assert str(other) not in form
        assert _add(ana, other).status_code == 200
    assert not Hook.everywhere.exists()
    with pytest.raises(NoWebhooks, match="intacct"):
        create_hook(ledger)


@pytest.mark.parametrize("role", ["viewer", "finance", "auditor"])
def test_who_may_only_look_can_neither_add_nor_rotate(procore: Any, role: str) -> None:
    client = _signed_in(procore.tenant_id, role)
    hook, secret = create_hook(procore)
    assert client.get(reverse("admin:webhooks_hook_change", args=[hook.pk])).status_code == 200
    assert _add(client, procore).status_code == 403
    for act in ("rotate", "replace_leaked"):
        client.post(reverse(f"admin:webhooks_hook_{act}", args=[hook.pk]), {"confirmed": "yes"})
    hook.refresh_from_db()
    assert is_true(hook, secret, now=utcnow())
    assert Hook.everywhere.count() == 1


def test_an_outsider_finds_nothing(procore: Any, connection_of: Any) -> None:
    hook, secret = create_hook(procore)
    store(hook, read_delivery(b'{"id": "e1"}'), now=utcnow())
    outsider = _signed_in(connection_of("borealis").tenant_id, "owner")
    paths = [reverse(f"admin:webhooks_hook_{name}", args=[hook.pk]) for name in ("change", "delete", "history", "rotate", "replace_leaked")]
    paths.append(reverse("admin:webhooks_receipt_change", args=[Receipt.everywhere.get().pk]))
    for path in paths:
        assert outsider.get(path).status_code == 404, path
        assert outsider.post(path, {"confirmed": "yes"}).status_code == 404, path
    assert "e1" not in outsider.get(reverse("admin:webhooks_receipt_changelist")).content.decode()
    hook.refresh_from_db()
    assert is_true(hook, secret, now=utcnow())


def test_receipts_can_be_read_but_not_changed(ana: Client, procore: Any) -> None:
    hook, _ = create_hook(procore)
    store(hook, read_delivery(b'{"id": "e1", "x": "<script>"}'), now=utcnow())
    page = reverse("admin:webhooks_receipt_change", args=[Receipt.everywhere.get().pk])
    text = ana.get(page).content.decode()
    assert "&lt;script&gt;" in text
    assert ana.post(page, {"body": "x"}).status_code == 403
    assert ana.get(reverse("admin:webhooks_receipt_add")).status_code == 403


def test_the_lists_take_a_fixed_number_of_queries(ana: Client, procore: Any) -> None:
    hook, _ = create_hook(procore)
    counts: dict[str, list[int]] = {"hook": [], "receipt": []}
    for number in (2, 60):
        for n in range(number):
            store(hook, read_delivery(b'{"id": "%d-%d"}' % (number, n)), now=utcnow())
        create_hook(procore)
        for name, seen in counts.items():
            ana.get(reverse(f"admin:webhooks_{name}_changelist"))
            with CaptureQueriesContext(connection) as queries:
                ana.get(reverse(f"admin:webhooks_{name}_changelist"))
            seen.append(len(queries))
    assert all(few == many <= 20 for few, many in counts.values()), counts
