"""Old calls are forgotten once an hour, by one worker."""

from datetime import timedelta

import pytest

from connectors.connections.models import Call
from connectors.sync import housekeeping

pytestmark = pytest.mark.django_db


def test_it_tidies_at_most_once_an_hour(paper_world):
    now = paper_world.now
    assert housekeeping.tidy(now=now)
    assert not housekeeping.tidy(now=now + timedelta(minutes=59))
    assert housekeeping.tidy(now=now + timedelta(minutes=61))


def test_it_forgets_calls_after_their_time(paper_world):
    connection = paper_world.integration.source
    for age in (1, 40):
        call = Call(tenant=paper_world.tenant, connection=connection, method="GET", url="https://x", operation="x", status=200, elapsed_ms=1)
        call.at = paper_world.now - timedelta(days=age)
        call.save()
    Call.everywhere.filter(pk=Call.everywhere.earliest("pk").pk).update(at=paper_world.now - timedelta(days=1))
    Call.everywhere.filter(pk=Call.everywhere.latest("pk").pk).update(at=paper_world.now - timedelta(days=40))
    housekeeping.tidy(now=paper_world.now)
    assert Call.everywhere.count() == 1
