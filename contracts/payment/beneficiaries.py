"""Beneficiaries: payees on a customer's list, and how much may be paid to each of them."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

from contracts.envelope import EVERYONE, Command, Message, Query, Role
from contracts.money import Currency
from contracts.payment.payees import PayeeLookup
from contracts.payment.rails import Bound
from contracts.payment.values import Beneficiary, Payee
from contracts.words import Cursor, CustomerId, PageSize

_KEEPERS = EVERYONE - {Role.AUDITOR}
COOLING_HOURS_MAX = 168  # a week
CoolingHours = Annotated[int, Field(strict=True, ge=0, le=COOLING_HOURS_MAX)]


class BeneficiaryState(StrEnum):
    """Where a payee on a list stands."""

    COOLING = "cooling"  # he is new: only little is paid to him
    ACTIVE = "active"
    REMOVED = "removed"  # nothing is paid to him any more


class ListedBeneficiary(Message):
    """A payee on a customer's list, and what his bank says of his name; amounts in minor units."""

    beneficiary_id: UUID
    customer_id: int
    state: BeneficiaryState
    beneficiary: Payee
    currency: Currency  # of the limit
    daily_most_minor: int | None  # to him in 24 hours, as the customer wants it; None: no limit
    cooling_until: datetime
    name_check: PayeeLookup
    added_by: str
    added_at: datetime
    removed_by: str | None  # None: he is on the list
    removed_at: datetime | None


class BeneficiaryAdded(ListedBeneficiary):
    """Reply to AddBeneficiary."""


class AddBeneficiary(Command):
    """Put a payee on a customer's list; his bank is asked who he is."""

    reply = BeneficiaryAdded
    roles = _KEEPERS
    about = ("beneficiary:{reply.beneficiary_id}", "customer:{customer_id}")

    customer_id: CustomerId
    beneficiary: Beneficiary
    currency: Currency = Currency.INR
    daily_most_minor: Bound | None = None


class BeneficiaryRemoved(ListedBeneficiary):
    """Reply to RemoveBeneficiary."""


class RemoveBeneficiary(Command):
    """Take a payee off the list; he is kept, and payments on their way to him go on."""

    reply = BeneficiaryRemoved
    roles = _KEEPERS
    about = "beneficiary:{beneficiary_id}"

    customer_id: CustomerId
    beneficiary_id: UUID


class GetBeneficiary(Query):
    """One payee on a customer's list, or who was on it."""

    reply = ListedBeneficiary

    customer_id: CustomerId
    beneficiary_id: UUID


class ListedBeneficiaries(Message):
    """A page of payees; `next_cursor` is None on the last one."""

    items: tuple[ListedBeneficiary, ...]
    next_cursor: str | None


class ListBeneficiaries(Query):
    """A customer's payees, newest first; those that were removed are shown too."""

    reply = ListedBeneficiaries

    customer_id: CustomerId
    state: BeneficiaryState | None = None
    limit: PageSize = 25
    cursor: Cursor | None = None


class BeneficiaryRule(Message):
    """How much may be paid to who is on a list, from a business date until the next rule's.

    None: no bound. The bounds are over all that a customer has paid and that has not failed: in the
    hours of cooling to all who were new, together; and in the last 24 hours to one payee.
    """

    version: int  # 1, 2, 3 …
    valid_from: date
    is_in_force: bool  # today
    currency: Currency  # of the amounts
    cooling_hours: int  # how long a payee is new
    cooling_most_minor: int | None  # to all together who are new
    daily_most_minor: int | None  # to each
    unlisted_are_new: bool  # whom a customer pays, and has not on his list, counts as new


class BeneficiaryRules(Message):
    """Every rule in order, those to come included."""

    items: tuple[BeneficiaryRule, ...]


class ListBeneficiaryRules(Query):
    """How much may be paid to payees on lists: past, in force, to come."""

    reply = BeneficiaryRules


class BeneficiaryRuleAdded(BeneficiaryRule):
    """Reply to AddBeneficiaryRule."""


class AddBeneficiaryRule(Command):
    """Judge payments to payees on lists by another rule from a business date on."""

    reply = BeneficiaryRuleAdded
    roles = frozenset({Role.ADMIN})
    about = "beneficiaries:rules"

    valid_from: date  # today's business date or a later one, after that of the last rule
    currency: Currency = Currency.INR
    cooling_hours: CoolingHours
    cooling_most_minor: Bound | None = None
    daily_most_minor: Bound | None = None
    unlisted_are_new: Annotated[bool, Field(strict=True)] = False
