"""The transaction service as others see it, its handlers called plainly on a real database.

The books beside it hold what each account has, and make the transfer of one command once: what the
account service does of it has tests of its own.
"""

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4

from contracts.account.accounts import Account, GetAccount
from contracts.account.movements import MakeOrderedTransfer, TransferMade
from contracts.account.values import AccountStatus
from contracts.envelope import Event, Message, NotFound, Refused, Role, Subject
from contracts.money import Currency, Money
from contracts.transaction.standing_orders import (
    CreateStandingOrder,
    Execution,
    GetStandingOrder,
    OrderFrequency,
    StandingOrder,
)
from infra.data.database import Connection
from infra.handling.context import Asked
from infra.handling.daily import Part
from infra.handling.telling import Outgoing, Send, Told, Traced
from services.transaction import handlers
from services.transaction.handlers.ordering import make_due_transfers, orders_due
from services.transaction.store import TransactionStore
from tests import builders
from tests.builders import ALICE, ALICE_ID, an

DAY = timedelta(days=1)
BOB = "AC-20260101-000002"
BOB_ID = ALICE_ID + 1
CUSTOMER = Subject(id="alice", role=Role.CUSTOMER, customer_id=ALICE_ID)
RENT = 100_00


class OrderDesk:
    """A bank with two customers; `told` is what the world has heard, `paid` what Bob has got."""

    def __init__(self, db: Connection, day: date) -> None:
        self.store = TransactionStore(db)
        self.day = day
        self.told: list[Event] = []
        self.sent: list[Send] = []  # all that was ever sent
        self.funds = 1_000_000_00  # of Alice
        self.refusing = ""  # the code with which the books refuse; none: they do not
        self.answers: dict[UUID, Message] = {}  # of the books, by the command
        self.paid: list[tuple[date, int]] = []
        self._to_books: list[Send] = []

    async def open_day(self) -> None:
        """The transaction service hears of today."""
        await self.store.db.execute(
            "insert into business_days values ($1, $2) on conflict do nothing", self.day, self.now
        )

    async def order(self, frequency: str = "MONTHLY", **wish: Any) -> UUID:
        """An order of Alice to pay Bob, from today on."""
        made = await self.ask(self.wish(frequency, **wish), CUSTOMER)
        order_id: UUID = made.order_id
        return order_id

    def wish(self, frequency: str = "MONTHLY", **wish: Any) -> CreateStandingOrder:
        standing = {
            "from_account": ALICE, "to_account": BOB, "start_date": self.day,
            "amount": Money(minor=RENT, currency=Currency.INR),
        }  # fmt: skip
        return CreateStandingOrder(frequency=OrderFrequency(frequency), **standing | wish)

    async def ask(self, message: Message, subject: Subject, **known: Any) -> Any:
        entry = (handlers.service.commands | handlers.service.queries)[type(message)]
        asks = (self._answer(subject),) if entry.asks else ()
        context = builders.context(subject, self.now, **known)
        async with self.store.db.transaction():
            outcome = await entry.function(message, self.store, context, *asks)
        if isinstance(outcome, Told):
            self._hear(outcome.messages)
            return outcome.reply
        return outcome

    async def shown(self, order_id: UUID) -> StandingOrder:
        found: StandingOrder = await self.ask(GetStandingOrder(order_id=order_id), CUSTOMER)
        return found

    async def executions(self, order_id: UUID) -> list[Execution]:
        """Oldest first."""
        return list(reversed((await self.shown(order_id)).executions))

    async def requested_by(self, order_id: UUID) -> UUID:
        """The command by which it was made."""
        found: UUID = await self.store.db.fetchval(
            "select requested_by from standing_orders where order_id = $1", order_id
        )
        return found

    async def turn(self, days: int = 1) -> None:
        """So many days pass; on each its job is done, and the books answer."""
        for _ in range(days):
            self.day += DAY
            await self.open_day()
            await self.work()
            await self.book()

    async def miss(self, days: int = 1) -> None:
        """So many days pass of which this service hears nothing."""
        self.day += days * DAY

    async def work(self, day: date | None = None) -> None:
        """The job of a day."""
        day = day or self.day
        async with self.store.db.transaction():
            items = await orders_due(self.store, Part(day, 0, 1), None, 10_000)
            self._hear(await make_due_transfers(self.store, day, items) or ())

    async def book(self, times: int = 1) -> None:
        """The books answer whatever was sent to them, each so many times."""
        sends, self._to_books = self._to_books, []
        for send in sends:
            for _ in range(times):
                await self.answer(send, self.judge(send))

    def judge(self, send: Send) -> Message:
        """What the books say to a command; the same whenever it comes."""
        if send.message_id not in self.answers:
            self.answers[send.message_id] = self._judged(send)
        return self.answers[send.message_id]

    async def answer(self, send: Send, answer: Message) -> None:
        known = builders.context(
            Subject(id="account"), self.now, correlation_id=send.correlation_id,
            causation_id=str(send.message_id), sender="account",
        )  # fmt: skip
        hear = handlers.service.replies[type(answer)].function
        async with self.store.db.transaction():
            self._hear(await hear([Asked(answer, known)], self.store))

    @asynccontextmanager
    async def cut_off(self) -> AsyncIterator[None]:
        """What this service does in the block ends before it is committed."""
        told, sent, to_books = list(self.told), list(self.sent), list(self._to_books)
        transaction = self.store.db.transaction()
        await transaction.start()
        yield
        await transaction.rollback()
        self.told[:], self.sent[:], self._to_books[:] = told, sent, to_books

    @property
    def now(self) -> datetime:
        return datetime.combine(self.day, time(6), UTC)

    def events(self, kind: type[Event]) -> list[Any]:
        return [each for each in self.told if isinstance(each, kind)]

    def _judged(self, send: Send) -> Message:
        command = send.command
        assert isinstance(command, MakeOrderedTransfer)
        minor = command.amount.minor
        code = self.refusing or ("insufficient-funds" if minor > self.funds else "")
        if code:
            return Refused(code=code, detail="No.")
        self.funds -= minor
        self.paid.append((self.day, minor))
        return TransferMade(
            entry_id=uuid4(), reference=f"TRA-{send.message_id.hex}",
            from_account=command.from_account, to_account=command.to_account, amount_minor=minor,
            currency=command.amount.currency, description=command.description,
            booked_at=self.now, value_date=self.day,
        )  # fmt: skip

    def _hear(self, outgoing: Outgoing) -> None:
        for each in outgoing:
            message = each.message if isinstance(each, Traced) else each
            if isinstance(message, Send):
                self.sent.append(message)
                self._to_books.append(message)
            elif isinstance(message, Event):
                self.told.append(message)

    def _answer(self, subject: Subject) -> Any:
        """What the account service says of accounts to this person."""
        owners = Counter({ALICE: ALICE_ID, BOB: BOB_ID})

        async def answered(query: Message) -> Message:
            assert isinstance(query, GetAccount)
            owner = owners[query.account_number]
            if not owner or not subject.may_touch(owner):
                raise NotFound
            return an(
                Account, account_number=query.account_number, customer_id=owner,
                currency=Currency.INR, status=AccountStatus.ACTIVE,
                opened_at="2020-01-01T00:00:00Z",
            )  # fmt: skip

        return answered
