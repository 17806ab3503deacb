"""The shape of the tree: what may stand at the top, what modules may be called, how long a file may be."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CODE = ("onecore", "connectors", "mappings", "audit", "tests")
PRESCRIBED = {
    "manage.py", "onecore", "connectors", "mappings", "audit", "templates", "tests", "requirements.txt", "README.md",
    "pyproject.toml", "Makefile", "docs", ".ci", "LICENSE", "CHANGELOG.md", ".editorconfig", ".gitattributes", ".gitignore", ".git",
}  # fmt: skip
NAMELESS = {"utils", "util", "helpers", "helper", "common", "misc", "base", "services", "manager", "managers", "stuff"}
LONGEST = 400
MAY_BE_LONGER: dict[str, str] = {}
"""File -> why it is longer than LONGEST lines."""


def _modules() -> Iterator[Path]:
    for folder in CODE:
        for path in (ROOT / folder).rglob("*.py"):
            if "migrations" not in path.parts:
                yield path.relative_to(ROOT)


def test_the_top_level_holds_only_what_was_prescribed() -> None:
    ignored = [line.strip("/") for line in (ROOT / ".gitignore").read_text(encoding="utf-8").split()]
    found = {entry.name for entry in ROOT.iterdir()}
    assert sorted(name for name in found - PRESCRIBED if not any(fnmatch(name, pattern) for pattern in ignored)) == []


def test_nothing_prescribed_is_missing() -> None:
    assert sorted(name for name in PRESCRIBED - {".git"} if not (ROOT / name).exists()) == []


def test_modules_and_packages_are_named_for_what_they_do() -> None:
    named = {(part.removesuffix(".py"), str(path)) for path in _modules() for part in path.parts}
    assert sorted(path for name, path in named if name in NAMELESS) == []


def test_no_file_is_too_long_without_a_reason() -> None:
    lengths = {str(path): len((ROOT / path).read_text(encoding="utf-8").splitlines()) for path in _modules()}
    assert sorted(name for name, lines in lengths.items() if lines > LONGEST and name not in MAY_BE_LONGER) == []


def test_a_reason_is_given_only_for_files_that_exist() -> None:
    assert sorted(name for name in MAY_BE_LONGER if not (ROOT / name).exists()) == []


def test_every_module_says_in_its_first_lines_what_it_is_for() -> None:
    silent = []
    for path in _modules():
        text = (ROOT / path).read_text(encoding="utf-8")
        if text.strip() and not re.match(r'\s*(#.*\n)*[rR]?"""', text):
            silent.append(str(path))
    assert sorted(silent) == []
