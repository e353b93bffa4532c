"""Screening: the names that no payment goes to unseen, the dated rules, and who lets one go on."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from contracts.envelope import Approval, Command, Message, Query, Role
from contracts.money import Currency
from contracts.payment.rails import Bound
from contracts.payment.steering import PaymentSteered
from contracts.words import Cursor, Name, PageSize, Reason, ShortName

ALIASES_MAX = 20  # of one name
_KEEPERS = frozenset({Role.ADMIN})
_MANAGERS = frozenset({Role.MANAGER})
_READERS = frozenset({Role.ADMIN, Role.MANAGER, Role.AUDITOR})  # customers are not told
Threshold = Annotated[int, Field(strict=True, ge=50, le=100)]
Count = Annotated[int, Field(strict=True, ge=1, le=1_000_000)]


class ListedName(Message):
    """Somebody who is named by a list, such as one of sanctions."""

    name_id: UUID
    name: str
    aliases: tuple[str, ...]
    source: str  # which list
    listed_on: date  # by its source
    valid_from: date  # a business date: payments are compared with it from then on
    added_by: str
    added_at: datetime
    removed_by: str | None  # None: it is on the list
    removed_at: datetime | None
    removal_reason: str | None


class ListedNames(Message):
    """A page of names; `next_cursor` is None on the last one."""

    items: tuple[ListedName, ...]
    next_cursor: str | None


class ListScreenedNames(Query):
    """Every name, newest first; those that were removed are shown too."""

    reply = ListedNames
    roles = _READERS

    limit: PageSize = 25
    cursor: Cursor | None = None


class NameListed(ListedName):
    """Reply to AddScreenedName."""


class AddScreenedName(Command):
    """List a name; from its date on no payment to somebody called so leaves unseen."""

    reply = NameListed
    roles = _KEEPERS
    about = ("screened-name:{reply.name_id}", "screened-names:{source}")

    name: Name
    aliases: Annotated[tuple[Name, ...], Field(max_length=ALIASES_MAX)] = ()
    source: ShortName
    listed_on: date
    valid_from: date | None = None  # None: today's business date


class NameRemoved(ListedName):
    """Reply to RemoveScreenedName."""


class RemoveScreenedName(Command):
    """Take a name off the list; it is kept, and compared with no payment any more."""

    reply = NameRemoved
    roles = _KEEPERS
    about = "screened-name:{name_id}"

    name_id: UUID
    reason: Reason


class ScreeningRule(Message):
    """What payments are judged by, from a business date until the next one's. None: no bound.

    The bounds are those of one account, over all payments of the last 60 minutes and the last 24
    hours that have not failed and were not cancelled.
    """

    version: int  # 1, 2, 3 …
    valid_from: date
    is_in_force: bool  # today
    threshold: int  # how alike two names must be, of 100
    currency: Currency  # of the amounts
    hourly_count: int | None
    hourly_most_minor: int | None
    daily_count: int | None
    daily_most_minor: int | None


class ScreeningRules(Message):
    """Every rule in order, those to come included."""

    items: tuple[ScreeningRule, ...]


class ListScreeningRules(Query):
    """What payments are judged by: past, in force, to come."""

    reply = ScreeningRules
    roles = _READERS


class ScreeningRuleAdded(ScreeningRule):
    """Reply to AddScreeningRule."""


class AddScreeningRule(Command):
    """Judge payments by another rule from a business date on."""

    reply = ScreeningRuleAdded
    roles = _KEEPERS
    about = "screening:rules"

    valid_from: date  # today's business date or a later one, after that of the last rule
    threshold: Threshold
    currency: Currency = Currency.INR
    hourly_count: Count | None = None
    hourly_most_minor: Bound | None = None
    daily_count: Count | None = None
    daily_most_minor: Bound | None = None


class ScreeningHit(Message):
    """A listed name that the beneficiary of a payment may be."""

    name_id: UUID
    spelling: str  # the name or alias that is like his
    score: int  # how alike, of 100
    found_at: datetime
    released_at: datetime | None  # when the payment was let go on all the same


class Screening(Message):
    """What was found about a payment, the most alike first."""

    payment_id: UUID
    beneficiary: str
    hits: tuple[ScreeningHit, ...]


class GetScreening(Query):
    """Which listed names the beneficiary of a payment may be."""

    reply = Screening
    roles = _READERS

    payment_id: UUID


class ReleasePayment(Command):
    """Let a payment go on whose beneficiary is not who is listed, once another manager approves."""

    reply = PaymentSteered
    roles = _MANAGERS
    approval = Approval(makers=_MANAGERS)
    about = "payment:{payment_id}"

    payment_id: UUID
    reason: Reason


class RefusePayment(Command):
    """End a payment whose beneficiary may be listed: it fails, and the payer keeps his money."""

    reply = PaymentSteered
    roles = _MANAGERS
    about = "payment:{payment_id}"

    payment_id: UUID
    reason: Reason
