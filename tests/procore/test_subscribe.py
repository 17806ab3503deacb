"""Hooks are made, mended, and left alone when they are right."""

from __future__ import annotations

import json
import re

import pytest
import responses

from connectors.procore.client import Client
from connectors.procore.subscribe import subscribe
from connectors.procore.webhooks import COMPANY_TRIGGERS, PROJECT_TRIGGERS

from . import pretend

DESTINATION = "https://onecore.example/hooks/procore/abc/"
HEADER = "Bearer long-and-random-12345"


class Hooks:
    """Procore's hooks, as much as they are needed."""

    def __init__(self, *, bulk=True):
        self.hooks, self.triggers, self.bulk, self.writes = {}, {}, bulk, []

    def answer(self, request):
        path = request.url.partition("?")[0].partition("/webhooks/hooks")[2]
        body = json.loads(request.body) if request.body else {}
        if request.method != "GET":
            self.writes.append((request.method, path))
        status, found = self._answer(request, path, body)
        return status, {}, json.dumps(found)

    def _answer(self, request, path, body):
        scope = (body or request.params).get("project_id") or (body or request.params).get("company_id")
        if path == "" and request.method == "GET":
            return 200, [hook for hook in self.hooks.values() if hook["scope"] == str(scope)]
        if path == "":
            number = len(self.hooks) + 1
            self.hooks[number] = {"id": number, "scope": str(scope), **self._masked(body["hook"])}
            return 201, self.hooks[number]
        number = int(path.split("/")[1])
        if path.endswith("/triggers") and request.method == "GET":
            return 200, self.triggers.get(number, [])
        if path.endswith("/bulk"):
            if not self.bulk:
                return 404, {"errors": "Not found"}
            self.triggers.setdefault(number, []).extend({**each, "event_type": each["event_type"].upper()} for each in body["triggers"])
            return 200, {"success": body["triggers"]}
        if path.endswith("/triggers"):
            self.triggers.setdefault(number, []).append(body["trigger"])
            return 201, body["trigger"]
        self.hooks[number] |= self._masked(body["hook"])
        return 200, self.hooks[number]

    @staticmethod
    def _masked(hook):
        return hook | {"destination_headers": {"Authorization": "*****" + hook["destination_headers"]["Authorization"][-5:]}}


@pytest.fixture(params=[True, False], ids=["bulk", "one by one"])
def hooks(request):
    with responses.RequestsMock() as mocked:
        made = Hooks(bulk=request.param)
        for method in (responses.GET, responses.POST, responses.PATCH):
            mocked.add_callback(method, re.compile(f"{pretend.API}/rest/v1.0/webhooks/hooks.*"), made.answer)
        mocked.assert_all_requests_are_fired = False
        yield made


def run(header=HEADER):
    return subscribe(Client(pretend.opening()), destination_url=DESTINATION, authorization=header, namespace="onecore", projects=["316469"])


def test_it_makes_a_hook_for_the_company_and_for_each_project(hooks):
    company, project = run()
    assert (company.scope, company.made, company.triggers_made) == ("company", True, sum(map(len, COMPANY_TRIGGERS.values())))
    assert (project.scope, project.scope_id, project.triggers_made) == ("project", "316469", sum(map(len, PROJECT_TRIGGERS.values())))


def test_running_it_again_writes_nothing(hooks):
    run()
    hooks.writes.clear()
    assert [each.triggers_made for each in run()] == [0, 0]
    assert hooks.writes == []


def test_a_lost_trigger_and_another_secret_are_mended(hooks):
    run()
    hooks.triggers[2].pop()
    company, project = run("Bearer another-secret-67890")
    assert (company.mended, project.mended, project.made, project.triggers_made) == (True, True, False, 1)
    assert hooks.hooks[2]["destination_headers"]["Authorization"].endswith("67890")


def test_hooks_of_others_are_left_alone(hooks):
    hooks.hooks[1] = {"id": 1, "scope": "316469", "namespace": "somebody", "destination_url": DESTINATION, "destination_headers": {}}
    assert all(each.made for each in run())
    assert not any(path.startswith("/1") for _, path in hooks.writes)
