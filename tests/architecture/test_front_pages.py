"""The front page of a service names what it handles and tells: no more and no less."""

import ast
import importlib
import re

import pytest

from contracts import catalogue
from contracts.topology import SERVICES
from tests.architecture.house import Source, service_of, sources

HEADINGS = ("Owns", "Handles", "Tells", "Always")


@pytest.mark.parametrize("name", SERVICES)
def test_a_front_page_has_its_four_headings_in_order(name: str) -> None:
    assert tuple(_sections(_front_page(name))) == HEADINGS


@pytest.mark.parametrize("name", SERVICES)
def test_a_front_page_names_exactly_the_messages_that_are_handled(name: str) -> None:
    registry = service_of(name)

    promised = _messages_in(_sections(_front_page(name))["Handles"])

    kinds = {*registry.commands, *registry.queries, *registry.events}
    assert promised == {kind.__name__ for kind in kinds}


@pytest.mark.parametrize("name", SERVICES)
def test_a_front_page_names_exactly_the_events_that_are_told(name: str) -> None:
    promised = _messages_in(_sections(_front_page(name))["Tells"])

    own = {kind.__name__ for kind in catalogue.events() if kind.owner == name}
    assert promised == own
    assert own <= _told(name), "an event of the contract that the code never tells"


@pytest.mark.parametrize("name", SERVICES)
def test_nobody_tells_the_events_of_others(name: str) -> None:
    foreign = {kind.__name__ for kind in catalogue.events() if kind.owner != name}

    assert not _told(name) & foreign


def test_a_front_page_is_read_by_its_headings() -> None:
    page = (
        "Loans.\n\nOwns     terms\nHandles  QuoteLoan, GetKeys;\n"
        "         hears AccountDebited\nTells    nothing yet"
    )

    sections = _sections(page)

    assert list(sections) == ["Owns", "Handles", "Tells"]
    assert _messages_in(sections["Handles"]) == {"QuoteLoan", "GetKeys", "AccountDebited"}
    assert _messages_in(sections["Tells"]) == set()


def _front_page(name: str) -> str:
    return importlib.import_module(f"services.{name}").__doc__ or ""


def _sections(page: str) -> dict[str, str]:
    """The text below each heading; a heading stands at the start of a line before two spaces."""
    parts = re.split(r"^([A-Z][a-z]+)  +", page, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def _messages_in(text: str) -> set[str]:
    known = {kind.__name__ for kind in catalogue.messages()}
    return known & set(re.findall(r"\b[A-Z][A-Za-z0-9]+\b", text))


def _told(name: str) -> set[str]:
    """The events that the service's code makes: by name, or handed to a saga as the event."""
    events = {kind.__name__ for kind in catalogue.events()}
    return {
        called
        for source in sources()
        if source.path.startswith(f"services/{name}/")
        for called in _called(source)
        if called in events
    }


def _called(source: Source) -> set[str]:
    """Names that are called, also as `Name.of(…)`."""
    called = [node.func for node in source.nodes(ast.Call)]
    made = [each.value for each in called if isinstance(each, ast.Attribute) and each.attr == "of"]
    return {each.id for each in (*called, *made) if isinstance(each, ast.Name)}
