"""The frame of every page: menu by right, loud banner, errors that tell nothing."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from django.http import HttpRequest
from django.test import Client
from django.urls import path, reverse

from onecore import menu
from onecore.portal import home, sidebar, views
from onecore.portal.frame import banner
from onecore.portal.named import named
from onecore.urls import urlpatterns as real_urls
from tests.factories.people import a_person, a_tenant

pytestmark = pytest.mark.django_db


def _fails(request: HttpRequest) -> None:
    raise RuntimeError("canary-9f1c")


urlpatterns = [*real_urls, path("fails", _fails)]
handler403, handler404, handler500 = views.forbidden, views.not_found, views.failed


@pytest.fixture
def ana() -> Client:
    a_tenant("Acme")
    client = Client(raise_request_exception=False)
    client.force_login(a_person("Ana", acme="owner"))
    return client


def _badge_of_seven(request: HttpRequest) -> int:
    return 7007


def _two_panels(request: HttpRequest) -> list[home.Panel]:
    return [home.Panel("First panel", "portal/banner.html"), home.Panel("Second panel", "portal/banner.html")]


def test_the_menu_lists_pages_that_exist_and_skips_rooms_that_do_not(ana: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    group = menu.Group(
        "Here", (menu.Item("Nowhere", "nowhere.Thing", "x"), menu.Item("Folk", "tenants.Membership", "group", f"{__name__}:_badge_of_seven"))
    )
    monkeypatch.setattr(sidebar, "MENU", (group, menu.Group("Empty", (menu.Item("Gone", "gone:index", "x"),))))
    page = ana.get(reverse("admin:index")).content.decode()
    assert "Folk" in page
    assert "7,007" in page
    assert "Nowhere" not in page
    assert "Empty" not in page


def test_the_menu_hides_what_a_role_may_not_open(ana: Client) -> None:
    page = ana.get(reverse("admin:index")).content.decode()
    assert reverse("admin:tenants_membership_changelist") in page
    assert reverse("admin:auth_user_changelist") not in page


def test_a_missing_module_is_no_slot_and_a_broken_one_is_loud() -> None:
    assert named("no.such.module:thing") is None
    with pytest.raises(AttributeError):
        named("onecore.portal.home:no_such_function")


def test_the_home_page_fills_its_slots_in_order(ana: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(home, "HOME", ("no.such.module:board", f"{__name__}:_two_panels"))
    page = ana.get(reverse("admin:index")).content.decode()
    assert page.index("First panel") < page.index("Second panel")


@pytest.mark.parametrize(
    ("production", "environment", "shown"),
    [(True, "production", False), (True, "test", True), (False, "production", True)],
)
def test_everything_outside_production_says_so(settings: Any, production: bool, environment: str, shown: bool) -> None:
    settings.PRODUCTION, settings.ENVIRONMENT = production, "staging"
    assert (banner(SimpleNamespace(name="Acme", environment=environment)) is not None) is shown


def test_a_missing_page_echoes_nothing_and_machines_get_plain_text(ana: Client) -> None:
    response = ana.get("/no/canary-9f1c")
    assert response.status_code == 404
    assert b"canary" not in response.content
    machine = Client().get("/hooks/nothing/")
    assert machine.status_code == 404
    assert machine["Content-Type"] == "text/plain"
    assert not machine.cookies


@pytest.mark.urls(__name__)
def test_a_failure_shows_a_number_and_no_trace_and_the_number_is_in_the_log(ana: Client, caplog: pytest.LogCaptureFixture) -> None:
    response = ana.get("/fails")
    assert response.status_code == 500
    assert b"canary" not in response.content
    assert b"Traceback" not in response.content
    (entry,) = [record for record in caplog.records if record.name == "onecore.errors"]
    assert entry.args
    assert str(entry.args[0]).encode() in response.content  # type: ignore[index]


def test_health_is_plain_and_needs_nobody() -> None:
    response = Client().get("/healthz")
    assert (response.status_code, response.content, len(response.cookies)) == (200, b"ok", 0)


def test_the_root_leads_home_and_home_asks_strangers_in() -> None:
    response = Client().get("/", follow=True)
    assert response.redirect_chain[-1][0].startswith(reverse("account_login"))


@pytest.mark.parametrize("name", ["account_change_password", "mfa_index", "account_logout", "account_email", "portal:choose_tenant"])
def test_pages_about_oneself_wear_the_frame(ana: Client, name: str) -> None:
    page = ana.get(reverse(name), follow=True).content.decode()
    assert "onecore/frame.css" in page
    assert "OneCore" in page
