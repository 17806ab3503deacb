"""XML in and out: a parser that trusts nothing, and a builder that cannot write broken XML."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from lxml import etree

from onecore.lib.text import strip_forbidden

from .strictjson import BadBody

Element = Any  # an lxml element; callers need no import of lxml for annotations

LARGEST_BYTES = 64 * 1024 * 1024
DEEPEST = 100


def parse(body: bytes, *, largest: int = LARGEST_BYTES, deepest: int = DEEPEST) -> Element:
    """The root element. No DTD, no entities beyond the five, no network; bounded size and depth. Raises BadBody."""
    if len(body) > largest:
        raise BadBody(f"larger than {largest} bytes")
    # A parser each time: they are cheap, and lxml's are not to be shared between threads.
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(body.lstrip(), parser)
    except (etree.XMLSyntaxError, ValueError) as problem:
        raise BadBody(f"not XML: {problem}") from None
    if str(root.getroottree().docinfo.doctype):  # type: ignore[union-attr]
        raise BadBody("it declares a document type, which is never accepted")
    _refuse_depth(root, deepest)
    return root


def _refuse_depth(root: Element, deepest: int) -> None:
    level = [root]
    for _ in range(deepest):
        level = [child for parent in level for child in parent]
        if not level:
            return
    raise BadBody(f"nested deeper than {deepest} levels")


def element(tag: str, *content: Element | str | None, attributes: Mapping[str, str] | None = None) -> Element:
    """A new element. Text is cleaned of the characters XML cannot carry and escaped by the serializer; None is left out."""
    made = etree.Element(tag, {name: strip_forbidden(value) for name, value in (attributes or {}).items()})
    for item in content:
        if item is None:
            continue
        if not isinstance(item, str):
            made.append(item)
        elif len(made):
            made[-1].tail = (made[-1].tail or "") + strip_forbidden(item)
        else:
            made.text = (made.text or "") + strip_forbidden(item)
    return made


def fields(tag: str, values: Mapping[str, str | None] | Iterable[tuple[str, str | None]]) -> Element:
    """An element with one child per field, in the order given; None is left out, "" is written as empty."""
    pairs = values.items() if isinstance(values, Mapping) else values
    return element(tag, *(element(name, value) for name, value in pairs if value is not None))


def canonical(made: Element) -> bytes:
    """The same element gives the same bytes always (C14N, UTF-8, no declaration)."""
    return bytes(etree.tostring(made, method="c14n"))


def text_at(found: Element, path: str, default: str = "") -> str:
    """The stripped text of the first element at `path`."""
    text = found.findtext(path)
    return default if text is None else str(text).strip()
