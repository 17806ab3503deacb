"""Which mapping wins, and what is said where none does."""

from __future__ import annotations

import pytest

from mappings.assign import Assignment, assign, assign_many
from mappings.ensure import ensure_rows
from mappings.kinds import COST_CODE
from mappings.resolve import Coding, Gap, Resolver
from mappings.rules import DEFAULT_WORDS
from tests.mappings.conftest import Listed, Place

SETTINGS = {
    "standard": ("cost_code", "101", "", None),
    "standard and type": ("cost_code", "101", "", "2"),
    "project": ("project_cost_code", "901", "11", None),
    "project and type": ("project_cost_code", "901", "11", "2"),
}
"""Rows that could decide the line (901 in project 11, cost type 2), the weakest first, each with an account of its own."""
ACCOUNTS = dict(zip(SETTINGS, ["5010", "5020", "5100", "5200"], strict=True))


def map_rows(acme: Place, names: list[str]) -> None:
    acme.ledger("account", [Listed("5200", "5200", "Special")], complete=False)
    for name in names:
        kind, remote_id, parent, cost_type = SETTINGS[name]
        one = Assignment(
            {"account": acme.account(ACCOUNTS[name])},
            source=acme.ref(kind, remote_id, parent=parent),
            cost_type=acme.ref("cost_type", cost_type) if cost_type else None,
        )
        assign_many(acme.integration, COST_CODE, [one], by="carl", how="test")


@pytest.mark.parametrize("strongest", range(1, len(SETTINGS) + 1))
def test_the_most_particular_mapping_wins(acme: Place, strongest: int) -> None:
    names = list(SETTINGS)[:strongest]
    map_rows(acme, names)
    coding = Resolver.load(acme.integration).cost("901", "2", "11")
    assert isinstance(coding, Coding)
    assert coding.account == ACCOUNTS[names[-1]]
    assert coding.rule


def test_each_rule_says_its_own_words(acme: Place) -> None:
    said = set()
    for strongest in range(1, len(SETTINGS) + 1):
        map_rows(acme, list(SETTINGS)[:strongest])
        said.add(Resolver.load(acme.integration).cost("901", "2", "11").rule)
    assert len(said) == len(SETTINGS)


def test_a_row_for_another_cost_type_or_project_does_not_decide(acme: Place) -> None:
    map_rows(acme, ["standard", "standard and type", "project and type"])
    resolver = Resolver.load(acme.integration)
    assert resolver.cost("901", "1", "11").account == "5010"
    assert resolver.cost("911", "2", "12").account == "5020"


def test_the_default_account_takes_what_no_mapping_covers(acme: Place) -> None:
    acme.integration.policy.default_account = acme.account("5100")
    acme.integration.policy.save()
    coding = Resolver.load(acme.integration).cost("901", "", "11")
    assert (coding.account, coding.rule, coding.mapping_id) == ("5100", DEFAULT_WORDS, None)
    assert Resolver.load(acme.integration).cost("", "", "11").account == "5100"


def test_a_default_account_that_went_inactive_is_a_gap(acme: Place) -> None:
    acme.integration.policy.default_account = acme.account("5100")
    acme.integration.policy.save()
    acme.ledger("account", [Listed("5100", "5100", "Subcontract labor", active=False)], complete=False)
    gap = Resolver.load(acme.integration).cost("901", "", "11")
    assert isinstance(gap, Gap)
    assert gap.reason == "inactive"
    assert "default account 5100" in gap.sentence


def test_an_unmapped_code_names_the_standard_row_to_fill_in(acme: Place) -> None:
    gap = Resolver.load(acme.integration).cost("901", "", "11")
    standard = acme.ref("cost_code", "101")
    assert (gap.kind, gap.reason, gap.label) == ("cost_code", "unmapped", "03-300 Cast-in-place concrete")
    assert (gap.reference_id, gap.mapping_id) == (standard.pk, None)
    made = ensure_rows(acme.integration, gap.kind, [gap.reference_id])
    assert Resolver.load(acme.integration).cost("901", "", "11").mapping_id == made[standard.pk]


def test_a_code_of_the_project_alone_names_its_own_row(acme: Place) -> None:
    gap = Resolver.load(acme.integration).cost("912", "", "12")
    assert gap.reference_id == acme.ref("project_cost_code", "912", parent="12").pk


def test_a_mapped_target_that_became_unusable_is_a_gap_not_a_weaker_rule(acme: Place) -> None:
    map_rows(acme, ["standard", "project"])
    acme.ledger("account", [Listed("5100", "5100", "Subcontract labor", selectable=False, why_not="it is a header now")], complete=False)
    gap = Resolver.load(acme.integration).cost("901", "", "11")
    assert isinstance(gap, Gap)
    assert (gap.reason, gap.mapping_id) == ("not_selectable", acme.row(acme.ref("project_cost_code", "901", parent="11")).pk)
    assert "it is a header now" in gap.sentence


def test_an_account_that_vanished_from_the_ledger_is_named(acme: Place) -> None:
    map_rows(acme, ["standard"])
    acme.ledger("account", [Listed("5020", "5020", "Drywall")])
    gap = Resolver.load(acme.integration).cost("901", "", "11")
    assert (gap.reason, gap.kind) == ("vanished", "cost_code")
    assert "5010 Concrete" in gap.sentence


def test_a_header_code_and_a_deleted_code_stop_the_line(acme: Place) -> None:
    map_rows(acme, ["standard"])
    assert Resolver.load(acme.integration).cost("900", "", "11").reason == "not_selectable"
    acme.source("project_cost_code", [Listed("902", "09-250", "Drywall", parent="11")], within=["11"])
    gap = Resolver.load(acme.integration).cost("901", "", "11")
    assert (gap.reason, gap.label) == ("vanished", "03-300 Cast-in-place concrete")
    assert isinstance(Resolver.load(acme.integration).cost("911", "", "12"), Coding)


def test_an_unknown_code_and_a_line_without_one_are_told_apart(acme: Place) -> None:
    resolver = Resolver.load(acme.integration)
    assert resolver.cost("555", "", "11").reason == "missing_reference"
    assert "carries no cost code" in resolver.cost("", "", "11").sentence


def test_cost_types_count_as_soon_as_one_of_them_is_mapped(acme: Place) -> None:
    map_rows(acme, ["standard"])
    assert Resolver.load(acme.integration).cost("901", "1", "11").cost_type == ""
    assign((acme.integration, "cost_type", acme.ref("cost_type", "2")), target=acme.ref("cost_type", "SUB", ledger=True), by="carl", how="test")
    resolver = Resolver.load(acme.integration)
    assert resolver.cost("901", "2", "11").cost_type == "SUB"
    gap = resolver.cost("901", "1", "11")
    assert (gap.kind, gap.reason, gap.label) == ("cost_type", "unmapped", "L Labor")


def test_what_the_cost_code_says_about_cost_type_and_dimensions_goes_first(acme: Place) -> None:
    assign((acme.integration, "cost_type", acme.ref("cost_type", "2")), target=acme.ref("cost_type", "SUB", ledger=True), by="carl", how="test")
    assign(
        (acme.integration, "cost_code", acme.ref("cost_code", "101")),
        account=acme.account("5010"),
        ledger_cost_type=acme.ref("cost_type", "LAB", ledger=True),
        task=acme.ref("task", "T-03", ledger=True),
        location=acme.ref("location", "L10", ledger=True),
        ledger_class=acme.ref("class", "C1", ledger=True),
        by="carl",
        how="test",
    )
    coding = Resolver.load(acme.integration).cost("901", "2", "11")
    assert (coding.cost_type, coding.task, coding.location, coding.class_) == ("LAB", "T-03", "L10", "C1")


def test_a_project_brings_its_dimensions_and_a_vendor_its_id(acme: Place) -> None:
    resolver = Resolver.load(acme.integration)
    assert (resolver.vendor("70").reason, resolver.project("11").reason) == ("unmapped", "unmapped")
    assert resolver.vendor("999").reason == "missing_reference"
    assign((acme.integration, "vendor", acme.ref("vendor", "70")), target=acme.ref("vendor", "V-APEX", ledger=True), by="carl", how="test")
    assign(
        (acme.integration, "project", acme.ref("project", "11")),
        target=acme.ref("project", "HT", ledger=True),
        location=acme.ref("location", "L20", ledger=True),
        ledger_class=acme.ref("class", "C1", ledger=True),
        by="carl",
        how="test",
    )
    resolver = Resolver.load(acme.integration)
    assert resolver.vendor("70").remote_id == "V-APEX"
    project = resolver.project("11")
    assert (project.remote_id, project.location, project.class_, project.department) == ("HT", "L20", "C1", "")


def test_the_version_is_the_newest_change_and_a_snapshot_does_not_move(acme: Place) -> None:
    before = Resolver.load(acme.integration)
    map_rows(acme, ["standard"])
    after = Resolver.load(acme.integration)
    assert (before.version, after.version > 0) == (0, True)
    assert isinstance(before.cost("901", "", "11"), Gap)
