"""The way in: one door, closed to strangers, the same answer for every wrong key."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse

from tests.factories.people import PASSWORD, a_person, a_tenant

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana() -> None:
    a_tenant("Acme")
    user = a_person("Ana", acme="owner")
    user.set_password(PASSWORD)
    user.save()


@pytest.mark.parametrize("name", ["ana", "ana@example.test"])
def test_a_member_signs_in_by_name_or_address_and_lands_home(ana: None, name: str) -> None:
    client = Client()
    response = client.post(reverse("account_login"), {"login": name, "password": PASSWORD}, follow=True)
    assert response.redirect_chain[-1][0] == reverse("admin:index")
    assert response.status_code == 200
    assert b"Acme" in response.content


def test_a_wrong_password_and_an_unknown_name_read_the_same(ana: None) -> None:
    def answer(name: str) -> str:
        response = Client().post(reverse("account_login"), {"login": name, "password": "not the right one"})
        assert response.status_code == 200
        return str(response.context["form"].errors)

    assert answer("ana@example.test") == answer("nobody@example.test")


def test_nobody_signs_up() -> None:
    sent = {"email": "me@example.test", "password1": PASSWORD, "password2": PASSWORD}
    response = Client().post(reverse("account_signup"), sent)
    assert b"invitation" in response.content
    assert not get_user_model().objects.exists()
    assert b"signup" not in Client().get(reverse("account_login")).content


@pytest.mark.parametrize("target", ["//evil.example/", "https://evil.example/", "\\\\evil.example", "javascript:alert(1)"])
def test_the_admins_own_login_leads_to_the_door_and_nowhere_else(target: str) -> None:
    response = Client().get(reverse("admin:login"), {"next": target})
    assert response.status_code == 302
    assert response["Location"] == f"{reverse('account_login')}?next=%2Fadmin%2F"
    assert Client().post(reverse("admin:login"), {"username": "ana", "password": PASSWORD}).status_code == 302


def test_an_account_without_a_tenant_hears_why(ana: None) -> None:
    client = Client()
    client.force_login(a_person("Loner"))
    response = client.get(reverse("admin:index"), follow=True)
    assert response.status_code == 403
    assert b"no tenant yet" in response.content


def test_a_new_session_id_is_given_at_the_sign_in_and_the_old_one_is_dead_after_the_sign_out(ana: None) -> None:
    client = Client()
    client.get(reverse("account_login"))
    client.post(reverse("account_login"), {"login": "ana", "password": PASSWORD})
    kept = client.cookies["sessionid"].value
    client.post(reverse("account_logout"))
    thief = Client()
    thief.cookies["sessionid"] = kept
    assert thief.get(reverse("admin:index")).status_code == 302
