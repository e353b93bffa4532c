"""Every message that travels on the bus, found in the modules of this package.

A class that is only the common shape of others (`Moved` of `AccountDebited` and `AccountCredited`)
or only a part of others (`Branch` in `Branches`) does not travel and is not listed. All lists are
in order of routing key.
"""

import inspect
import pkgutil
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import TypeVar

import contracts
from contracts.approvals import (
    ApprovalNeeded,
    ApproveCommand,
    CommandApproved,
    CommandRejected,
    GetApproval,
    ListApprovals,
    ParkedCommand,
    ParkedCommands,
    RejectCommand,
)
from contracts.audit import AuditRows, AuditSealed, SearchAudit
from contracts.envelope import Command, Event, GetOutcome, Message, OutcomeFound, Query, Refused
from contracts.jobs import GetJob, JobDetails, JobRetried, Jobs, ListJobs, RetryJob
from contracts.sagas import (
    CompensateSaga,
    GetSaga,
    ListSagas,
    ParkSaga,
    RetrySaga,
    SagaDetails,
    SagaList,
    SagaSteered,
)
from contracts.topology import OWNERS, routing_key

M = TypeVar("M", bound=Message)

# Spoken by every service alike, or by every one that has commands to be approved, or jobs; not in
# the lists.
ABOUT_APPROVALS: tuple[type[Command] | type[Query], ...] = (
    ApproveCommand, RejectCommand, GetApproval, ListApprovals,
)  # fmt: skip
ABOUT_JOBS: tuple[type[Command] | type[Query], ...] = (ListJobs, GetJob, RetryJob)
# Of ASKERS, which run sagas.
ABOUT_SAGAS: tuple[type[Command] | type[Query], ...] = (
    ListSagas, GetSaga, RetrySaga, ParkSaga, CompensateSaga,
)  # fmt: skip
COMMON: tuple[type[Message], ...] = (
    GetOutcome, OutcomeFound, Refused, SearchAudit, AuditRows, *ABOUT_APPROVALS, *ABOUT_SAGAS,
    SagaDetails, SagaList, SagaSteered,
    ApprovalNeeded, CommandApproved, CommandRejected, ParkedCommand, ParkedCommands,
    *ABOUT_JOBS, JobDetails, JobRetried, Jobs,
)  # fmt: skip


@cache
def modules() -> dict[str, tuple[ModuleType, ...]]:
    """The modules of every owner that defines messages, by the owner's name."""
    found = {module.name for module in pkgutil.iter_modules(contracts.__path__)}
    return {owner: tuple(_parts(f"contracts.{owner}")) for owner in OWNERS if owner in found}


def _parts(name: str) -> Iterator[ModuleType]:
    """The module and, if it is a package, those in it."""
    module = import_module(name)
    yield module
    for part in pkgutil.iter_modules(getattr(module, "__path__", ())):
        yield import_module(f"{name}.{part.name}")


@cache
def commands() -> tuple[type[Command], ...]:
    return _in_order(_travelling(_classes_of(Command)))


@cache
def approvers() -> tuple[str, ...]:
    """The owners that have commands which somebody has to approve, sorted."""
    return tuple(sorted({kind.owner for kind in commands() if kind.approval is not None}))


@cache
def queries() -> tuple[type[Query], ...]:
    return _in_order(_classes_of(Query))


@cache
def asked() -> tuple[type[Command] | type[Query], ...]:
    """Commands and queries: all that is answered."""
    return tuple(sorted([*commands(), *queries()], key=routing_key))


@cache
def events() -> tuple[type[Event], ...]:
    kinds: list[type[Event]] = [*_classes_of(Event), AuditSealed]
    return _in_order(_travelling(kinds))


@cache
def replies() -> tuple[type[Message], ...]:
    """What commands and queries are answered with; some are events as well."""
    return _in_order({kind.reply for kind in asked()})


@cache
def messages() -> tuple[type[Message], ...]:
    """All of the above, each once."""
    return _in_order({*asked(), *events(), *replies()})


def _classes_of(kind: type[M]) -> list[type[M]]:
    """Every public message class of this kind, from the module that defines it."""
    return [
        member
        for owner, parts in modules().items()
        for module in parts
        for name, member in inspect.getmembers(module, inspect.isclass)
        if issubclass(member, kind)
        and member.__module__ == module.__name__
        and member.owner == owner
        and not name.startswith("_")
    ]


def _travelling(kinds: Sequence[type[M]]) -> Iterator[type[M]]:
    return (kind for kind in kinds if not _is_family(kind, kinds))


def _is_family(kind: type[M], kinds: Iterable[type[M]]) -> bool:
    """True when others derive from it; its own next versions (`…V2`) do not count."""
    return any(
        issubclass(other, kind) and _unversioned(other) != _unversioned(kind) for other in kinds
    )


def _unversioned(kind: type[Message]) -> str:
    return re.sub(r"V\d+$", "", kind.__name__)


def _in_order(kinds: Iterable[type[M]]) -> tuple[type[M], ...]:
    return tuple(sorted(kinds, key=routing_key))
