"""A town of borrowers who live for years, day by day, on a real database; and what came of it.

Days are turned by the service's own jobs, each part of which is done as the runner does it. The
books beside it now and then refuse: a debit from an account that has too little, and on some days
whatever the loans have earned.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from hashlib import sha256
from random import Random
from time import monotonic
from typing import Any
from uuid import UUID

from contracts.account.movements import PostEntry
from contracts.envelope import DomainError, Message, Refused, Subject
from contracts.loan.applications import ApproveLoan
from contracts.loan.operations import DisburseLoan
from contracts.loan.servicing import (
    LateInterest,
    PreClosure,
    PrepaymentRule,
    Recalculation,
    ServicingRules,
)
from contracts.money import Money
from infra.data.database import Connection
from infra.handling.daily import Job, Part
from infra.handling.telling import Send
from services.loan.domain.provisioning import percents_of
from services.loan.domain.verifying import faults
from services.loan.handlers import service
from services.loan.store import LoanStore
from tests.loan.borrowers import Borrower, Standing, borrower, wishes
from tests.loan.desk import DAY, MANAGER, LoanDesk
from tests.loan.terms import INR

FIRST_DAY = date(2026, 1, 1)
DEBITED = "DEBITED"
IN_PARTS = "IN_PARTS"  # paid out in two parts, and with days to think
PRODUCTS: dict[str, tuple[ServicingRules, dict[str, Any]]] = {
    "PLANNED": (ServicingRules(), {}),
    "DAILY": (
        ServicingRules(
            recalculation=Recalculation.DAILY,
            late_interest=LateInterest.FULL,
            prepayment=PrepaymentRule.REDUCE_NUMBER,
        ),
        {"secured": True},
    ),
    DEBITED: (ServicingRules(debit_days=3), {}),
    IN_PARTS: (
        ServicingRules(
            recalculation=Recalculation.SAME_AS_REPAYMENT, pre_closure=PreClosure.TO_DUE_DATE
        ),
        {"tranches_max": 2, "cooling_off_days": 14},
    ),
}
TOO_LITTLE, CLOSED = "insufficient-funds", "account-closed"
REFUSED_DEBITS, REFUSING_DAYS = 0.2, 0.02  # of all
_STANDINGS = """
select loan_id, state, disbursed_on, disbursed_minor, outstanding_minor, overdue_minor,
    days_past_due, next_due_on, next_due_minor, (
        select operation_id from loan_events e where e.loan_id = l.loan_id and kind = 'repaid'
        and not exists (select from loan_events r
            where r.loan_id = e.loan_id and r.reverses = e.sequence)
        order by sequence desc limit 1) as last_repayment
from loans l where state in ('active', 'closed', 'written_off')
"""
# Of loans to which nothing has happened since the end of the day, what is provided for them; not of
# those that owe interest as principal and do not perform, since nothing is provided for that.
_PROVIDED = """
select l.loan_id, state, stage, product_code, outstanding_minor, coalesce(minor, 0) as provided
from loans l left join loan_books b on b.loan_id = l.loan_id and line = 'LOAN-PROVISION'
where not exists (select from loan_events e where e.loan_id = l.loan_id and (e.booked_on > $1
    or npa_since is not null and details ->> 'interest' = 'CAPITALISED'))
"""
_PERCENTS = {  # of unsecured and of secured loans
    **dict.fromkeys(("standard", "sma-0", "sma-1", "sma-2"), ("0.4", "0.4")),
    "sub-standard": ("25", "15"), "doubtful-1": ("100", "25"), "doubtful-2": ("100", "40"),
}  # fmt: skip
_OWED = (
    "select coalesce(sum(outstanding_minor), 0)::bigint, count(*) from loans where state = 'active'"
)
# Everything but ids and moments.
_ROWS = """
select product_code, principal_minor, terms, key_facts - 'loan_id', scorecard, state,
    disbursed_minor, disbursed_on, outstanding_minor, overdue_minor, overdue_since, days_past_due,
    classification, next_due_on, next_due_minor,
    (select jsonb_agg(to_jsonb(e) - '{loan_id,caused_by,operation_id,reference,recorded_at}'::text[]
            #- '{details,facts,loan_id}' order by sequence)
        from loan_events e where e.loan_id = l.loan_id),
    (select jsonb_agg(to_jsonb(i) - 'loan_id' order by number) from loan_instalments i
        where i.loan_id = l.loan_id),
    (select jsonb_agg(jsonb_build_array(line, minor) order by line) from loan_books b
        where b.loan_id = l.loan_id and minor <> 0)
from loans l where loan_id = $1
"""


@dataclass
class Life:
    """What came of a town; two lives of one seed have the same digest."""

    days: int = 0
    digest: str = ""  # of the rows of loans, events, schedules and books, and of the ledger's lines
    seconds: float = 0.0
    day_ends: float = 0.0  # seconds of the whole that the jobs of days took, and the books then
    loan_days: int = 0  # ends of days of loans that were running
    asked: Counter[str] = field(default_factory=Counter)  # by kind, that were done
    refused: Counter[str] = field(default_factory=Counter)  # by code
    states: Counter[str] = field(default_factory=Counter)  # of the loans, in the end
    entries: int = 0  # in the ledger
    events: int = 0


class DayDoesNotAgree(Exception):
    """The loans and the ledger differ at the end of a day."""


class Town(LoanDesk):
    """Its borrowers' loans by their numbers; each unit of work is one transaction."""

    def __init__(self, db: Connection, seed: int) -> None:
        super().__init__(db, FIRST_DAY)
        self.seed = seed
        self.loans: dict[int, UUID] = {}
        self.moved: list[tuple[object, ...]] = []  # lines of the ledger, entry by entry
        self.earned: Counter[tuple[date, str]] = Counter()  # of which loans share the entries
        self.life = Life()

    async def live(
        self, borrowers: int, days: int, tell: Callable[[str], None] = lambda _: None
    ) -> Life:
        """So many days of so many borrowers.

        Raises:
            DayDoesNotAgree
        """
        begun_at = monotonic()
        await self._found()
        people = self.people(borrowers)
        for number in range(1, days + 1):
            await self.live_a_day(people)
            if number % 30 == 0:
                tell(f"{number} of {days} days, after {monotonic() - begun_at:.0f} s")
        await self._look_back(days)
        self.life.seconds = monotonic() - begun_at
        return self.life

    def people(self, borrowers: int) -> list[Borrower]:
        """So many, the same for a seed."""
        return [borrower(n, self.seed, tuple(PRODUCTS), DEBITED) for n in range(borrowers)]

    async def live_a_day(self, people: Sequence[Borrower]) -> None:
        """From its morning until its jobs are done.

        Raises:
            DayDoesNotAgree
        """
        number = (self.day - FIRST_DAY).days
        await self._morning([who for who in people if who.begins == number])
        await self._day(people)
        await self.turn()
        await self._require_agreement()

    async def ask(self, command: Message, subject: Subject) -> Any:
        async with self.store.db.transaction():
            return await super().ask(command, subject)

    async def answer(self, send: Send, answer: Message) -> None:
        async with self.store.db.transaction():
            await super().answer(send, answer)

    async def turn(self, days: int = 1) -> None:
        begun_at = monotonic()
        for _ in range(days):
            over = self.day
            await self.next_day_without_jobs()
            for job in service.jobs.values():
                for number in range(job.parts):
                    await self._work_through(job, Part(over, number, job.parts))
                await self.book()
        self.life.day_ends += monotonic() - begun_at

    def judge(self, entry: PostEntry) -> Message:
        code = self._refusal_of(entry)
        if code:
            return Refused(code=code, detail="No.")
        self._note(entry)
        return super().judge(entry)

    async def _found(self) -> None:
        await self._open_day()
        for code, (rules, terms) in PRODUCTS.items():
            await self.offer(code, rules, **terms)

    async def _morning(self, borrowers: Sequence[Borrower]) -> None:
        """These are lent what they wish for."""
        for who in borrowers:
            loan_id = self.loans[who.number] = await self.apply(
                who.principal_minor, who.instalments, who.product, who.account,
                customer_id=who.number + 1,
            )  # fmt: skip
            await self.ask(ApproveLoan(loan_id=loan_id), MANAGER)
            half = Money(minor=who.principal_minor // 2, currency=INR)
            part = half if who.product == IN_PARTS else None
            await self.ask(DisburseLoan(loan_id=loan_id, amount=part), MANAGER)
            await self.book()

    async def _day(self, people: Sequence[Borrower]) -> None:
        rows = {row["loan_id"]: row for row in await self.store.db.fetch(_STANDINGS)}
        for who in people:
            row = rows.get(self.loans.get(who.number))
            if row is not None:
                for command, subject in wishes(who, Standing(**row), self.day, self.seed):
                    await self._try(command, subject)

    async def _try(self, command: Message, subject: Subject) -> None:
        """A refusal is an answer too."""
        try:
            await self.ask(command, subject)
        except DomainError as refusal:
            self.life.refused[refusal.code] += 1
        else:
            self.life.asked[type(command).__name__] += 1
            await self.book()

    async def _work_through(self, job: Job[LoanStore], part: Part) -> None:
        """As the runner does it: so many items in one transaction, and then those behind them."""
        items: Sequence[str] = await job.items(self.store, part, None, job.at_once)
        while items:
            async with self.store.db.transaction():
                self._hear(await job.work(self.store, part.business_date, items) or ())
            is_last = len(items) < job.at_once
            items = [] if is_last else await job.items(self.store, part, items[-1], job.at_once)

    async def _require_agreement(self) -> None:
        """On every line the loans have noted what the ledger holds, and of the principal they say
        that so much is owed. On a day on which the books refuse, interest that has become principal
        is not yet in them."""
        own = {number: minor for number, minor in self.ledger.items() if "GL-" in number and minor}
        owed, running = await self.store.db.fetchrow(_OWED) or (0, 0)
        self.life.loan_days += running
        not_booked = owed + self.line("LOANS")
        is_refused = self._are_accruals_refused()
        if own != dict(await self.noted()) or not_booked < 0 or (not_booked and not is_refused):
            raise DayDoesNotAgree(f"{self.day}: {own}, {await self.noted()}, {owed}")
        if not is_refused:
            await self._require_provisions()

    async def _require_provisions(self) -> None:
        """For each loan that is owed the part of its stage is provided, for others nothing."""
        for row in await self.store.db.fetch(_PROVIDED, self.day - DAY):
            percent = Decimal(0)
            if row["state"] == "active":
                is_secured = PRODUCTS[row["product_code"]][1].get("secured", False)
                percent = Decimal(_PERCENTS[row["stage"]][is_secured])
            if row["provided"] != round(row["outstanding_minor"] * percent / 100):
                raise DayDoesNotAgree(f"{self.day}: {dict(row)}")

    def _note(self, entry: PostEntry) -> None:
        """Keep its lines; which loans share one of what they have earned hangs on their ids."""
        lines = sorted((leg.account_number, leg.amount_minor) for leg in entry.legs)
        if _is_of_many(entry):
            self.earned.update({(self.day, number): minor for number, minor in lines})
        else:
            self.moved.append((self.day, entry.value_date, *lines))

    def _refusal_of(self, entry: PostEntry) -> str:
        if _is_of_many(entry):
            return CLOSED if self._are_accruals_refused() else ""
        paying = [leg.account_number for leg in entry.legs if leg.amount_minor < 0]
        account = next((number for number in paying if not number.startswith("GL-")), "")
        chance = Random(f"{self.seed} {account} {self.day}").random()
        return TOO_LITTLE if account and chance < REFUSED_DEBITS else ""

    def _are_accruals_refused(self) -> bool:
        return Random(f"{self.seed} {self.day}").random() < REFUSING_DAYS

    async def _look_back(self, days: int) -> None:
        """Make every loan anew, and sum up."""
        fetch, life = self.store.db.fetch, self.life
        kept = await self.store.kept_of(self.loans.values())
        events = await self.store.events_of(self.loans.values())
        found = sha256()
        for _, loan_id in sorted(self.loans.items()):
            loan = await self.store.file(loan_id)
            assert loan is not None
            terms = await self.store.product_terms(loan.product_code, loan.product_version)
            rates = await self.store.provision_rates(self.day - DAY)
            over = {self.day - DAY: percents_of(rates, is_secured=terms.secured)}
            whole = (loan, events[loan_id], terms.servicing, over, kept[loan_id])
            assert list(faults(*whole)) == []
            found.update(repr([tuple(row) for row in await fetch(_ROWS, loan_id)]).encode())
            life.states[loan.state] += 1
            life.events += len(events[loan_id])
        found.update(repr((sorted(self.moved, key=repr), sorted(self.earned.items()))).encode())
        life.days, life.digest, life.entries = days, found.hexdigest(), len(self.entries)


def _is_of_many(entry: PostEntry) -> bool:
    return entry.reference.startswith("ACCRUAL-")
