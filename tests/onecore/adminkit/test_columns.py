"""What lists show: exact money, words in badges, escaped text."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest

from onecore.adminkit import columns
from onecore.adminkit.timeline import Moment, draw

NOW = datetime(2026, 10, 5, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("amount", "currency", "shown"),
    [("1234567.5", "USD", "1,234,567.50"), ("-0.01", "USD", "-0.01"), ("1500", "JPY", "1,500"), ("1.005", "USD", "1.005"), ("0", "KWD", "0.000")],
)
def test_money_is_shown_to_the_cent_and_never_rounded_away(amount: str, currency: str, shown: str) -> None:
    assert f">{shown} <small>{currency}<" in columns.money_text(Decimal(amount), currency)


def test_no_amount_is_a_dash_and_columns_reach_through_relations() -> None:
    row = SimpleNamespace(document=SimpleNamespace(total=Decimal("5"), currency="CAD"), nothing=None)
    total = columns.money("document__total", currency="document__currency")
    assert "5.00" in total(row)
    assert "5.00" in total("the page", row)
    assert total.short_description == "document total"
    assert columns.money("nothing__total", currency="document__currency")(row) == "–"


def test_a_badge_shows_the_words_of_the_choice_and_escapes_them() -> None:
    row = SimpleNamespace(state="held", get_state_display=lambda: "Held <script>\u202e")
    shown = columns.state("state", {"held": "warn"})(row)
    assert "oc-warn" in shown
    assert "<script>" not in shown
    assert "\u202e" not in shown
    with pytest.raises(ValueError, match="no tone"):
        columns.badge("x", "purple")


@pytest.mark.parametrize(
    ("ago", "words"),
    [(3, "just now"), (59, "59 s ago"), (3599, "59 min ago"), (86_399, "23 h ago"), (9 * 86_400, "9 d ago"), (-7200, "in 2 h")],
)
def test_ages_are_read_at_a_glance(ago: int, words: str) -> None:
    assert f">{words}<" in columns.age_text(NOW - timedelta(seconds=ago), now=NOW)
    assert columns.age_text(None, now=NOW) == "–"


def test_a_timeline_is_newest_first_and_escapes_what_remotes_said() -> None:
    drawn = draw([Moment(NOW, "first"), Moment(NOW + timedelta(hours=1), "second", detail="<evil/>", tone="bad", by="ana")])
    assert drawn.index("second") < drawn.index("first")
    assert "<evil/>" not in drawn
    assert "Nothing happened yet" in draw([])
