"""Acme's paper world with its people: Ana owns, Carl keeps the books, Vera may look, Olga onboards."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client

from onecore.lib.scope import tenant_scope
from tests.factories.people import a_person
from tests.world import PaperWorld, paper_world  # noqa: F401

ROLES = {"ana": "owner", "carl": "finance", "vera": "viewer", "olga": "onboarding"}
SignIn = Callable[[str], Client]


@pytest.fixture
def sign_in(paper_world: PaperWorld) -> SignIn:  # noqa: F811
    """`sign_in("carl")`: a browser in which Carl is at work at Acme."""

    def enter(name: str) -> Client:
        client = Client()
        client.force_login(a_person(name.title(), acme=ROLES[name]))
        return client

    return enter


@pytest.fixture
def carl(sign_in: SignIn) -> Client:
    return sign_in("carl")


@pytest.fixture
def vera(sign_in: SignIn) -> Client:
    return sign_in("vera")


@pytest.fixture
def inside(paper_world: PaperWorld) -> Iterator[Any]:  # noqa: F811
    """Acme is the current tenant, as inside a request."""
    with tenant_scope(paper_world.tenant):
        yield paper_world.tenant
