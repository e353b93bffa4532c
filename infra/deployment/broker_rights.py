"""Who may do what on the broker, computed from the messages: by vhost, rights on exchanges and
queues, and on routing keys where a right to a whole exchange says too little.

A system of others has rights in its own vhost and none in the bank's. That is said outright, since
an import of definitions takes no right away that a bank of an older version has given.
"""

import re
from collections.abc import Iterable
from functools import cache

from contracts import catalogue
from contracts.audit import AuditSealed, SearchAudit
from contracts.envelope import GATEWAY, OPERATOR, GetOutcome, Message
from contracts.topology import (
    CANARY,
    DEAD,
    EVENTS,
    LANES,
    MONITOR,
    OUTSIDE,
    REPLIES,
    REQUEUE,
    RETRY,
    RETRY_SECONDS,
    SERVICES,
    OutsideSystem,
    batch_queue,
    caller_queues,
    command_queue,
    dead_queue,
    event_queue,
    exchange_name,
    inbox_queue,
    outside_queue,
    reply_queue,
    routing_key,
)
from infra.bus.authority import senders
from infra.bus.declarations import Json


@cache
def message_kinds() -> tuple[type[Message], ...]:
    """Everything that somebody publishes of his own accord; replies need no rights of their own."""
    alike = (
        GetOutcome, SearchAudit,
        *catalogue.ABOUT_APPROVALS, *catalogue.ABOUT_JOBS, *catalogue.ABOUT_SAGAS,
    )  # fmt: skip
    return (*catalogue.asked(), *alike, *catalogue.events())


def permission(user: str) -> Json:
    """Rights in the bank's vhost: whoever asks configures the queues that hear his answers, and
    nobody anything else; everybody writes and reads what his messages need."""
    sent = {exchange_name(kind) for kind in message_kinds() if user in senders(kind)} - _OUTSIDE
    own = rf"{re.escape(user)}\..*"
    callers = caller_queues(user)
    if user == GATEWAY:
        # Its taps on events are exclusive queues of its own, which it declares and binds.
        return _rights(
            user, own, [*_names({*sent, CANARY}), own], [*_names({EVENTS, REPLIES}), own]
        )
    if user == OPERATOR:
        write = [*_names({*sent, REQUEUE, CANARY}), callers]
        return _rights(user, callers, write, [*_names({REPLIES}), dead_queue(".*"), callers])
    if user == LANES:
        return _rights(
            user, callers, [*_names({*sent, CANARY}), callers], [*_names({REPLIES}), callers]
        )
    if user in SERVICES:
        # Whatever it reads it may also put off, set aside and answer.
        write = [*_names({*sent, REPLIES, RETRY, DEAD, CANARY}), callers]
        return _rights(user, callers, write, [*_names({REPLIES}), own])
    return _rights(user)


def topic_permissions(user: str) -> list[Json]:
    """Keys that a user writes with or binds: his own events, his own failures, and the answers that
    are meant for him."""
    heard = {"user": user, "exchange": REPLIES, "read": f"^{caller_queues(user)}$"}
    if user in (GATEWAY, OPERATOR, LANES):
        return [{**heard, "write": "^$"}]
    if user not in SERVICES:
        return []
    return [
        {**heard, "write": r"\.replies(\.|$)"},
        _keys(user, EVENTS, rf"^{re.escape(user)}\.|^{re.escape(routing_key(AuditSealed))}$"),
        *_failures(user, [queue(user) for queue in _QUEUES_OF_WORK]),
    ]


def permissions_outside(system: OutsideSystem) -> list[Json]:
    """Rights in the vhost of a system of others: its own, its partner's, the operator's, who looks
    after what was given up, and the monitor's."""
    own = rf"{re.escape(system.partner)}\..*"
    return [
        _rights(
            system.user, write=_names([system.answers]), read=_names([inbox_queue(system.orders)])
        ),
        _rights(system.partner, write=_names([system.orders, RETRY, DEAD]), read=[own]),
        _rights(OPERATOR, write=_names([REQUEUE]), read=[dead_queue(".*")]),
        _rights(MONITOR),
    ]


def topic_permissions_outside(system: OutsideSystem) -> list[Json]:
    """Its partner's failures are its partner's own there too."""
    return _failures(system.partner, [outside_queue(system)])


def _failures(service: str, queues: Iterable[str]) -> list[Json]:
    """The keys that a service puts off and sets aside with: those of its own queues, since what
    leads to no queue would wait in the delays for ever."""
    own, delays = "|".join(_names(queues)), "|".join(f"{seconds}s" for seconds in RETRY_SECONDS)
    return [
        _keys(service, DEAD, f"^({own})$"),
        _keys(service, RETRY, rf"^({delays})\.({own})$"),
    ]


_QUEUES_OF_WORK = (batch_queue, command_queue, event_queue, reply_queue)
_OUTSIDE = {exchange for system in OUTSIDE for exchange in (system.orders, system.answers)}


def _names(names: Iterable[str]) -> list[str]:
    return [re.escape(name) for name in sorted(names)]


def _keys(user: str, exchange: str, write: str) -> Json:
    return {"user": user, "exchange": exchange, "write": write, "read": "^$"}


def _rights(
    user: str, configure: str = "", write: Iterable[str] = (), read: Iterable[str] = ()
) -> Json:
    return {
        "user": user,
        "configure": f"^{configure}$",
        "write": f"^({'|'.join(write)})$",
        "read": f"^({'|'.join(read)})$",
    }
