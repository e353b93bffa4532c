"""Borrowers who do as they like: what each of them asks for on a day, and what is asked about him.

All of it follows from the seed, the borrower's number and the day, so a second life of the same
borrowers is the same.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from random import Random
from typing import Any
from uuid import UUID

from contracts.envelope import Message, Subject
from contracts.loan.cooling_off import GiveLoanBack
from contracts.loan.operations import DisburseLoan
from contracts.loan.repayments import (
    RecoverLoan,
    RefundOverpayment,
    RepayLoan,
    ReverseRepayment,
    WaivedPart,
    WaiveLoanDues,
    WriteLoanOff,
)
from contracts.loan.rescheduling import (
    GrantMoratorium,
    MoratoriumInterest,
    ReamortiseLoan,
    RescheduleLoan,
)
from contracts.loan.top_ups import TopUpLoan
from contracts.loan.values import LoanState
from contracts.money import Money, Whole
from tests.loan.desk import MANAGER, TELLER
from tests.loan.terms import INR

WHY = "as it came"
HOPELESS_DAYS = 150  # overdue, after which a loan may be written off
NEW_DAYS = 15  # in which it may be given back, and one more
Asked = tuple[Message, Subject]


class Habit(StrEnum):
    """How somebody pays what is due."""

    PUNCTUAL = "on the day"
    LATE = "some weeks later"
    IN_PARTS = "a part now and a part then"
    SOME_TIME = "for some months, and never again"
    BY_ITSELF = "nothing: his account is debited"


@dataclass(frozen=True)
class Borrower:
    """What he borrows, on which day of the two years, and how he repays it."""

    number: int
    product: str
    habit: Habit
    principal_minor: int
    instalments: int
    begins: int
    patience: int  # days, or months, until his habit shows

    @property
    def account(self) -> str:
        return f"AC-20260101-{self.number + 1:06d}"


@dataclass(frozen=True)
class Standing:
    """What is known of his loan on a day."""

    loan_id: UUID
    state: str
    disbursed_on: date | None
    disbursed_minor: int
    outstanding_minor: int
    overdue_minor: int
    days_past_due: int
    next_due_on: date | None
    next_due_minor: int
    last_repayment: UUID | None  # that still counts

    def due_minor(self, today: date) -> int:
        """Overdue, or due today."""
        return self.overdue_minor + (self.next_due_minor if self.next_due_on == today else 0)


Happening = Callable[[Standing, date, Random], Iterator[Asked]]


def borrower(number: int, seed: int, products: tuple[str, ...], debited: str) -> Borrower:
    """The one with this number; those of the product `debited` need do nothing."""
    chance = Random(f"{seed} {number}")
    product = chance.choice(products)
    habits = [each for each in Habit if each is not Habit.BY_ITSELF]
    wanted = chance.choices(habits, (5, 3, 2, 2))[0]
    return Borrower(
        number=number,
        product=product,
        habit=Habit.BY_ITSELF if product == debited else wanted,
        principal_minor=chance.randrange(10_000_00, 900_000_00, 50_00),
        instalments=chance.randint(6, 36),
        begins=chance.randrange(90),
        patience=chance.randint(2, 40),
    )


def wishes(who: Borrower, loan: Standing, today: date, seed: int) -> Iterator[Asked]:
    """What is asked for this loan on this day, most often nothing."""
    chance = Random(f"{seed} {who.number} {today}")
    if loan.state == LoanState.ACTIVE:
        yield from _paying(who, loan, today, chance)
        yield from _out_of_habit(loan, today, chance)
    elif loan.state == LoanState.WRITTEN_OFF and chance.random() < 0.01:
        amount = _inr(chance.randint(1_00, 500_00))
        yield RecoverLoan(loan_id=loan.loan_id, amount=amount), TELLER
    elif loan.state == LoanState.CLOSED and chance.random() < 0.01:
        yield from _after_the_end(loan, chance)


def _paying(who: Borrower, loan: Standing, today: date, chance: Random) -> Iterator[Asked]:
    due = loan.due_minor(today)
    if due and _pays(who, loan, today, chance):
        amount = chance.randint(1, due) if who.habit is Habit.IN_PARTS else due
        yield _repayment(loan, amount), TELLER


def _pays(who: Borrower, loan: Standing, today: date, chance: Random) -> bool:
    """Whether he pays today, of what is due."""
    match who.habit:
        case Habit.PUNCTUAL:
            return True
        case Habit.LATE:
            return loan.days_past_due >= who.patience
        case Habit.IN_PARTS:
            return chance.random() < 0.2
        case Habit.SOME_TIME:
            assert loan.disbursed_on is not None
            return (today - loan.disbursed_on).days < who.patience * 15
        case Habit.BY_ITSELF:
            return False


def _out_of_habit(loan: Standing, today: date, chance: Random) -> Iterator[Asked]:
    """Of a thousand days some bring one of these."""
    lot = chance.random() * 1_000
    for days, happening in _OF_A_THOUSAND:
        if lot < days:
            yield from happening(loan, today, chance)
            return
        lot -= days


def _paid_early(loan: Standing, today: date, chance: Random) -> Iterator[Asked]:
    yield _repayment(loan, _some(loan, chance)), TELLER


def _paid_before(loan: Standing, today: date, chance: Random) -> Iterator[Asked]:
    """It becomes known some days later."""
    paid_on = today - timedelta(days=chance.randint(1, 25))
    yield _repayment(loan, _some(loan, chance), paid_on=paid_on), TELLER


def _paid_off(loan: Standing, today: date, chance: Random) -> Iterator[Asked]:
    whole = loan.outstanding_minor * 11 // 10 + 1_00  # of the principal none may be left
    yield _repayment(loan, whole), TELLER


def _bounced(loan: Standing, today: date, chance: Random) -> Iterator[Asked]:
    if loan.last_repayment:
        yield _taken_back(loan, loan.last_repayment), MANAGER


def _waived(loan: Standing, today: date, chance: Random) -> Iterator[Asked]:
    part, amount = WaivedPart.INTEREST, _inr(chance.randint(1, 200_00))
    yield WaiveLoanDues(loan_id=loan.loan_id, part=part, amount=amount, reason=WHY), MANAGER


def _spread(loan: Standing, today: date, chance: Random) -> Iterator[Asked]:
    yield ReamortiseLoan(loan_id=loan.loan_id, reason=WHY), MANAGER


def _prolonged(loan: Standing, today: date, chance: Random) -> Iterator[Asked]:
    if loan.next_due_on:
        more = chance.randint(1, 6)
        yield (
            RescheduleLoan(
                loan_id=loan.loan_id, from_due=loan.next_due_on, extra_instalments=more, reason=WHY
            ),
            MANAGER,
        )


def _put_off(loan: Standing, today: date, chance: Random) -> Iterator[Asked]:
    """Nothing is due for some instalments."""
    interest = chance.choice(tuple(MoratoriumInterest))
    yield (
        GrantMoratorium(
            loan_id=loan.loan_id, instalments=chance.randint(1, 4), interest=interest, reason=WHY
        ),
        MANAGER,
    )


def _topped_up(loan: Standing, today: date, chance: Random) -> Iterator[Asked]:
    amount, more = _inr(chance.randint(1_000_00, 100_000_00)), chance.randint(0, 6)
    yield (
        TopUpLoan(loan_id=loan.loan_id, amount=amount, extra_instalments=more, reason=WHY),
        MANAGER,
    )


def _paid_out(loan: Standing, today: date, chance: Random) -> Iterator[Asked]:
    """The rest of it."""
    yield DisburseLoan(loan_id=loan.loan_id), MANAGER


def _given_up(loan: Standing, today: date, chance: Random) -> Iterator[Asked]:
    """By the bank if it is hopeless, by the borrower if it is new."""
    assert loan.disbursed_on is not None
    if loan.days_past_due > HOPELESS_DAYS:
        yield WriteLoanOff(loan_id=loan.loan_id, reason=WHY), MANAGER
    elif (today - loan.disbursed_on).days < NEW_DAYS:
        yield GiveLoanBack(loan_id=loan.loan_id, reason=WHY), TELLER


_OF_A_THOUSAND: tuple[tuple[int, Happening], ...] = (
    (4, _paid_early),
    (3, _paid_before),
    (1, _paid_off),
    (2, _bounced),
    (1, _waived),
    (1, _spread),
    (1, _prolonged),
    (1, _put_off),
    (2, _topped_up),
    (3, _paid_out),
    (8, _given_up),
)


def _after_the_end(loan: Standing, chance: Random) -> Iterator[Asked]:
    if chance.random() < 0.9:
        yield RefundOverpayment(loan_id=loan.loan_id, amount=Whole(currency=INR)), TELLER
    elif loan.last_repayment:
        yield _taken_back(loan, loan.last_repayment), MANAGER


def _repayment(loan: Standing, minor: int, **more: Any) -> RepayLoan:
    return RepayLoan(loan_id=loan.loan_id, amount=_inr(minor), **more)


def _taken_back(loan: Standing, repayment_id: UUID) -> ReverseRepayment:
    return ReverseRepayment(loan_id=loan.loan_id, repayment_id=repayment_id, reason=WHY)


def _some(loan: Standing, chance: Random) -> int:
    """Up to a third of what is owed."""
    return chance.randint(1_00, max(loan.outstanding_minor // 3, 1_01))


def _inr(minor: int) -> Money:
    return Money(minor=minor, currency=INR)
