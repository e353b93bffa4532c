"""The gateway's process, and one call through it: ask the owner, wait, and say what he said."""

import asyncio
import re
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import Self
from uuid import UUID

import structlog
from starlette.requests import HTTPConnection

from contracts.approvals import ApprovalNeeded
from contracts.auth import SessionRevoked
from contracts.envelope import Command, Event, Message, Query, Refused, Subject
from contracts.loan.operations import LoanDisbursed, LoanOperationFailed, OperationEnded
from contracts.loan.repayments import (
    LoanOperationCompleted,
    LoanWrittenOff,
    RepaymentReceived,
    RepaymentReversed,
)
from contracts.loan.top_ups import LoanToppedUp
from contracts.payment.payees import PayeeLookedUp
from contracts.payment.transfers import (
    PaymentEnded,
    TransferCompleted,
    TransferFailed,
    TransferReturned,
)
from contracts.topology import routing_key
from gateway.asker import Asker
from gateway.auth import Authenticator
from gateway.endings import Endings
from gateway.idempotency import REPLAYED, InFlight
from gateway.identity_numbers import IdentityNumbers
from gateway.operations import Operation, OperationIds
from gateway.preconditions import Expected
from gateway.problems import Problem, refused, unavailable
from gateway.settings import GatewaySettings
from gateway.uploads import Uploads
from infra.bus.ask import NoAnswer, Reply, Unavailable
from infra.bus.liveness import watch
from infra.bus.tap import EventTap
from infra.runtime.tracing import Trace
from infra.runtime.waiting import patiently

log = structlog.get_logger()

WAIT_SECONDS = 10.0  # when the caller does not say by `Prefer: wait=N`
WAIT_SECONDS_MAX = 30.0
ACCEPTANCE_SECONDS = (
    2.0  # for the id of what goes on by itself, even when `Prefer` waits for nothing
)
DEADLINE_SECONDS = 120.0  # a command not begun by then is dropped by its owner
SECRET_DEADLINE_SECONDS = 8.0  # of one that is not remembered: what is begun ends while we wait
PAYMENTS_ENDED = (TransferCompleted, TransferFailed, TransferReturned, PaymentEnded)
MOVEMENTS_ENDED = (  # of loans' money
    LoanDisbursed,
    LoanToppedUp,
    RepaymentReceived,
    RepaymentReversed,
    LoanWrittenOff,
    LoanOperationCompleted,
    LoanOperationFailed,
)
HEARD = (SessionRevoked, *PAYMENTS_ENDED, *MOVEMENTS_ENDED, PayeeLookedUp)

_WAIT = re.compile(r"(?:^|[,;\s])wait=([0-9]{1,9})(?:$|[,;\s])", re.IGNORECASE)
_AT_ONCE = re.compile(r"(?:^|[,;\s])respond-async(?:$|[,;\s])", re.IGNORECASE)


class Edge:
    """What all calls of one gateway process share."""

    def __init__(self, settings: GatewaySettings, asker: Asker) -> None:
        self.settings = settings
        self.asker = asker
        self.authenticator = Authenticator(asker)
        self.operation_ids = OperationIds(settings.secret)
        self.identity_numbers = IdentityNumbers(asker, settings.secret)
        self.in_flight = InFlight()
        self.endings = Endings()
        self.uploads = Uploads()

    @asynccontextmanager
    async def running(self, tap: EventTap | None) -> AsyncIterator[Self]:
        """Events first: what happens while the rest is read must not pass unheard."""
        async with AsyncExitStack() as stack:
            if tap is not None:
                await patiently("broker", tap.start)
                stack.push_async_callback(tap.stop)
            await patiently("broker", self.asker.start)
            stack.push_async_callback(self.asker.stop)
            await self.authenticator.start()
            stack.push_async_callback(self.authenticator.stop)
            if tap is not None:
                watching = asyncio.create_task(self._watch(tap))
                stack.callback(watching.cancel)
            yield self

    async def _watch(self, tap: EventTap) -> None:
        def is_deaf() -> bool:
            return not (self.asker.is_connected and tap.is_connected)

        await watch(is_deaf, self.settings.amqp_url, self.settings.watchdog_seconds)

    def on_event(self, event: Event) -> None:
        match event:
            case SessionRevoked():
                self.authenticator.end_session(str(event.session_id))
            case TransferCompleted() | TransferFailed() | TransferReturned():
                self.endings.note(event.payment_id)
            case PaymentEnded():
                self.endings.note(event.payment.payment_id, event.payment)
            case PayeeLookedUp():
                self.endings.note(event.lookup_id)
            case OperationEnded():
                self.endings.note(event.operation_id)
            case _:
                raise AssertionError(f"{type(event).__name__} was not asked for")


def edge_of(connection: HTTPConnection) -> Edge:
    edge = connection.app.state.edge
    assert isinstance(edge, Edge)
    return edge


class OutcomeUnknown(Exception):
    """No reply in time to a command that may have happened; the caller gets its operation id."""

    def __init__(self, operation_id: str) -> None:
        super().__init__(operation_id)
        self.operation_id = operation_id


class ApprovalAwaited(Exception):
    """Nothing is done until somebody else approves it; the caller gets both addresses."""

    def __init__(self, operation_id: str, needed: ApprovalNeeded, *, replayed: bool) -> None:
        super().__init__(operation_id)
        self.operation_id = operation_id
        self.needed = needed
        self.replayed = replayed


@dataclass(frozen=True, slots=True)
class Call:
    """One HTTP call: who, under which message id, for how long."""

    edge: Edge
    subject: Subject
    message_id: UUID
    wait_seconds: float
    trace: Trace
    source: str | None
    expected: Expected  # of what the call changes

    async def ask(self, query: Query, *, owner: str | None = None) -> Message:
        """The owner's reply; `owner` is named for what several services are asked alike.

        Raises:
            Problem: he refused, or did not answer in time (503).
        """
        try:
            reply = await self.edge.asker.ask(
                query,
                subject=self.subject,
                wait_seconds=max(self.wait_seconds, 1.0),
                trace=self.trace,
                source=self.source,
                owner=owner,
            )
        except (Unavailable, NoAnswer) as error:
            raise unavailable() from error
        if isinstance(reply.message, Refused):
            raise refused(reply.message)
        return reply.message

    async def begin(self, command: Command) -> Reply:
        """`send`, for what has an address of its own and goes on after the reply: who would not
        wait for its end still gets that address."""
        patient = replace(self, wait_seconds=max(self.wait_seconds, ACCEPTANCE_SECONDS))
        return await patient.send(command)

    async def send(self, command: Command, *, owner: str | None = None) -> Reply:
        """The owner's reply to a command that is done at most once per message id.

        Nobody can ask later what became of one that is not remembered. Its caller's `Prefer` does
        not count: he waits until it is either answered or too late to be begun.

        Raises:
            Problem: he refused, or nothing was accepted (503).
            OutcomeUnknown: no reply in time.
            ApprovalAwaited: somebody else has to approve it first.
        """
        command = self.expected.put_into(command)
        is_remembered = command.remembered
        ask = partial(
            self.edge.asker.ask,
            command,
            subject=self.subject,
            message_id=self.message_id,
            wait_seconds=self.wait_seconds if is_remembered else WAIT_SECONDS,
            deadline_seconds=DEADLINE_SECONDS if is_remembered else SECRET_DEADLINE_SECONDS,
            trace=self.trace,
            source=self.source,
            owner=owner,
        )
        try:
            reply = await self.edge.in_flight.share(self.message_id, command, ask)
        except Unavailable as error:
            raise unavailable() from error
        except NoAnswer as error:
            if not is_remembered:
                raise _unheard() from error
            raise OutcomeUnknown(self._operation_id(command, owner)) from error
        if isinstance(reply.message, Refused):
            raise refused(reply.message, REPLAYED if reply.replayed else None)
        if isinstance(reply.message, ApprovalNeeded):
            operation_id = self._operation_id(command, owner)
            raise ApprovalAwaited(operation_id, reply.message, replayed=reply.replayed)
        return reply

    def _operation_id(self, command: Command, owner: str | None) -> str:
        deadline = int(time.time() + DEADLINE_SECONDS)
        kind = routing_key(type(command), owner)
        operation = Operation(self.message_id, kind, self.subject.id, deadline)
        return self.edge.operation_ids.seal(operation)


def wait_seconds_of(prefer: str | None) -> float:
    """`Prefer: wait=5` is five seconds; a preference we do not understand is none."""
    if prefer is None:
        return WAIT_SECONDS
    if _AT_ONCE.search(prefer):
        return 0.0
    found = _WAIT.search(prefer)
    return min(float(found[1]), WAIT_SECONDS_MAX) if found else WAIT_SECONDS


def _unheard() -> Problem:
    return Problem(503, "unavailable", "No answer in time; see whether it happened, or try again.")
