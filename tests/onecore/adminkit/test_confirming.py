"""An action asks first, changes nothing until it is confirmed, and tells what it did."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.messages.storage.fallback import FallbackStorage
from django.contrib.sessions.backends.db import SessionStore
from django.test import RequestFactory

from onecore.adminkit.actions import confirm_then
from onecore.lib.scope import tenant_scope
from onecore.tenants.models import Membership
from tests.factories.people import a_person, a_tenant

pytestmark = pytest.mark.django_db


@pytest.fixture
def ask() -> Any:
    """`ask(method, sent, **options)` calls confirm_then on Acme's people; what was acted on is in `ask.acted`."""
    acme = a_tenant("Acme")
    ana = a_person("Ana", acme="owner")
    a_person("<b>Bold</b>", acme="viewer")

    class Ask:
        acted: list[Any] = []

        def act(self, rows: Any, **given: Any) -> int:
            self.acted.append((sorted(row.user.first_name for row in rows), given))
            return len(rows)

        def __call__(self, method: str, sent: dict[str, Any] | None = None, **options: Any) -> Any:
            request = getattr(RequestFactory(), method)("/admin/x/?state=held", sent or {})
            request.user, request.session, request.tenant = ana, SessionStore(), acme
            request._messages = FallbackStorage(request)
            with tenant_scope(acme):
                rows = Membership.objects.all()
                response = confirm_then(request, rows, **{"act": self.act, "done": "{n} people greeted", **options})
                if hasattr(response, "render"):
                    response.render()
            self.messages = [str(message) for message in request._messages]
            return response

    ask = Ask()
    ask.acted = []
    return ask


@pytest.mark.parametrize("method", ["get", "post"])
def test_it_asks_first_and_names_what_it_would_touch(ask: Any, method: str) -> None:
    response = ask(method, {"action": "greet", "_selected_action": ["1", "2"]}, title="Greet them?", sentence="Once only.")
    text = response.content.decode()
    assert response.status_code == 200
    assert ask.acted == []
    assert "Greet them?" in text
    assert "<b>Bold" not in text
    assert 'name="confirmed" value="yes"' in text
    if method == "post":
        assert text.count('name="_selected_action"') == 2


def test_a_get_never_acts_even_if_it_claims_to_be_confirmed(ask: Any) -> None:
    ask("get", {"confirmed": "yes"})
    assert ask.acted == []


def test_once_confirmed_it_acts_tells_and_returns_to_where_it_came_from(ask: Any) -> None:
    response = ask("post", {"confirmed": "yes"})
    assert response.status_code == 302
    assert response["Location"] == "/admin/x/?state=held"
    assert ask.acted == [(["<b>Bold</b>", "Ana"], {})]
    assert ask.messages == ["2 people greeted"]


def test_a_reason_is_demanded_and_handed_on(ask: Any) -> None:
    refused = ask("post", {"confirmed": "yes", "reason": "   "}, ask_reason=True)
    assert refused.status_code == 200
    assert ask.acted == []
    ask("post", {"confirmed": "yes", "reason": " paid twice "}, ask_reason=True)
    assert ask.acted[0][1] == {"reason": "paid twice"}


def test_a_refusal_is_told_and_any_other_error_is_not_swallowed(ask: Any) -> None:
    def refuse(rows: Any) -> int:
        raise LookupError("The period is closed.")

    ask("post", {"confirmed": "yes"}, act=refuse, refusals=(LookupError,))
    assert ask.messages == ["The period is closed."]
    with pytest.raises(LookupError):
        ask("post", {"confirmed": "yes"}, act=refuse)
