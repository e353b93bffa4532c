"""The payment service as others see it, its handlers called plainly on a real database."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from contracts.account.holds import PlaceHold
from contracts.envelope import Command, Event, Message, Query, Subject
from contracts.payment.payments import GetPayment, ListPayments, MakePayment, Payment, Payments
from contracts.payment.transfers import TransferRequested
from contracts.payment.values import Rail
from contracts.rail import RailAccepted
from contracts.topology import IMPS
from infra.data.database import Connection
from infra.handling.context import Asked, Context
from infra.handling.telling import Outgoing, Send, Told, Traced
from services.payment import handlers
from services.payment.store import PaymentStore
from tests import builders
from tests.builders import ALICE, customer, inr
from tests.payment.examples import CAROL

NOON = datetime(2026, 1, 5, 6, 30, tzinfo=UTC)


def accepted(payment_id: UUID) -> RailAccepted:
    return RailAccepted(transfer_id=payment_id, rail_reference="IMPS000000000001")


class Desk:
    """Asked by people, answered by services and the rail; `sent` is all that left for them."""

    def __init__(self, db: Connection) -> None:
        self.store = PaymentStore(db)
        self.sent: list[Event | Send] = []

    async def ask(self, message: Command | Query, subject: Subject, **known: Any) -> Any:
        """The reply of the handler; what it tells beside is sent."""
        entry = (handlers.service.commands | handlers.service.queries)[type(message)]
        outcome = await entry.function(message, self.store, context(subject, **known))
        if not isinstance(outcome, Told):
            return outcome
        self.sent += plain(outcome.messages)
        return outcome.reply

    async def accept(self, subject: Subject | None = None, **fields: Any) -> UUID:
        """Accept a payment, whose saga has not begun."""
        values: dict[str, Any] = {
            "from_account": ALICE,
            "beneficiary": CAROL,
            "amount": inr("500"),
            "rail": Rail.IMPS,
        }
        payment: Payment = await self.ask(MakePayment(**(values | fields)), subject or customer())
        return payment.payment_id

    async def make(self, subject: Subject | None = None, **fields: Any) -> UUID:
        """Accept a payment and begin its saga."""
        payment_id = await self.accept(subject, **fields)
        requested = self.sent.pop()
        assert isinstance(requested, TransferRequested)
        asked = Asked(requested, context(subject or customer()))
        begin = handlers.service.events[TransferRequested].function
        self.sent += plain(await begin([asked], self.store))
        return payment_id

    async def hear(self, answer: Message, sender: str = "account") -> None:
        """An answer of one of our services to the command that was sent last."""
        last = self.sent[-1]
        assert isinstance(last, Send)
        reply = context(
            Subject(id="account"),
            correlation_id=last.correlation_id,
            causation_id=str(last.message_id),
            sender=sender,
        )
        self.sent += await self.reply(answer, reply)

    async def reply(self, answer: Message, known: Context) -> list[Event | Send]:
        """What follows from an answer."""
        hear = handlers.service.replies[type(answer)].function
        return plain(await hear([Asked(answer, known)], self.store))

    async def hear_rail(self, *answers: Message) -> None:
        rail = context(Subject(id=IMPS.user), sender=IMPS.user)
        batch = [Asked(answer, rail) for answer in answers]
        hear = handlers.service.events[type(answers[0])].function
        self.sent += plain(await hear(batch, self.store))

    async def let_time_pass(self) -> None:
        await self.store.db.execute(
            "update sagas set deadline = now() - interval '1 second' where deadline is not null"
        )
        timer = context(Subject(id="payment"))
        [(_, sweep)] = handlers.service.timers
        self.sent += plain(await sweep(self.store, timer))

    async def see(self, payment_id: UUID, subject: Subject) -> Payment:
        payment: Payment = await self.ask(GetPayment(payment_id=payment_id), subject)
        return payment

    async def find(self, subject: Subject, **filters: Any) -> list[UUID]:
        found: Payments = await self.ask(ListPayments(**filters), subject)
        return [payment.payment_id for payment in found.items]

    def kinds(self) -> list[type[Message]]:
        return [type(m.command) if isinstance(m, Send) else type(m) for m in self.sent]

    def holds(self) -> list[PlaceHold]:
        """All that was asked to be held, in order."""
        commands = [m.command for m in self.sent if isinstance(m, Send)]
        return [command for command in commands if isinstance(command, PlaceHold)]

    def hold(self) -> Send:
        """The order that held the money."""
        [hold] = [m for m in self.sent if isinstance(m, Send) and isinstance(m.command, PlaceHold)]
        return hold


def plain(outgoing: Outgoing | None) -> list[Event | Send]:
    """What is told, whatever its trace."""
    return [each.message if isinstance(each, Traced) else each for each in outgoing or ()]


def context(subject: Subject, now: datetime = NOON, **known: Any) -> Context:
    return builders.context(subject, now, **known)
