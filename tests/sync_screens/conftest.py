"""Acme's paper world with its people: Ana owns, Carl keeps the books, Vera may look, Olga onboards."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from connectors.sync.models import Document
from tests import paper
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
def ana(sign_in: SignIn) -> Client:
    return sign_in("ana")


@pytest.fixture
def carl(sign_in: SignIn) -> Client:
    return sign_in("carl")


@pytest.fixture
def vera(sign_in: SignIn) -> Client:
    return sign_in("vera")


@pytest.fixture
def olga(sign_in: SignIn) -> Client:
    return sign_in("olga")


@pytest.fixture
def held(paper_world: PaperWorld) -> Document:  # noqa: F811
    """A document of 1,000.00 that is held for a cost code nobody has mapped."""
    paper.SHEET.records["1"] = paper.requisition(lines=(paper.line(code="cc9"),))
    paper_world.sync()
    document = paper_world.document()
    assert document.state == "held"
    return document


@pytest.fixture
def posted(paper_world: PaperWorld) -> Document:  # noqa: F811
    """A posted document: 1,000.00 this period, 100.00 of it retained."""
    paper.SHEET.records["1"] = paper.requisition(due="900.00", lines=(paper.line(retained="100.00"),))
    paper_world.sync()
    document = paper_world.document()
    assert document.state == "posted"
    return document


def told(response: Any) -> str:
    """The messages a person reads after an act."""
    return " ".join(str(message) for message in response.context["messages"])
