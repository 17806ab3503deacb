"""XML in and out as plain nodes; documents with a DTD, entities or absurd size are refused."""

from dataclasses import dataclass, field
from typing import Any

from lxml import etree

MAX_NODES = 400_000


class BadXml(ValueError):
    """The text is not XML that a careful gateway would read."""


@dataclass
class Node:
    tag: str
    text: str = ""
    attributes: dict[str, str] = field(default_factory=dict)
    children: list["Node"] = field(default_factory=list)

    def child(self, tag: str) -> "Node | None":
        return next((node for node in self.children if node.tag == tag), None)

    def value(self, tag: str) -> str | None:
        node = self.child(tag)
        return None if node is None else node.text

    def add(self, tag: str, text: str = "", **attributes: str) -> "Node":
        node = Node(tag, text, attributes)
        self.children.append(node)
        return node


def parse(body: bytes) -> Node:
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise BadXml(str(error)) from error
    document: Any = root.getroottree().docinfo
    if document.doctype:
        raise BadXml("A document type declaration is not allowed")
    if sum(1 for _ in root.iter()) > MAX_NODES:
        raise BadXml("The document has too many elements")
    return _node(root)


def _node(element: "etree._Element") -> Node:
    if not isinstance(element.tag, str):
        raise BadXml("Entity references are not allowed")
    text = element.text or ""
    if len(element):
        if text.strip() or any((child.tail or "").strip() for child in element):
            raise BadXml(f"Text between the elements of {element.tag}")
        text = ""
    attributes = {str(key): str(value) for key, value in element.attrib.items()}
    return Node(element.tag, text, attributes, [_node(child) for child in element])


def serialize(root: Node, *, pretty: bool) -> bytes:
    element = _element(root, None)
    return etree.tostring(element, xml_declaration=True, encoding="UTF-8", pretty_print=pretty)


def _element(node: Node, parent: "etree._Element | None") -> "etree._Element":
    element = etree.Element(node.tag) if parent is None else etree.SubElement(parent, node.tag)
    for key, value in node.attributes.items():
        element.set(key, value)
    if node.text:
        element.text = node.text
    for child in node.children:
        _element(child, element)
    return element
