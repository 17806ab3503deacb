"""XML from outside cannot hurt; XML from us cannot break."""

from __future__ import annotations

import pytest

from connectors.kit.http import BadBody
from connectors.kit.xml import canonical, element, fields, parse, text_at

LAUGHS = b'<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><l>&b;</l>'


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<a>",
        b"<a></b>",
        b"{}",
        b"<a>&undefined;</a>",
        LAUGHS,
        b'<!DOCTYPE a SYSTEM "http://127.0.0.1/x.dtd"><a/>',
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
        b"<a>\x01</a>",
        b"<a>" * 200 + b"</a>" * 200,
        b"<a>\xff</a>",
    ],
)
def test_the_parser_refuses_what_is_broken_or_built_to_hurt(body):
    with pytest.raises(BadBody):
        parse(body)


def test_it_refuses_more_than_it_was_told_to_take():
    with pytest.raises(BadBody, match="larger"):
        parse(b"<a/>" + b" " * 100, largest=50)


def test_it_reads_what_is_sound():
    root = parse(b'\n<?xml version="1.0" encoding="UTF-8"?><!-- note --><a><b> x &amp; y </b><c/></a>')
    assert text_at(root, "b") == "x & y"
    assert text_at(root, "c") == ""
    assert text_at(root, "d", "none") == "none"


@pytest.mark.parametrize(
    "text", ["a & b < c > ]]> \" '", "</bill><create_bill>", "&amp; &#x41;", "🏗️ 👩‍🔧 é", "\u202eRTL", "line\r\nbreak\ttab", "  spaces  "]
)
def test_text_comes_back_as_it_was(text):
    assert parse(canonical(element("a", text))).text == text


def test_forbidden_characters_are_stripped():
    assert canonical(element("a", "x\x00\x0b\ufffe\ud800y", attributes={"n": "1\x02"})) == b'<a n="1">xy</a>'


def test_fields_keep_their_order_and_leave_out_what_is_not_there():
    assert canonical(fields("f", [("b", "1"), ("a", None), ("c", "")])) == b"<f><b>1</b><c></c></f>"


def test_equal_elements_give_equal_bytes():
    first = element("a", "x", element("b", "y"), "z", attributes={"m": "1", "k": "2"})
    second = element("a", "x", element("b", "y"), "z", attributes={"k": "2", "m": "1"})
    assert canonical(first) == canonical(second) == b'<a k="2" m="1">x<b>y</b>z</a>'
