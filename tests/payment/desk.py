"""The payment service as others see it, its handlers called plainly on a real database."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, cast
from uuid import UUID

from contracts.account.holds import PlaceHold
from contracts.envelope import Command, DomainError, Event, Message, Query, Subject
from contracts.payment.payments import GetPayment, ListPayments, MakePayment, Payment, Payments
from contracts.payment.transfers import TransferRequested
from contracts.payment.values import Rail
from contracts.rail.imps import RailAccepted
from infra.bus.authority import senders
from infra.data.database import Connection
from infra.handling.context import Asked, Context
from infra.handling.telling import Outgoing, Send, Told, Traced
from infra.runtime.clock import new_id
from services.payment import handlers
from services.payment.sagas import PaymentOrder
from services.payment.store import AcceptedPayment, PaymentStore
from tests import builders
from tests.builders import ALICE, customer, inr
from tests.payment.examples import payee

NOON = datetime(2026, 1, 5, 6, 30, tzinfo=UTC)


def payment_of(**fields: Any) -> MakePayment:
    """Alice pays Carol at another bank."""
    values: dict[str, Any] = {
        "from_account": ALICE,
        "beneficiary": payee(fields.get("rail", Rail.IMPS)),
        "amount": inr("500"),
        "rail": Rail.IMPS,
    }
    return MakePayment(**(values | fields))


def accepted(payment_id: UUID) -> RailAccepted:
    return RailAccepted(transfer_id=payment_id, rail_reference="IMPS000000000001")


class Desk:
    """Asked by people, answered by services and the rail; `sent` is all that left for them."""

    def __init__(self, db: Connection) -> None:
        self.store = PaymentStore(db)
        self.sent: list[Event | Send] = []
        self.now = NOON

    async def ask(self, message: Command | Query, subject: Subject, **known: Any) -> Any:
        """The reply of the handler; what it tells beside is sent."""
        entry = (handlers.service.commands | handlers.service.queries)[type(message)]
        if entry.many:
            [outcome] = await self.ask_all(
                Asked(message, context(subject, **{"now": self.now, **known}))
            )
        else:
            outcome = await entry.function(
                message, self.store, context(subject, **{"now": self.now, **known})
            )
        if isinstance(outcome, DomainError):
            raise outcome
        if not isinstance(outcome, Told):
            return outcome
        self.sent += plain(outcome.messages)
        return outcome.reply

    async def ask_all(self, *asked: Asked[Any]) -> Sequence[Any]:
        """The outcomes of commands of one kind that came at once; nothing is sent."""
        entry = handlers.service.commands[type(asked[0].message)]
        return cast(Sequence[Any], await entry.function(asked, self.store))

    async def make(self, subject: Subject | None = None, **fields: Any) -> UUID:
        """Make a payment, of which `sent` keeps the order to hold the money alone."""
        payment: Payment = await self.ask(payment_of(**fields), subject or customer())
        self.sent = [each for each in self.sent if not isinstance(each, TransferRequested)]
        return payment.payment_id

    async def find_left_behind(self, accepted_at: datetime = NOON) -> UUID:
        """A payment that was accepted before sagas began with their acceptance."""
        wish = payment_of()
        order = PaymentOrder(payment_id=new_id(), payer=customer(), **wish.model_dump())
        payment = AcceptedPayment(order, new_id(), accepted_at, None)
        await self.store.db.execute(
            "insert into payments (payment_id, requested_by, customer_id, rail, from_account,"
            " amount_minor, currency, payment_order, created_at, counted_for,"
            " goes_by, is_to_new)"
            " values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
            *payment.row,
        )
        return order.payment_id

    async def hear_request(self, payment_id: UUID) -> None:
        """Our own event comes back to us."""
        wish = payment_of()
        requested = TransferRequested(
            payment_id=payment_id,
            from_account=wish.from_account,
            amount_minor=wish.amount.minor,
            currency=wish.amount.currency,
            rail=wish.rail,
        )
        begin = handlers.service.events[TransferRequested].function
        batch = [Asked(requested, context(Subject(id="payment")))]
        self.sent += plain(await begin(batch, self.store))

    async def hear(self, answer: Message, sender: str = "account", to: Send | None = None) -> None:
        """An answer of one of our services to this command, or that which was sent last."""
        last = to or self.sent[-1]
        assert isinstance(last, Send)
        reply = context(
            Subject(id="account"),
            self.now,
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
        [user] = senders(type(answers[0]))
        rail = context(Subject(id=user), self.now, sender=user)
        batch = [Asked(answer, rail) for answer in answers]
        hear = handlers.service.events[type(answers[0])].function
        self.sent += plain(await hear(batch, self.store))

    async def let_time_pass(self) -> None:
        await self.store.db.execute(
            "update sagas set deadline = now() - interval '1 second' where deadline is not null"
        )
        await self.sweep()

    async def sweep(self) -> None:
        timer = context(Subject(id="payment"), self.now)
        [sweep] = [
            each for _, each in handlers.service.timers if each.__name__ == "sweep_deadlines"
        ]
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
    """What is told inside the bank, whatever its trace."""
    messages = [each.message if isinstance(each, Traced) else each for each in outgoing or ()]
    return [each for each in messages if isinstance(each, Event | Send)]


def context(subject: Subject, now: datetime = NOON, **known: Any) -> Context:
    return builders.context(subject, now, **known)
