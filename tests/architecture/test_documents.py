"""What the documents point at exists: files, functions, links, make targets."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from tests.architecture.house import ROOT

DOCUMENTS = (ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md")))

# `infra/mailbox.py:append`, or a link to infra/lanes.py followed by `Lane.consume`
PLACE = re.compile(r"([\w./-]+\.py)(?::|\) `)([A-Za-z_][\w.]*)")
FILE = re.compile(r"`((?:contracts|demo|docs|gateway|infra|services|tests)/[\w./-]+?)`")
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
TARGET = re.compile(r"`make ([a-z-]+)")


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_a_function_that_a_document_names_is_where_it_says(document: Path) -> None:
    for path, name in PLACE.findall(document.read_text(encoding="utf-8")):
        assert name in _definitions(path), f"{path} has no {name}"


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_a_file_that_a_document_names_exists(document: Path) -> None:
    for path in FILE.findall(document.read_text(encoding="utf-8")):
        assert (ROOT / path).exists(), path


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_a_link_of_a_document_leads_somewhere(document: Path) -> None:
    for link in LINK.findall(document.read_text(encoding="utf-8")):
        if "://" not in link:
            assert (document.parent / link).exists(), link


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_a_make_target_that_a_document_names_is_there(document: Path) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, flags=re.MULTILINE))

    named_targets = set(TARGET.findall(document.read_text(encoding="utf-8")))

    assert named_targets <= targets


def test_decisions_are_numbered_without_a_gap_and_say_when_to_look_again() -> None:
    decisions = sorted((ROOT / "docs/decisions").glob("*.md"))

    assert [path.name[:4] for path in decisions] == [
        f"{number:04d}" for number in range(1, len(decisions) + 1)
    ]
    for path in decisions:
        text = path.read_text(encoding="utf-8")
        headings = re.findall(r"^## (.*)$", text, flags=re.MULTILINE)
        assert headings == [
            "Context",
            "Decision",
            "Consequences",
            "Alternatives refused",
            "Revisit when",
        ], path.name


@cache
def _definitions(path: str) -> frozenset[str]:
    """Functions, classes, methods (`Class.method`) and constants of a file."""
    names: set[str] = set()
    for node in ast.parse((ROOT / path).read_text(encoding="utf-8")).body:
        names |= _names_of(node)
        if isinstance(node, ast.ClassDef):
            members = {name for inner in node.body for name in _names_of(inner)}
            names |= members | {f"{node.name}.{member}" for member in members}
    return frozenset(names)


def _names_of(node: ast.stmt) -> set[str]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return {node.name}
    targets = getattr(node, "targets", [getattr(node, "target", None)])
    return {target.id for target in targets if isinstance(target, ast.Name)}
