"""Running loans by the thousand, as the bank itself would have them after some months.

What a loan is follows from the service's own rules, once for each shape of loan: its terms, key
facts, events, instalments and books. Its entry goes through the running ledger; its rows are
written many at a time. What would have been an entry for each event is one for all of them.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import count, islice
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import orjson

from contracts.account.movements import EntriesPosted, EntryItem, EntryPosted, PostEntries
from contracts.account.values import EntryKind, Leg
from contracts.envelope import OPERATOR, Subject
from contracts.loan.applications import ApplyForLoan
from contracts.loan.loans import KeyFacts
from contracts.loan.products import LoanProduct
from contracts.loan.quotes import QuoteLoan
from contracts.loan.values import Advice, Scorecard, Stage
from infra.bus.ask import AskClient
from infra.data.database import Connection
from infra.handling.telling import Send, Traced
from infra.runtime.clock import new_id, utc_now
from infra.runtime.tracing import new_trace
from infra.sagas.runs import Beginning, Heard
from infra.sagas.table import Present
from services.loan.domain.applying import key_facts
from services.loan.domain.files import NewEvent
from services.loan.domain.products import terms_for
from services.loan.domain.provisioning import provision_due, with_provision
from services.loan.domain.schedule import draw_schedule
from services.loan.domain.servicing.arrears import arrears_of
from services.loan.domain.servicing.books import books, over_accounts, own_legs
from services.loan.domain.servicing.events import Disbursed, LoanEvent, Repaid, details_of
from services.loan.domain.servicing.position import Position
from services.loan.domain.servicing.replaying import replay
from services.loan.domain.standing import Standing, standing_of
from services.loan.sagas import DISBURSEMENT, Movement
from services.loan.store import LoanStore
from tests.benchmarks.stage import BenchmarkFailed
from tests.fixtures.bank import Bank

AT_ONCE = 200  # loans in one message and one transaction
FIRST_CUSTOMER_ID = 1_000_001  # each loan is another one's: nobody's arrears are another's
STANDARD_PERCENT = Decimal("0.40")  # that is provided for loans that perform
TELLER, MANAGER = "a teller", "a manager"
SCORED = Scorecard(card="none", points=0, advice=Advice.REFER, lines=())


@dataclass(frozen=True)
class Shape:
    """Many loans are like this one: so much, over so many months, first paid out on this day."""

    principal_minor: int
    instalments: int
    disbursed_on: date


@dataclass(frozen=True)
class Pattern:
    """All that loans of one shape have in common."""

    shape: Shape
    terms: QuoteLoan
    facts: KeyFacts
    events: tuple[LoanEvent, ...]
    standing: Standing
    lines: dict[str, int]  # what is booked, without the account
    account_minor: int


def pattern(shape: Shape, product: LoanProduct, today: date) -> Pattern:
    """A loan that was paid on each of its due dates until yesterday, and whose days are booked."""
    wish = _wish(shape, product, "AC-20000101-000000")
    terms = terms_for(wish, product, shape.disbursed_on)
    schedule = draw_schedule(terms)
    events: list[LoanEvent] = [
        Disbursed(
            sequence=1, value_date=shape.disbursed_on, booked_on=shape.disbursed_on,
            amount_minor=shape.principal_minor,
        )
    ]  # fmt: skip
    for number, each in enumerate(schedule.instalments, start=2):
        if each.due_date < today:
            day, due = each.due_date, each.due_minor
            events.append(Repaid(sequence=number, value_date=day, booked_on=day, amount_minor=due))
    rules = product.servicing
    yesterday = replay(terms, events, today - timedelta(days=1), rules=rules)
    last = replay(terms, events, events[-1].booked_on, rules=rules)
    return Pattern(
        shape, terms, key_facts(new_id(), wish, product, terms, schedule, shape.disbursed_on),
        tuple(events), standing_of(last, shape.disbursed_on),
        with_provision(books(yesterday), yesterday, _provision(yesterday)),
        over_accounts(yesterday),
    )  # fmt: skip


def _provision(yesterday: Position) -> int:
    return provision_due(yesterday, arrears_of(yesterday), {Stage.STANDARD: STANDARD_PERCENT})


def _wish(shape: Shape, product: LoanProduct, account: str) -> ApplyForLoan:
    return ApplyForLoan(
        customer_id=FIRST_CUSTOMER_ID, account_number=account, product_code=product.code,
        principal_minor=shape.principal_minor, instalments=shape.instalments,
    )  # fmt: skip


@dataclass(frozen=True)
class Lent:
    """One loan of a pattern."""

    loan_id: UUID
    customer_id: int
    operation_id: UUID  # the movement that stands for all that was moved
    account: str
    like: Pattern

    @property
    def movement(self) -> Movement:
        shape = self.like.shape
        legs = own_legs(self.like.lines, self.like.terms.currency)
        return Movement(
            operation_id=self.operation_id,
            loan_id=self.loan_id,
            currency=self.like.terms.currency,
            legs=(*legs, Leg(account_number=self.account, amount_minor=self.like.account_minor)),
            description=f"Loan {self.loan_id} paid out",
            booked_on=shape.disbursed_on,
            event=NewEvent(kind="disbursed", value_date=shape.disbursed_on),
            told={
                "customer_id": self.customer_id, "currency": self.like.terms.currency,
                "account_number": self.account, "amount_minor": shape.principal_minor,
                "fees_minor": 0, "disbursed_on": shape.disbursed_on.isoformat(),
            },
            made_by=MANAGER,
            caused_by=self.operation_id,
        )  # fmt: skip


async def lend(
    bank: Bank,
    patterns: Sequence[Pattern],
    accounts: Sequence[str],
    loans: int,
    tell: Callable[[str], None],
) -> None:
    """So many loans, of these patterns and into these accounts in turn."""
    operator = AskClient(bank.amqp_url(OPERATOR), OPERATOR)
    await operator.start()
    # What the loan service's own role may not do in bulk, its administrator may.
    db: Connection = await asyncpg.connect(
        bank.postgres_url, server_settings={"search_path": "loan"}
    )
    try:
        made = (
            Lent(
                new_id(), FIRST_CUSTOMER_ID + n, uuid4(), accounts[n % len(accounts)],
                patterns[n % len(patterns)],
            )
            for n in range(loans)
        )  # fmt: skip
        for done in count(AT_ONCE, AT_ONCE):
            some = list(islice(made, AT_ONCE))
            if not some:
                break
            await _keep(LoanStore(db), some, await _booked(operator, some))
            if done % 5_000 == 0:
                tell(f"{done:,} of {loans:,} loans are lent")
        await db.execute("vacuum analyze")
    finally:
        await db.close()
        await operator.stop()


async def _booked(operator: AskClient, loans: Iterable[Lent]) -> EntriesPosted:
    items = tuple(
        EntryItem(
            reference=movement.reference, kind=EntryKind.LOAN, currency=movement.currency,
            legs=movement.legs, description=movement.description,
        )
        for movement in (each.movement for each in loans)
    )  # fmt: skip
    reply = await operator.ask(
        PostEntries(items=items), subject=Subject(id=OPERATOR), wait_seconds=60
    )
    if not isinstance(reply.message, EntriesPosted):
        raise BenchmarkFailed(f"the ledger did not book loans: {reply.message}")
    return reply.message


async def _keep(store: LoanStore, loans: Sequence[Lent], posted: EntriesPosted) -> None:
    """All that the loan service has of them, and the runs of their movements."""
    db, now = store.db, utc_now()
    async with db.transaction():
        await _copy(db, "loans", [_loan(each, now) for each in loans])
        await _copy(db, "loan_events", [row for each in loans for row in _events(each, now)])
        await _copy(db, "loan_instalments", [row for each in loans for row in _instalments(each)])
        await store.note_booked_of({each.loan_id: each.like.lines for each in loans})
        begun = [
            Beginning(DISBURSEMENT, each.operation_id, each.movement, new_trace()) for each in loans
        ]
        at = Present(now, now.date())
        sent = await store.sagas.begin_each(begun, at=at)
        await store.sagas.answered(
            [
                Heard(loan.operation_id, _answer(outcome, now), _command(sent[loan.operation_id]),
                      "account")
                for loan, outcome in zip(loans, posted.outcomes, strict=True)
            ],
            at,
        )  # fmt: skip


def _answer(outcome: Any, now: Any) -> EntryPosted:
    if outcome.entry_id is None:
        raise BenchmarkFailed(f"the ledger refused a loan: {outcome}")
    return EntryPosted(entry_id=outcome.entry_id, reference=outcome.reference, booked_at=now)


def _command(sent: Iterable[Any]) -> UUID:
    [only] = sent
    send = only.message if isinstance(only, Traced) else only
    assert isinstance(send, Send)
    return send.message_id


async def _copy(db: Connection, table: str, rows: Sequence[dict[str, Any]]) -> None:
    columns = list(rows[0])
    await db.copy_records_to_table(
        table, columns=columns, records=[tuple(row.values()) for row in rows]
    )


def _loan(loan: Lent, now: Any) -> dict[str, Any]:
    like, on = loan.like, loan.like.shape.disbursed_on
    own = {
        "loan_id": loan.loan_id, "customer_id": loan.customer_id, "account_number": loan.account,
    }  # fmt: skip
    standing = {
        name: getattr(like.standing, name)
        for name in (
            "state", "disbursed_minor", "disbursed_on", "outstanding_minor", "overdue_minor",
            "overdue_since", "days_past_due", "classification", "stage", "next_due_on",
            "next_due_minor",
        )
    }  # fmt: skip
    return {
        **own, "requested_by": uuid4(),
        "product_code": like.facts.product_code, "product_version": like.facts.product_version,
        "currency": like.terms.currency, "principal_minor": like.shape.principal_minor,
        "terms": like.terms.model_dump_json(),
        "key_facts": like.facts.model_copy(update=own).model_dump_json(),
        "scorecard": SCORED.model_dump_json(), "applied_by": TELLER, "applied_at": now,
        "applied_on": on, "decided_by": MANAGER, "decided_at": now, **standing, "updated_at": now,
    }  # fmt: skip


def _events(loan: Lent, now: Any) -> Iterator[dict[str, Any]]:
    """The one that stands for the movement has its reference."""
    for event in loan.like.events:
        is_first = event.sequence == 1
        yield {
            "loan_id": loan.loan_id, "sequence": event.sequence, "kind": event.kind,
            "value_date": event.value_date, "booked_on": event.booked_on,
            "amount_minor": getattr(event, "amount_minor", None),
            "details": orjson.dumps(details_of(event)).decode(), "made_by": TELLER,
            "caused_by": loan.operation_id,
            "operation_id": loan.operation_id if is_first else None,
            "reference": loan.movement.reference if is_first else None, "recorded_at": now,
        }  # fmt: skip


def _instalments(loan: Lent) -> Iterator[dict[str, Any]]:
    for each in loan.like.standing.instalments:
        yield {
            "loan_id": loan.loan_id, "number": each.number, "due_date": each.due_on,
            "principal_minor": each.principal.due_minor,
            "interest_minor": each.interest.due_minor, "fees_minor": each.fees.due_minor,
            "penalties_minor": each.penalties.due_minor, "paid_minor": each.paid_minor,
            "waived_minor": each.waived_minor, "outstanding_minor": each.outstanding_minor,
        }  # fmt: skip
