"""How statements of the central bank are matched: by the dated rules of each currency."""

from datetime import date
from typing import Annotated

from pydantic import Field

from contracts.envelope import READERS, Command, Message, Query
from contracts.money import DEFAULT_CURRENCY, Currency
from contracts.payment.reconciliation import DECIDERS
from contracts.words import AccountNumber

DAYS_MAX = 10
TOLERANCE_MINOR_MAX = 10_000  # what a person overlooks, and no more
Days = Annotated[int, Field(strict=True, ge=0, le=DAYS_MAX)]
ToleranceMinor = Annotated[int, Field(strict=True, ge=0, le=TOLERANCE_MINOR_MAX)]


class MatchingRule(Message):
    """What lines of statements and postings are matched by, from a business date until the next
    rule's."""

    currency: Currency
    version: int  # 1, 2, 3 …
    valid_from: date
    is_in_force: bool  # today
    days: int  # by which a line and its posting may lie apart
    tolerance_minor: int  # by which their amounts may differ; the difference is a break
    # By which the central bank knows our account. None: as the ledger does, `GL-SETTLEMENT-INR`.
    account_number: str | None


class MatchingRules(Message):
    """Every rule of a currency in order, those to come included."""

    items: tuple[MatchingRule, ...]


class ListMatchingRules(Query):
    """What statements are matched by: past, in force, to come."""

    reply = MatchingRules
    roles = READERS

    currency: Currency = DEFAULT_CURRENCY


class MatchingRuleAdded(MatchingRule):
    """Reply to AddMatchingRule."""


class AddMatchingRule(Command):
    """Match by another rule from a business date on; what is matched stays."""

    reply = MatchingRuleAdded
    roles = DECIDERS
    about = "settlement-account:{currency}"

    currency: Currency = DEFAULT_CURRENCY
    valid_from: date  # today's business date or a later one, after that of the last rule
    days: Days
    tolerance_minor: ToleranceMinor = 0
    account_number: AccountNumber | None = None
