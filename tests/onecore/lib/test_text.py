"""Remote text is cleaned before it reaches a ledger or a screen."""

from __future__ import annotations

from onecore.lib.text import folded, isolated, one_line, shorten, strip_forbidden


def test_characters_xml_cannot_carry_are_dropped_and_nothing_else() -> None:
    assert strip_forbidden("a\x00b\x0bc\ud800d\uffffe\tf\ng é 漢 😀") == "abcde\tf\ng é 漢 😀"


def test_one_line_folds_white_space() -> None:
    assert one_line("  a\r\n b\t\x07c ") == "a b c"


def test_direction_overrides_cannot_turn_the_line() -> None:
    assert isolated("invoice\u202egpj.exe") == "invoicegpj.exe"


def test_long_numbers_that_differ_at_the_end_stay_different() -> None:
    first, second = "SUBCONTRACT-0001-" + "9" * 20 + "-1", "SUBCONTRACT-0001-" + "9" * 20 + "-2"
    assert shorten(first, 20) != shorten(second, 20)
    assert shorten(first, 20) == shorten(first, 20)
    assert len(shorten(first, 20)) == 20
    assert shorten("short", 20) == "short"


def test_names_are_compared_without_case_form_or_blanks() -> None:
    assert folded("  ACME\u00a0 Ｃo.") == folded("acme co.")
