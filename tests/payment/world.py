"""A small world for payments: an account service, a rail and a network that do their worst.

Messages may arrive in any order and more than once; those to and from the rail may also be lost.
Both sides remember as the real ones do: the account service by message id, the rail by transfer
id, and the saga's inbox by the id of the answer, which it lets through once.
"""

from dataclasses import dataclass, field
from uuid import UUID, uuid4, uuid5

from contracts.account.holds import CaptureHold, PlaceHold, ReleaseHold
from contracts.envelope import Command, Event, Message, Refused
from contracts.rail.imps import InquireTransfer, SubmitTransfer
from infra.sagas.moves import advance, decided, may_undo, park, retry, start, timed_out, undo
from infra.sagas.table import Awaits, Move, Order, Phase, Run
from services.payment.domain.screening import HIT
from services.payment.sagas import PaymentOrder
from tests.payment.examples import (
    CAPTURED,
    CLOSED,
    HELD,
    IMPS,
    NO_FUNDS,
    PAYMENT_ID,
    PAYMENT_OF_500,
    RELEASED,
    UNAWARE,
)

TO_RAIL = (SubmitTransfer, InquireTransfer)


@dataclass(frozen=True)
class Answer:
    """An answer on its way back to the saga."""

    id: UUID
    message: Message
    command_id: UUID | None


@dataclass
class AccountService:
    """One hold, and the stored outcome of every command."""

    has_funds: bool
    refusals_of_capture: int
    refusals_of_release: int
    hold: str = "none"  # open, captured, released
    _outcomes: dict[UUID, Message] = field(default_factory=dict)

    def handle(self, order: Order) -> Answer:
        if order.message_id not in self._outcomes:
            self._outcomes[order.message_id] = self._decide(order.command)
        answer_id = uuid5(order.message_id, "reply")
        return Answer(answer_id, self._outcomes[order.message_id], order.message_id)

    def _decide(self, command: Command) -> Message:
        match command:
            case PlaceHold():
                return self._place()
            case ReleaseHold():
                return self._release()
            case CaptureHold():
                return self._capture()
        raise AssertionError(command)

    def _place(self) -> Message:
        if self.hold != "none" or not self.has_funds:
            return NO_FUNDS
        self.hold = "open"
        return HELD

    def _release(self) -> Message:
        if self.refusals_of_release > 0:
            self.refusals_of_release -= 1
            return Refused(code="unavailable", detail="")
        assert self.hold != "captured", "released after it was captured"
        self.hold = "released"
        return RELEASED

    def _capture(self) -> Message:
        if self.refusals_of_capture > 0:
            self.refusals_of_capture -= 1
            return CLOSED
        assert self.hold == "open", f"captured a hold that is {self.hold}"
        self.hold = "captured"
        return CAPTURED


@dataclass
class RailSide:
    """Says yes or no to a transfer once, and the same ever after."""

    verdict: Message
    knows: bool = False

    def handle(self, order: Order) -> Answer:
        if isinstance(order.command, SubmitTransfer):
            self.knows = True
        return Answer(uuid4(), self.verdict if self.knows else UNAWARE, None)


class World:
    def __init__(self, account: AccountService, rail: RailSide, hits: int = 0) -> None:
        self.account = account
        self.rail = rail
        self.hits = hits  # how often screening stops it, before people have seen all
        self.under_way: list[Order | Answer] = []
        self.events: list[Event] = []
        self._heard: set[UUID] = set()
        self._wait_seconds: float | None = None
        self.run: Run[PaymentOrder]
        self._follow(start(IMPS, PAYMENT_ID, PAYMENT_OF_500))

    def deliver(self, number: int, *, keep: bool = False) -> None:
        """One of the messages under way arrives; kept, it will arrive again."""
        if not self.under_way:
            return
        number %= len(self.under_way)
        message = self.under_way[number] if keep else self.under_way.pop(number)
        if isinstance(message, Answer):
            if message.id not in self._heard:
                self._heard.add(message.id)
                self._follow(advance(IMPS, self.run, message.message, message.command_id))
        elif isinstance(message.command, TO_RAIL):
            self.under_way.append(self.rail.handle(message))
        else:
            self.under_way.append(self.account.handle(message))

    def lose(self, number: int) -> None:
        """One of the messages to or from the rail never arrives."""
        lossy = [
            message
            for message in self.under_way
            if (isinstance(message, Answer) and message.command_id is None)
            or (isinstance(message, Order) and isinstance(message.command, TO_RAIL))
        ]
        if lossy:
            self.under_way.remove(lossy[number % len(lossy)])

    def pass_time(self) -> None:
        if self._wait_seconds is not None:
            self._follow(timed_out(IMPS, self.run))

    def park(self) -> None:
        if not self.run.phase.is_end:
            self._follow(park(IMPS, self.run))

    def retry(self) -> None:
        if not self.run.phase.is_end:
            self._follow(retry(IMPS, self.run))

    def cancel(self) -> None:
        if may_undo(IMPS, self.run):
            self._follow(undo(IMPS, self.run, "cancelled", "", ends_as=Phase.CANCELLED))

    def calm_down(self) -> None:
        """From now on nothing is lost and people help; a run must end within bounded moves."""
        for _ in range(200):
            if self.under_way:
                self.deliver(0)
            elif self.run.is_parked:
                self.retry()
            elif self.run.phase.is_end:
                return
            else:
                self.pass_time()
        raise AssertionError(f"never ends: {self.run}")

    def _follow(self, move: Move[PaymentOrder] | None) -> None:
        if move is None:
            return
        if move.decides is not None:
            is_hit, self.hits = self.hits > 0, self.hits - 1
            move = decided(IMPS, move, HIT if is_hit else None)
        self.run = move.run
        self._wait_seconds = move.wait_seconds
        self.under_way += move.orders
        self.events += move.events
        assert (move.wait_seconds is None) == (
            self.run.awaits is Awaits.NOTHING or self.run.is_parked
        )
