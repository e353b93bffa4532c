"""The words of the account service's messages: numbers, texts, states, legs and postings."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
)

from contracts.envelope import Approval
from contracts.money import MINOR_MAX, Currency
from contracts.text import Composed, Seen, Shown
from contracts.words import PRINTABLE, AccountNumber, BranchCode

ProductCode = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9_]{3,30}$")]
Reference = Annotated[
    str, StringConstraints(min_length=1, max_length=64, pattern=PRINTABLE), Composed, Seen, Shown
]


# Of any entry. Interest is settled monthly: within that time a value date still changes only what
# is to come.
VALUE_DATE_DAYS_BACK_MAX = 30

# Cash and transfers: staff need another's approval above the amount in these terms.
STAFF_MOVEMENTS = Approval(above="staff-movements")


class AccountType(StrEnum):
    """Savings and current accounts are on demand; deposits are kept for a time."""

    SAVINGS = "SAVINGS"
    CURRENT = "CURRENT"
    FIXED_DEPOSIT = "FIXED_DEPOSIT"
    RECURRING_DEPOSIT = "RECURRING_DEPOSIT"


class AccountStatus(StrEnum):
    """FROZEN: no debit, no credit by customers. DEBIT_BLOCKED and DORMANT: credits only."""

    ACTIVE = "ACTIVE"
    FROZEN = "FROZEN"
    DEBIT_BLOCKED = "DEBIT_BLOCKED"
    DORMANT = "DORMANT"
    CLOSED = "CLOSED"


class EntryKind(StrEnum):
    """Why money moved; the `type` of a transaction over HTTP."""

    DEPOSIT = "DEPOSIT"
    WITHDRAWAL = "WITHDRAWAL"
    TRANSFER = "TRANSFER"
    CAPTURE = "CAPTURE"
    REVERSAL = "REVERSAL"
    PAYMENT = "PAYMENT"
    FEE = "FEE"
    INTEREST = "INTEREST"
    LOAN = "LOAN"
    MANUAL = "MANUAL"


class LineClass(StrEnum):
    """What a line of the chart of accounts is, which says on which side its balance grows."""

    ASSET = "ASSET"
    LIABILITY = "LIABILITY"
    EQUITY = "EQUITY"
    INCOME = "INCOME"
    EXPENSE = "EXPENSE"

    @property
    def is_debit_normal(self) -> bool:
        """True for what the bank owns and spends, False for what it owes, is worth and earns."""
        return self in (LineClass.ASSET, LineClass.EXPENSE)


class Channel(StrEnum):
    """Where a customer's instruction came in; limits may differ by channel."""

    BRANCH = "BRANCH"
    ONLINE = "ONLINE"
    SYSTEM = "SYSTEM"


class HoldState(StrEnum):
    OPEN = "OPEN"
    CAPTURED = "CAPTURED"
    RELEASED = "RELEASED"
    EXPIRED = "EXPIRED"


class Leg(BaseModel):
    """One side of an entry to be posted; `amount_minor` is signed, credit positive."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    account_number: AccountNumber
    amount_minor: Annotated[int, Field(strict=True, ge=-MINOR_MAX, le=MINOR_MAX)]
    currency: Currency | None = None  # of the account; None: the entry's
    branch_code: BranchCode | None = None  # for which it counts in reports; None: no other
    product_code: ProductCode | None = None  # than its account's


class Side(BaseModel):
    """One booked side of an entry, as everybody may see it who may see the entry."""

    model_config = ConfigDict(frozen=True)

    entry_id: UUID
    reference: str
    account_number: str
    sequence: int | None  # 1, 2, 3 … per account; None: of an account that is not yours
    kind: EntryKind
    amount_minor: int  # signed, credit positive
    currency: Currency
    balance_after_minor: int | None  # None: of an account that is not yours
    description: str
    booked_at: datetime
    booked_on: date  # business date on which it enters the books
    value_date: date  # date from which interest counts


class EntrySide(Side):
    """A side with what it counts for in reports; None: what its account says, if anything."""

    branch_code: str | None = None
    product_code: str | None = None


class Posting(Side):
    """One booked side of an entry, as its account sees it."""

    sequence: int
    balance_after_minor: int
