"""Routes of the control API, and the calls about the sandbox as a whole."""

import re
from collections.abc import Callable
from typing import Any

from connectors.sandbox.control import directory_acts, intacct_acts, procore_acts, totals
from connectors.sandbox.control.asking import BadRequest, fields
from connectors.sandbox.control.pages import answer_page, is_page
from connectors.sandbox.intacct.signin import GATEWAY_PATH
from connectors.sandbox.messages import Request, Response, json_response
from connectors.sandbox.procore.app import Procore
from connectors.sandbox.procore.postman import Postman
from connectors.sandbox.town import Town
from connectors.sandbox.weather import BadRule
from connectors.sandbox.world.answers import ANSWERS_KEY
from connectors.sandbox.world.scenarios import UnknownScenario, load_world

Act = Callable[..., Any]


class ControlDesk:
    def __init__(self, town: Town, *, procore: Procore, postman: Postman) -> None:
        self._town = town
        self._procore = procore
        self._postman = postman
        routes: tuple[tuple[str, str, Act], ...] = (
            ("GET", "health", self._health),
            ("GET", "world", self._world),
            ("POST", "reset", self._reset),
            ("GET", "weather", lambda request: {"rules": town.weather.rules()}),
            ("POST", "weather", self._add_weather),
            ("DELETE", "weather", self._clear_weather),
            ("POST", "clock", self._clock),
            ("GET", "clock", lambda request: {"now": town.clock.now().isoformat()}),
            ("GET", "calls", self._calls),
            ("DELETE", "calls", self._clear_calls),
            ("GET", "held", lambda request: {"held": town.holding.listing()}),
            ("POST", "held/release", self._release),
            ("GET", "answer_key", lambda request: {"companies": town.state.meta(ANSWERS_KEY) or {}}),
            ("GET", "source/procore/{}/requisitions", self._with_town(totals.source_requisitions)),
            ("GET", "ledger/intacct/{}", self._with_town(totals.ledger)),
            ("POST", "procore/settings", self._procore_settings),
            ("GET", "procore/{}/webhooks", self._with_town(directory_acts.webhook_queue)),
            ("POST", "procore/{}/webhook", self._with_town(directory_acts.fire_webhook)),
            ("POST", "procore/webhooks/pause", self._pause_webhooks),
            ("POST", "procore/{}/requisitions", self._with_town(procore_acts.create_requisition)),
            ("POST", "procore/{}/requisitions/{}/approve", self._with_town(procore_acts.approve)),
            ("POST", "procore/{}/requisitions/{}/unapprove", self._with_town(procore_acts.unapprove)),
            ("POST", "procore/{}/requisitions/{}/edit", self._with_town(procore_acts.edit)),
            ("POST", "procore/{}/requisitions/{}/delete", self._with_town(procore_acts.delete)),
            ("POST", "procore/{}/recode", self._with_town(directory_acts.recode)),
            ("POST", "procore/{}/vendors/merge", self._with_town(directory_acts.merge_vendors)),
            ("POST", "intacct/{}/period", self._with_town(intacct_acts.close_period)),
            ("POST", "intacct/{}/account", self._with_town(intacct_acts.change_account)),
            ("POST", "intacct/{}/vendor", self._with_town(intacct_acts.change_vendor)),
            ("POST", "intacct/{}/bill", self._with_town(intacct_acts.enter_bill)),
            ("POST", "intacct/{}/bills/{}/delete", self._with_town(intacct_acts.delete_bill)),
            ("POST", "intacct/{}/bills/{}/pay", self._with_town(intacct_acts.pay_bill)),
            ("POST", "intacct/{}/bills/{}/reverse", self._with_town(intacct_acts.reverse_bill)),
            ("POST", "intacct/{}/settings", self._with_town(intacct_acts.change_settings)),
        )
        self._routes = tuple((method, re.compile("/control/" + pattern.replace("{}", "([^/]+)")), act) for method, pattern, act in routes)

    def _with_town(self, act: Act) -> Act:
        return lambda request, *parts: act(self._town, request, *parts)

    def answer(self, request: Request) -> Response:
        if is_page(request.path):
            return answer_page(self._town, request)
        known = False
        for method, pattern, act in self._routes:
            match = pattern.fullmatch(request.path.rstrip("/"))
            if match is None:
                continue
            known = True
            if method == request.method:
                try:
                    return json_response(act(request, *match.groups()))
                except BadRequest as error:
                    return json_response({"error": str(error)}, status=error.status)
        text = f"{request.method} {request.path} is not a control call"
        return json_response({"error": text}, status=405 if known else 404)

    def _health(self, request: Request) -> Any:
        return {"ok": True, **self._town.world, "now": self._town.clock.now().isoformat(), "state": self._town.state.path}

    def _world(self, request: Request) -> Any:
        address = self._town.address
        return {
            **self._town.world,
            "pairs": self._town.state.meta("pairs") or [],
            "addresses": {
                "procore_api": f"{address}/procore",
                "procore_authorize": f"{address}/procore/oauth/authorize",
                "procore_token": f"{address}/procore/oauth/token",
                "intacct_gateway": f"{address}{GATEWAY_PATH}",
                "control": f"{address}/control",
            },
            "webhooks": {"api_version": "v2.0", "authorization": "the Authorization header given with the hook, as it is"},
        }

    def _reset(self, request: Request) -> Any:
        body = fields(request, allowed=("scenario", "scale", "seed"))
        before = self._town.world
        try:
            world = load_world(
                self._town.state,
                scenario=str(body.get("scenario", before.get("scenario", "contractor"))),
                scale=int(body.get("scale", 1)),
                seed=int(body.get("seed", 1)),
            )
        except UnknownScenario as error:
            raise BadRequest(str(error)) from error
        self._town.reload()
        self._procore.limits.clear()
        self._postman.paused = False
        return world

    def _add_weather(self, request: Request) -> Any:
        try:
            return self._town.weather.add(fields(request))
        except BadRule as error:
            raise BadRequest(str(error)) from error

    def _clear_weather(self, request: Request) -> Any:
        number = request.one("id")
        self._town.weather.clear(int(number) if number else None)
        return {"rules": self._town.weather.rules()}

    def _clock(self, request: Request) -> Any:
        body = fields(request, allowed=("advance_s",))
        self._town.clock.advance(float(body.get("advance_s", 0)))
        return {"now": self._town.clock.now().isoformat()}

    def _calls(self, request: Request) -> Any:
        last = request.one("last")
        return self._town.calls.summary(last=int(last) if last else 0, bodies=request.one("bodies") == "1")

    def _clear_calls(self, request: Request) -> Any:
        self._town.calls.clear()
        return self._town.calls.summary()

    def _release(self, request: Request) -> Any:
        number = fields(request, allowed=("id",)).get("id")
        return {"released": self._town.holding.release(None if number is None else int(number))}

    def _procore_settings(self, request: Request) -> Any:
        allowed = ("hourly_limit", "spike_limit", "access_token_s", "error_body", "disconnected_companies")
        changes = fields(request, allowed=allowed)
        styles = ("errors", "message", "code", "v2", "short_error", "base")
        if changes.get("error_body", "errors") not in styles:
            raise BadRequest(f"error_body is one of: {', '.join(styles)}")
        if {"hourly_limit", "spike_limit"} & set(changes):
            self._procore.limits.clear()
        return self._town.change_settings("procore", changes)

    def _pause_webhooks(self, request: Request) -> Any:
        self._postman.paused = bool(fields(request, allowed=("paused",)).get("paused", True))
        return {"paused": self._postman.paused}
