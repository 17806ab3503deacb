"""Answer one request under the present weather: what is processed, and what the caller gets to see of it."""

import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Literal, Protocol

from connectors.sandbox import damage
from connectors.sandbox.clock import iso
from connectors.sandbox.control.pages import is_page
from connectors.sandbox.messages import Request, Response, json_response
from connectors.sandbox.town import Town
from connectors.sandbox.weather import Rule

Mode = Literal["whole", "lose", "reset", "drip", "cut"]
SYSTEM_EFFECTS = frozenset({"reorder_results", "drop_result", "forget_controlids", "expire_tokens"})


@dataclass
class Sending:
    response: Response
    mode: Mode = "whole"
    pace_ms: int = 0  # drip: per byte
    keep_bytes: int = 0  # cut: what still goes out


class System(Protocol):
    def operations(self, request: Request) -> tuple[str, ...]: ...
    def admission(self, request: Request) -> AbstractContextManager[Response | None]: ...
    def answer(self, request: Request) -> Response: ...


Control = Callable[[Request], Response]


def answer(town: Town, systems: dict[str, System], control: Control, request: Request) -> Sending:
    name = request.path.strip("/").split("/", 1)[0]
    if name == "control" or is_page(request.path):
        return Sending(control(request))
    system = systems.get(name)
    if system is None:
        return Sending(json_response({"error": f"Nothing lives at {request.path}"}, status=404))
    operations = system.operations(request)
    struck = town.weather.forecast(system=name, method=request.method, path=request.path, operations=operations)
    with system.admission(request) as turned_away:
        sending = Sending(turned_away) if turned_away else _under(town, system, request, name=name, operations=operations, struck=struck)
    status = None if sending.mode in ("lose", "reset") else sending.response.status
    effects = [rule["effect"] for rule in struck]
    at = iso(town.clock.now())
    town.calls.note(request, system=name, operations=operations, status=status, at=at, effects=effects)
    return sending


def _under(town: Town, system: System, request: Request, *, name: str, operations: tuple[str, ...], struck: Sequence[Rule]) -> Sending:
    for rule in struck:
        effect = rule["effect"]
        if effect in ("slow", "latency"):
            time.sleep(float(rule.get("delay_ms", 1000)) / 1000)
        elif effect == "hold_before":
            town.holding.wait(phase="before", system=name, operations=operations, ms=int(rule.get("ms", 60_000)))
        elif effect == "late_visibility":
            request.late_s = float(rule.get("seconds", 5))
        elif effect in SYSTEM_EFFECTS:
            request.effects.add(effect)
    for rule in struck:
        instead = damage.instead(rule, now=town.clock.now())
        if instead is not None:
            return Sending(instead)
        if rule["effect"] in ("reset", "refuse_before"):
            return Sending(Response(), "reset" if rule["effect"] == "reset" else "lose")
    sending = Sending(system.answer(request))
    for rule in struck:
        if rule["effect"] == "hold_after":
            town.holding.wait(phase="after", system=name, operations=operations, ms=int(rule.get("ms", 60_000)))
        sending = _spoil(sending, rule)
    return sending


def _spoil(sending: Sending, rule: Rule) -> Sending:
    effect = rule["effect"]
    if effect == "accept_then_lose":
        return Sending(sending.response, "reset" if rule.get("how") == "reset" else "lose")
    if effect in ("truncated", "accept_then_truncate"):
        keep = int(len(sending.response.body) * float(rule.get("fraction", 0.5)))
        honest = rule.get("content_length", "honest") == "honest"
        if honest:  # the header promises the whole body and the connection ends early
            return Sending(sending.response, "cut", keep_bytes=keep)
        response = sending.response
        return Sending(Response(response.status, response.body[:keep], response.headers))
    if effect == "drip":
        return Sending(sending.response, "drip", pace_ms=int(rule.get("ms_per_byte", 1000)))
    return Sending(damage.spoiled(sending.response, rule), sending.mode, sending.pace_ms, sending.keep_bytes)
