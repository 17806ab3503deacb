"""Load a scenario into an empty state file."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from connectors.sandbox.state import State
from connectors.sandbox.town import WORLD_KEY
from connectors.sandbox.world.answers import keep_answers
from connectors.sandbox.world.claims import build_claims
from connectors.sandbox.world.contracts import build_contracts
from connectors.sandbox.world.directory import build_directory
from connectors.sandbox.world.ledger import build_ledger
from connectors.sandbox.world.plan import BOREALIS, CASCADIA, HARBOR, CompanyPlan
from connectors.sandbox.world.site import Site

SCENARIOS: dict[str, tuple[CompanyPlan, ...]] = {
    "contractor": (CASCADIA, BOREALIS),
    "small": (HARBOR, BOREALIS),
    "empty": (replace(CASCADIA, documents=False), replace(BOREALIS, documents=False)),
}
MAX_SCALE = 200


class UnknownScenario(ValueError):
    """No such scenario, or a scale that makes no sense."""


def load_world(state: State, *, scenario: str, scale: int = 1, seed: int = 1) -> dict[str, Any]:
    """Forget everything and write the scenario in one transaction."""
    plans = SCENARIOS.get(scenario)
    if plans is None:
        raise UnknownScenario(f"There is no scenario {scenario!r}; choose one of: {', '.join(sorted(SCENARIOS))}")
    if not 1 <= scale <= MAX_SCALE:
        raise UnknownScenario(f"The scale must be between 1 and {MAX_SCALE}, not {scale}")
    now = datetime.now(UTC) - timedelta(minutes=1)
    with state.transaction():
        state.clear()
        for position, plan in enumerate(plans):
            _build(Site(state, replace(plan, sets=scale if position == 0 else 1), seed, now))
        world = {"scenario": scenario, "scale": scale, "seed": seed, "companies": [plan.procore_id for plan in plans]}
        state.set_meta(WORLD_KEY, world)
        state.set_meta("pairs", [_pair(plan) for plan in plans])
    return world


def _build(site: Site) -> None:
    build_directory(site)
    build_claims(site, build_contracts(site))
    build_ledger(site)
    keep_answers(site)
    site.keep_sequences()


def _pair(plan: CompanyPlan) -> dict[str, Any]:
    """What a provision file needs to know about one company on both sides."""
    return {
        "name": plan.name,
        "currency": plan.currency,
        "procore": {
            "company_id": plan.procore_id,
            "client_id": plan.client_id,
            "client_secret": plan.client_secret,
            "restricted_client_id": f"field-{plan.client_id}",
            "restricted_client_secret": f"field-{plan.client_secret}",
            "user_login": plan.user_login,
        },
        "intacct": {
            "company_id": plan.intacct_id,
            "sender_id": "onecore_dev",
            "sender_password": plan.sender_password,
            "user_id": "xml_gateway",
            "user_password": plan.user_password,
            "entities": ["100", "200"],
        },
    }
