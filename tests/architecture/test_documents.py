"""What the documents point at exists: files, functions, links, make targets."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from tests.architecture.house import ROOT, settings_classes, variables_of

OPERATIONS = ROOT / "docs/operations.md"
SECURITY = ROOT / "docs/security.md"
INFRA = ROOT / "infra/README.md"
DOCUMENTS = (
    ROOT / "README.md",
    ROOT / "CHANGELOG.md",
    ROOT / "SECURITY.md",
    INFRA,
    *sorted((ROOT / "docs").rglob("*.md")),
)

# `infra/handling/mailbox.py:append`, or a link to a file followed by `Lane.consume`
PLACE = re.compile(r"([\w./-]+\.py)(?::|\) `)([A-Za-z_][\w.]*)")
FILE = re.compile(r"`((?:contracts|demo|docs|gateway|infra|services|tests)/[\w./-]+?)`")
PLACES = {"BANK_PORT", "BANK_PORT_BASE"}  # as the bank gives them out
MESSAGE = re.compile(r"`([A-Z][a-z]\w*)`|->>\w+: ([A-Z][a-z]\w*)")
SEQUENCE = re.compile(r"^```mermaid\nsequenceDiagram\n(.*?)^```$", re.MULTILINE | re.DOTALL)
HEADERS = {"Location"}
BARE = re.compile(r"`_[a-z]\w*`")  # nobody finds a private name without its file
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
TEST = re.compile(r"(tests/[\w/]+\.py)::(\w+)")
PROMISE = re.compile(r"^\| (?!promise |---|not promised )([^|]+) \|[^|]*\|([^|]*)\|$", re.MULTILINE)
TARGET = re.compile(r"`make ([a-z-]+)")


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_a_function_that_a_document_names_is_where_it_says(document: Path) -> None:
    for path, name in PLACE.findall(document.read_text(encoding="utf-8")):
        assert name in _definitions(path), f"{path} has no {name}"


@pytest.mark.parametrize("document", [ROOT / "docs/tour.md", ROOT / "docs/ledger.md"], ids=named)
def test_a_message_that_is_followed_through_the_code_is_one(document: Path) -> None:
    files = [path.relative_to(ROOT).as_posix() for path in (ROOT / "contracts").rglob("*.py")]
    known = {name for path in files for name in _definitions(path)}

    found = {name for pair in MESSAGE.findall(_text(document)) for name in pair if name}

    assert "PlaceHold" in found
    assert found - HEADERS <= known


def test_every_line_of_a_sequence_is_drawn() -> None:
    """A semicolon would end it: Mermaid draws nothing then."""
    for document in DOCUMENTS:
        for diagram in SEQUENCE.findall(_text(document)):
            assert ";" not in diagram, named(document)


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_a_private_name_stands_behind_its_file(document: Path) -> None:
    assert BARE.findall(document.read_text(encoding="utf-8")) == []


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


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_a_test_that_a_document_names_is_there(document: Path) -> None:
    for path, name in TEST.findall(_text(document)):
        assert name in _definitions(path), f"{path} has no {name}"


def test_every_promise_of_security_has_its_test() -> None:
    promises = PROMISE.findall(_text(SECURITY))

    assert len(promises) > 30
    assert [promise for promise, tests in promises if not TEST.search(tests)] == []


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


def test_the_page_of_infra_shows_every_module_in_its_room() -> None:
    _, *parts = re.split(r"^## `(\w+)/`.*$", INFRA.read_text(encoding="utf-8"), flags=re.MULTILINE)
    shown = dict(zip(parts[::2], parts[1::2], strict=True))
    rooms = {path.name for path in INFRA.parent.iterdir() if path.is_dir() and path.name[0] != "_"}

    assert set(shown) == rooms
    for room, text in shown.items():
        rows = re.findall(r"^\| (`[^|]*) \|", text, flags=re.MULTILINE)
        named = {name.strip("`/ ") for row in rows for name in row.split(",")}
        found = {path.name for path in (INFRA.parent / room).iterdir() if path.name[0] not in "._"}
        assert named == found, room


def test_operators_read_about_every_variable_with_its_default() -> None:
    rows = re.findall(r"^\| (`BANK_[^|]*) \|([^|]*)\|", _text(OPERATIONS), flags=re.MULTILINE)
    shown = {name: row[1].strip() for row in rows for name in re.findall(r"`(\w+)`", row[0])}

    read = {name: each for kind in settings_classes() for name, each in variables_of(kind).items()}

    assert set(shown) == set(read)
    for name, field in read.items():
        is_number = isinstance(field.default, int | float) and name not in PLACES
        assert not is_number or shown[name] == f"{field.default:g}", name


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


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _names_of(node: ast.stmt) -> set[str]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return {node.name}
    targets = getattr(node, "targets", [getattr(node, "target", None)])
    return {target.id for target in targets if isinstance(target, ast.Name)}
