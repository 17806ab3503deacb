"""`manage.py demo [--serve]`: the whole way on pretend systems, with real processes."""

from __future__ import annotations

import os
import signal
import time
from typing import Any

from django.core.management.base import CommandParser

from connectors.connections.models import Integration
from connectors.onboarding.demo import play
from connectors.onboarding.demo.files import PASSWORD, PEOPLE
from connectors.onboarding.demo.place import Place, find_place
from connectors.onboarding.demo.processes import Processes, sandbox_running, start_portal, start_worker
from connectors.onboarding.demo.reach import Control
from connectors.onboarding.demo.report import as_text, make_report, write_report
from onecore.lib.command import Contract, Exit, Stop


class Command(Contract):
    help = "Start the pretend systems, portal and worker, bring a contractor live, run the main job and print what both sides hold."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--serve", action="store_true", help="keep portal, worker and sandbox running until Ctrl-C")
        parser.add_argument("--tenant", default="", help="which contractor of the world, by short name (the first)")
        parser.add_argument("--scenario", default="contractor", help="the sandbox's world (contractor)")
        parser.add_argument("--scale", type=int, default=1, help="multiply the world for load")

    def handle(self, *args: Any, **options: Any) -> None:
        place = find_place()
        place.point_at_sandbox()
        started = time.monotonic()
        with sandbox_running(place, scenario=options["scenario"], scale=options["scale"]) as processes:
            start_portal(processes)
            control = Control(place.control)
            integrations = self._bring_live(control, place, processes, tenant=options["tenant"])
            if options["serve"]:
                self._serve(place, processes)
                return
            for integration in integrations:
                play.one_more_by_webhook(control, integration, processes, self.note)
            report = make_report(control, integrations)
        path = write_report(report, place.folder)
        took = f"{time.monotonic() - started:.0f} s; report in {os.path.relpath(path)}; `make serve` opens this world in the portal."
        self.answer(report, f"{as_text(report, portal=place.portal)}\n{took}")
        if not report["ok"]:
            raise Stop(Exit.FAILED, "The demo does not reconcile.")

    def _bring_live(self, control: Control, place: Place, processes: Processes, *, tenant: str) -> list[Integration]:
        integrations = play.bring_live(control, place, self.note, tenant=tenant)
        start_worker(processes)
        self.note("the worker reads Procore and posts to Sage Intacct")
        play.run_flows(integrations, processes)
        return integrations

    def _serve(self, place: Place, processes: Processes) -> None:
        people = ", ".join(f"{name} / {PASSWORD.format(name=name)} ({role})" for name, role in PEOPLE)
        self.note(f"\nOneCore: {place.portal}\nSign in as: {people}\nSandbox: {place.control}/health   Stop with Ctrl-C.")
        self.note(f"For commands in another shell, so that they reach the sandbox: . {os.path.relpath(place.environment)}")
        signal.signal(signal.SIGTERM, _interrupt)
        try:
            while not (dead := processes.dead()):
                time.sleep(0.5)
        except KeyboardInterrupt:
            return
        raise Stop(Exit.FAILED, f"The {dead[0]} ended by itself. Its last words: {processes.last_words(dead[0])}")


def _interrupt(*_: Any) -> None:
    raise KeyboardInterrupt
