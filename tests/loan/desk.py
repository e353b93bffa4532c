"""The loan service as others see it, its handlers called plainly on a real database.

The books beside it are a sum by account of the entries that were asked for, none of which is booked
twice: what the account service does of it has tests of its own.
"""

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from contracts.account.accounts import Account, GetAccount
from contracts.account.movements import EntryPosted, PostEntry
from contracts.account.values import AccountStatus
from contracts.customer import Customer, CustomerStatus, GetCustomer, KycStatus
from contracts.envelope import DomainError, Event, Message, Refused, Role, Subject
from contracts.loan.applications import ApplyForLoan, ApproveLoan
from contracts.loan.operations import DisburseLoan
from contracts.loan.products import CreateLoanProduct
from contracts.loan.repayments import RepayLoan
from contracts.loan.servicing import ServicingRules
from contracts.money import Money
from infra.data.database import Connection
from infra.handling.context import Asked, Context
from infra.handling.daily import Part
from infra.handling.telling import Outgoing, Send, Told, Traced
from services.loan import handlers
from services.loan.handlers.benchmarks import floating_loans, follow_benchmarks
from services.loan.handlers.collecting import collect_instalments, loans_due
from services.loan.handlers.end_of_day import end_of_day
from services.loan.store import LoanStore
from services.loan.store.days import last_of
from tests import builders
from tests.builders import ALICE, ALICE_ID, an, staff
from tests.loan.terms import INR

TELLER = staff()
MANAGER = Subject(id="manager-2", role=Role.MANAGER)
DAY = timedelta(days=1)
PRODUCT = "PERSONAL"


class LoanDesk:
    """A bank with one product and one borrower; `told` is what the world has heard."""

    def __init__(self, db: Connection, day: date) -> None:
        self.store = LoanStore(db)
        self.day = day
        self.told: list[Event] = []
        self.ledger: Counter[str] = Counter()
        self.booked: set[str] = set()
        self.entries: list[PostEntry] = []  # that were booked
        self.owners: dict[str, int] = {}  # of accounts, Alice of all others
        self.refusing = ""  # the code with which the books refuse entries; none: they do not
        self._to_book: list[Send] = []

    async def open(self, rules: ServicingRules | None = None, **terms: Any) -> None:
        """Open the first day, and offer the product, on these terms beside those of all."""
        await self._open_day()
        await self.offer(PRODUCT, rules, **terms)

    async def offer(self, code: str, rules: ServicingRules | None = None, **terms: Any) -> None:
        """Offer another product, on these terms beside those of all."""
        product = CreateLoanProduct(
            code=code, name="Personal loan",
            principal_min_minor=1, principal_max_minor=10**11,
            annual_rate_min=Decimal(0), annual_rate_max=Decimal(60), annual_rate=Decimal(12),
            instalments_min=1, instalments_max=600,
            servicing=rules or ServicingRules(), **terms,
        )  # fmt: skip
        await self.ask(product, staff(Role.ADMIN))

    async def apply(
        self,
        minor: int,
        instalments: int,
        product: str = PRODUCT,
        account: str = ALICE,
        first_due: date | None = None,
        customer_id: int = ALICE_ID,
    ) -> UUID:
        """A loan that was applied for by the owner of this account."""
        self.owners[account] = customer_id
        wish = ApplyForLoan(
            customer_id=customer_id, account_number=account, product_code=product,
            principal_minor=minor, instalments=instalments, first_due_date=first_due,
        )  # fmt: skip
        loan_id: UUID = (await self.ask(wish, TELLER)).loan_id
        return loan_id

    async def lend(self, minor: int, instalments: int, first_due: date | None = None) -> UUID:
        """A loan that is paid out today."""
        loan_id = await self.apply(minor, instalments, first_due=first_due)
        await self.pay_out(loan_id)
        return loan_id

    async def pay_out(self, loan_id: UUID) -> None:
        """Approve a loan that was applied for, and pay it out."""
        await self.ask(ApproveLoan(loan_id=loan_id), MANAGER)
        await self.ask(DisburseLoan(loan_id=loan_id), MANAGER)
        await self.book()

    async def repay(self, loan_id: UUID, minor: int, paid_on: date | None = None) -> None:
        amount = Money(minor=minor, currency=INR)
        await self.ask(RepayLoan(loan_id=loan_id, amount=amount, paid_on=paid_on), TELLER)
        await self.book()

    async def ask(self, command: Message, subject: Subject) -> Any:
        entry = (handlers.service.commands | handlers.service.queries)[type(command)]
        asks = (self._answer,) if entry.asks else ()
        outcome = await entry.function(command, self.store, self._context(subject), *asks)
        if isinstance(outcome, DomainError):
            raise outcome
        self._hear(outcome.messages if isinstance(outcome, Told) else ())
        return outcome.reply if isinstance(outcome, Told) else outcome

    async def book(self) -> None:
        """The books answer whatever was sent to them."""
        while self._to_book:
            send = self._to_book.pop(0)
            assert isinstance(send.command, PostEntry)
            await self.answer(send, self.judge(send.command))

    def judge(self, entry: PostEntry) -> Message:
        """What the books say to an entry; they book it once."""
        if self.refusing:
            return Refused(code=self.refusing, detail="No.")
        if entry.reference not in self.booked:
            assert sum(leg.amount_minor for leg in entry.legs) == 0
            self.entries.append(entry)
            self.ledger.update({leg.account_number: leg.amount_minor for leg in entry.legs})
        self.booked.add(entry.reference)
        return EntryPosted(entry_id=uuid4(), reference=entry.reference, booked_at=self._now)

    async def answer(self, send: Send, answer: Message) -> None:
        """An answer of the account service to this command."""
        known = self._context(
            Subject(id="account"),
            correlation_id=send.correlation_id,
            causation_id=str(send.message_id),
            sender="account",
        )
        hear = handlers.service.replies[type(answer)].function
        self._hear(await hear([Asked(answer, known)], self.store))

    async def turn(self, days: int = 1) -> None:
        """So many days pass; at the end of each the jobs do their work, and the books theirs."""
        for _ in range(days):
            over = self.day
            await self.next_day_without_jobs()
            await self.end(over)
            await self.book()

    async def next_day_without_jobs(self) -> None:
        """A day passes whose end nobody works for."""
        self.day += DAY
        await self._open_day()

    async def end(self, day: date) -> None:
        """The work of a day that is over."""
        floating = await floating_loans(self.store, Part(day, 0, 1), None, 10_000)
        if floating:
            self._hear(await follow_benchmarks(self.store, day, floating) or ())
        found = await self.store.active(0, 1, last_of(None), 10_000)
        if found:
            self._hear(await end_of_day(self.store, day, [str(each) for each in found]) or ())

    async def collect(self) -> None:
        """What is due today is debited, if the books allow it."""
        await self.begin_to_collect()
        await self.book()

    async def begin_to_collect(self) -> None:
        """The same before the books have heard of it."""
        over = self.day - DAY
        found = await loans_due(self.store, Part(over, 0, 1), None, 10_000)
        self._hear(await collect_instalments(self.store, over, found) or ())

    @asynccontextmanager
    async def cut_off(self) -> AsyncIterator[None]:
        """What the loan service does in the block ends before it is committed: nothing of it is
        written, told or sent. What the books do meanwhile is done."""
        told, to_book = list(self.told), list(self._to_book)
        transaction = self.store.db.transaction()
        await transaction.start()
        yield
        await transaction.rollback()
        self.told[:], self._to_book[:] = told, to_book

    def line(self, line: str) -> int:
        """What the ledger holds on a line of the chart, credit positive."""
        return self.ledger[f"GL-{line}-INR"]

    async def noted(self) -> Counter[str]:
        """The same by line as all loans together have noted it."""
        rows = await self.store.db.fetch(
            "select line, sum(minor)::bigint from loan_books group by 1"
        )
        return Counter({f"GL-{line}-INR": minor for line, minor in rows if minor})

    @property
    def _now(self) -> datetime:
        return datetime.combine(self.day, time(6), UTC)

    def _context(self, subject: Subject, **known: Any) -> Context:
        return builders.context(subject, self._now, **known)

    def _hear(self, outgoing: Outgoing) -> None:
        for each in outgoing:
            message = each.message if isinstance(each, Traced) else each
            if isinstance(message, Send):
                self._to_book.append(message)
            elif isinstance(message, Event):
                self.told.append(message)

    async def _open_day(self) -> None:
        await self.store.db.execute(
            "insert into business_days values ($1, $2)", self.day, self._now
        )

    async def _answer(self, query: Message) -> Message:
        """What other services say of the borrower."""
        if isinstance(query, GetCustomer):
            return an(
                Customer, id=query.id, status=CustomerStatus.ACTIVE, kyc_status=KycStatus.VERIFIED
            )
        assert isinstance(query, GetAccount)
        return an(
            Account, account_number=query.account_number,
            customer_id=self.owners.get(query.account_number, ALICE_ID), currency=INR,
            status=AccountStatus.ACTIVE, opened_at="2020-01-01T00:00:00Z",
        )  # fmt: skip
