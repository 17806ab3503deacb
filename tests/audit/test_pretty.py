"""Laying out never changes what was said."""

from __future__ import annotations

import json

import pytest

from audit.pretty import pretty

TEXTS = [
    '{"a": 1.00, "b": [1, {"c": "x, y: {z}"}], "e": {}, "f": [], "g": "\\"q\\\\"}',
    '[{"a":null},{"a":true}]',
    '{"a": {"a": 1}, "a": 2}',
    '{"broken": [1, {"b": "no end',
    "]]}}",
    '<?xml version="1.0"?><r><a x="1"/><b>text</b><c><d>1</d></c></r>',
    "<html><body>500 <br> oops</body>",
    "<r><a>1",
    "plain words, nothing else: {",
    "",
    "<" * 5000 + ">" * 5000,
    "[" * 5000,
]


@pytest.mark.parametrize("text", TEXTS)
def test_it_only_adds_or_drops_white_space(text: str) -> None:
    assert "".join(pretty(text).split()) == "".join(text.split())


def test_json_keeps_its_meaning_and_its_figures() -> None:
    laid_out = pretty(TEXTS[0])
    assert json.loads(laid_out) == json.loads(TEXTS[0])
    assert '"a": 1.00' in laid_out
    assert '  "b": [\n    1,\n    {\n      "c": "x, y: {z}"\n    }\n  ],\n' in laid_out


def test_xml_is_indented_by_depth() -> None:
    assert pretty("<r><a><b>1</b></a><c/></r>") == "<r>\n  <a>\n    <b>1</b>\n  </a>\n  <c/>\n</r>"
