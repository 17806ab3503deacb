"""Stored requests and answers, indented for reading. Nothing is parsed: numbers, duplicates and broken ends stay as they came."""

from __future__ import annotations

import re

_INDENT = "  "
_DEEPEST = 40
_BETWEEN_TAGS = re.compile(r">\s*(?=<)")
_JSON_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"?|[{}\[\],:]|[^\s{}\[\],:"]+')


def pretty(text: str) -> str:
    """JSON and XML indented; anything else as it is."""
    start = text.lstrip()[:1]
    if start in ("{", "["):
        return _json(text)
    return _xml(text) if start == "<" else text


def _json(text: str) -> str:
    out: list[str] = []
    depth = 0
    for piece in _JSON_TOKEN.findall(text):
        if piece in "}]":
            depth = max(0, depth - 1)
            empty = out[-1].endswith(("{\n", "[\n")) if out else False
            out[-1:] = [out[-1].rstrip("\n")] if empty else [*out[-1:], _line(depth)]
            out.append(piece)
        elif piece in "{[":
            depth += 1
            out.append(f"{_start(out, depth - 1)}{piece}\n")
        elif piece == ",":
            out.append(",\n")
        elif piece == ":":
            out.append(": ")
        else:
            out.append(f"{_start(out, depth)}{piece}")
    return "".join(out)


def _start(out: list[str], depth: int) -> str:
    """Indentation, where a line begins."""
    return _INDENT * min(depth, _DEEPEST) if out and out[-1].endswith("\n") else ""


def _line(depth: int) -> str:
    return "\n" + _INDENT * min(depth, _DEEPEST)


def _xml(text: str) -> str:
    lines: list[str] = []
    depth = 0
    for piece in _BETWEEN_TAGS.sub(">\n", text.strip()).split("\n"):
        depth = max(0, depth - piece.startswith("</"))
        lines.append(_INDENT * min(depth, _DEEPEST) + piece)
        depth += piece.startswith("<") and not piece.startswith(("</", "<?", "<!")) and not piece.endswith("/>") and "</" not in piece
    return "\n".join(lines)
