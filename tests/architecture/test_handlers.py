"""Every service keeps the same promises: who handles what, under which name, with which answer."""

import ast
from collections.abc import Iterator
from typing import Any

import pytest

from contracts import catalogue
from contracts.envelope import Command, DomainError, Event, Query, kebab
from contracts.topology import ANSWERED, JOBS, LISTENERS, OWNERS, SERVICES
from gateway.edge import HEARD
from infra.sagas.repertoire import Repertoire
from tests.architecture.conventions import CONVENTIONS, batched_kinds_are_decided_by_name
from tests.architecture.house import (
    contract_modules,
    heard,
    package_modules,
    service_of,
    sources,
)

OWN_COMMANDS = [kind for kind in catalogue.commands() if kind.owner in SERVICES]
SPOKEN_BY_ALL = {
    "approvals", "audit", "calendar", "catalogue", "conditional", "contact", "envelope", "jobs",
    "lanes", "money", "partner_events", "sagas", "text", "topology", "words",
}  # fmt: skip


def named(thing: Any) -> str:
    return str(thing.__name__)


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_bears_the_name_of_its_package(name: str) -> None:
    assert service_of(name).name == name


def test_every_module_of_contracts_is_an_owners_or_speaks_for_all() -> None:
    """A message in any other module would be in no list and on no queue."""
    assert contract_modules() == {*OWNERS, *SPOKEN_BY_ALL}


@pytest.mark.parametrize("kind", OWN_COMMANDS, ids=named)
def test_every_command_has_a_handler(kind: type[Command]) -> None:
    assert kind in service_of(kind.owner).commands


@pytest.mark.parametrize("kind", catalogue.queries(), ids=named)
def test_every_query_has_an_answer(kind: type[Query]) -> None:
    assert kind in service_of(kind.owner).queries


@pytest.mark.parametrize("kind", catalogue.events(), ids=named)
def test_every_event_is_told_to_somebody(kind: type[Event]) -> None:
    """To a service, or to the edge, which hears some on a tap of its own."""
    assert kind in heard() or kind in HEARD


def test_every_job_is_asked_of_the_service_that_does_it() -> None:
    found = {job: name for name in SERVICES for job in service_of(name).jobs}

    assert found == JOBS


def test_no_saga_sends_for_a_person_what_may_wait_for_approval() -> None:
    """It would take the word that it waits for no answer at all."""
    sagas = [service_of(name).sagas for name in SERVICES]
    steps = [step for each in sagas if isinstance(each, Repertoire) for step in each.steps()]

    kinds = {sends.kind for step in steps if step.subject for sends in step.sends}
    assert kinds
    assert not {kind for kind in kinds if kind.approval}


@pytest.mark.parametrize("name", SERVICES)
@pytest.mark.parametrize("convention", CONVENTIONS, ids=named)
def test_a_service_keeps_the_conventions(convention: Any, name: str) -> None:
    assert list(convention(service_of(name))) == []


@pytest.mark.parametrize("name", SERVICES)
def test_a_kind_handled_in_batches_has_a_function_of_its_name_that_decides(name: str) -> None:
    breaches = batched_kinds_are_decided_by_name(service_of(name), _functions(name))

    assert list(breaches) == []


@pytest.mark.parametrize("name", SERVICES)
def test_only_who_hears_events_has_a_queue_for_them(name: str) -> None:
    assert bool(service_of(name).events) == (name in LISTENERS)


@pytest.mark.parametrize("name", SERVICES)
def test_only_who_hears_replies_has_a_queue_for_them(name: str) -> None:
    assert bool(service_of(name).replies) == (name in ANSWERED)


@pytest.mark.parametrize("name", SERVICES)
def test_a_refusal_has_a_code_of_its_own_and_words_for_the_caller(name: str) -> None:
    refusals = list(_refusals(f"services.{name}"))

    codes = [kebab(refusal.__name__) for refusal in refusals]

    assert len(codes) == len(set(codes))
    for refusal in refusals:
        assert (refusal.__doc__ or "").strip().endswith("."), refusal
        assert refusal.code is DomainError.code, "the code is the name of the class"


def _functions(name: str) -> set[str]:
    """The functions of the service's rules and handlers, wherever they stand."""
    places = (f"services/{name}/domain", f"services/{name}/handlers")
    return {
        node.name
        for source in sources()
        if source.path.startswith(places)
        for node in source.nodes(ast.FunctionDef, ast.AsyncFunctionDef)
    }


def _refusals(package: str) -> Iterator[type[DomainError]]:
    for module in package_modules(package):
        for value in vars(module).values():
            is_refusal = isinstance(value, type) and issubclass(value, DomainError)
            if is_refusal and value.__module__ == module.__name__:
                yield value
