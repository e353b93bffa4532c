"""Payees on a customer's list: whether one may be paid, and how much goes to him at once."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Self
from uuid import UUID

from contracts.envelope import Conflict, DomainError, NotFound, Role, Subject
from contracts.money import Currency, CurrencyMismatch, format_minor
from contracts.payment.beneficiaries import BeneficiaryRule, BeneficiaryState
from contracts.payment.values import Payee

BENEFICIARIES_MAX = 200  # of one customer at a time


class BeneficiaryNotFound(NotFound):
    """There is no such beneficiary, or not for you."""


class BeneficiaryAlreadyAdded(Conflict):
    """He is on the list already; remove him first to change his limit."""


class BeneficiaryAlreadyRemoved(Conflict):
    """He was taken off the list before."""


class TooManyBeneficiaries(Conflict):
    """There are as many beneficiaries on this list as there can be; remove some first."""


class BeneficiaryIsNew(DomainError):
    """He is new on the list or not on it, and little goes to all such payees together."""


class BeneficiaryLimitExceeded(DomainError):
    """Too much goes to him in 24 hours."""


@dataclass(frozen=True, slots=True)
class PaidTo:
    """Who pays and who is paid: what is counted together, however the payee is named."""

    customer_id: int
    goes_by: str


@dataclass(frozen=True, slots=True)
class Listed:
    """A payee on a customer's list, as a payment to him is judged."""

    beneficiary_id: UUID
    customer_id: int
    payee: Payee
    currency: Currency  # of his limit
    daily_most_minor: int | None
    cooling_for: timedelta
    cooling_until: datetime
    removed_at: datetime | None

    @property
    def key(self) -> PaidTo:
        """Under which payments to him are counted."""
        return PaidTo(self.customer_id, goes_by(self.payee))


@dataclass(frozen=True, slots=True)
class Paid:
    """What a customer has paid, in minor units: to all who were new, in so many hours as one payee
    is; and to this payee in 24 hours."""

    to_new_minor: int = 0
    day_minor: int = 0


@dataclass(frozen=True, slots=True)
class Lists:
    """The lists by which payments are judged, as nobody changes them meanwhile, and the rule."""

    rule: BeneficiaryRule
    by_id: Mapping[UUID, Listed] = field(default_factory=dict)  # who was removed, too
    by_payee: Mapping[PaidTo, Listed] = field(default_factory=dict)  # who is on a list

    @classmethod
    def of(cls, rule: BeneficiaryRule, found: Iterable[Listed]) -> Self:
        """Those that were found."""
        by_id = {each.beneficiary_id: each for each in found}
        on_it = [each for each in by_id.values() if each.removed_at is None]
        return cls(rule, by_id, {each.key: each for each in on_it})

    def named(self, beneficiary_id: UUID, payer: Subject) -> Listed:
        """The payee on a list that a payment names.

        Raises:
            BeneficiaryNotFound, BeneficiaryAlreadyRemoved
        """
        found = self.by_id.get(beneficiary_id)
        if found is None or not payer.may_touch(found.customer_id):
            raise BeneficiaryNotFound
        if found.removed_at is not None:
            raise BeneficiaryAlreadyRemoved
        return found

    def is_judged(self, key: PaidTo) -> bool:
        """Whether there may be a bound on what is paid to him."""
        return key in self.by_payee or self.rule.unlisted_are_new

    def is_new(self, key: PaidTo, now: datetime) -> bool:
        """Whether little goes to him: he is new on the list, or on none, if the rule says so."""
        listed = self.by_payee.get(key)
        if listed is not None:
            return now < listed.cooling_until
        return self.rule.unlisted_are_new and self.rule.cooling_hours > 0

    def cooling_for(self, key: PaidTo) -> timedelta:
        """How long he is new, which is how long what was paid to new ones counts with him."""
        listed = self.by_payee.get(key)
        return listed.cooling_for if listed else timedelta(hours=self.rule.cooling_hours)


def state_of(
    cooling_until: datetime, removed_at: datetime | None, now: datetime
) -> BeneficiaryState:
    """Where a payee on a list stands now."""
    if removed_at is not None:
        return BeneficiaryState.REMOVED
    return BeneficiaryState.COOLING if now < cooling_until else BeneficiaryState.ACTIVE


def goes_by(payee: Payee) -> str:
    """Equal for who is the same payee, however his account number is written."""
    if payee.vpa is not None:
        return payee.vpa
    return f"{payee.ifsc}/{(payee.account_number or '').replace('-', '').upper()}"


def paid_to(payee: Payee, payer: Subject, customer_id: int | None) -> PaidTo | None:
    """Under whom a payment is counted: its customer's, if the list that names its payee is his, or
    he makes it. None: staff or a partner makes it, and whose account pays is not known yet."""
    if customer_id is None and payer.role is Role.CUSTOMER:
        customer_id = payer.customer_id
    return None if customer_id is None else PaidTo(customer_id, goes_by(payee))


def check_limit(currency: Currency, rule: BeneficiaryRule) -> None:
    """Ask whether limits are in this currency, in which what is paid is counted.

    Raises:
        CurrencyMismatch: it is not.
    """
    if currency is not rule.currency:
        raise CurrencyMismatch(f"Limits are in {rule.currency}.")


def check_paid(lists: Lists, key: PaidTo, currency: Currency, paid: Paid, now: datetime) -> None:
    """Ask whether a customer may have paid this to one payee, this payment included.

    Raises:
        CurrencyMismatch, BeneficiaryIsNew, BeneficiaryLimitExceeded
    """
    rule, listed = lists.rule, lists.by_payee.get(key)
    new_most = rule.cooling_most_minor if lists.is_new(key, now) else None
    limits = [] if listed is None else [listed.daily_most_minor, rule.daily_most_minor]
    day_most = min((each for each in limits if each is not None), default=None)
    if (new_most, day_most) == (None, None):
        return
    if {rule.currency, listed.currency if listed else rule.currency} != {currency}:
        raise CurrencyMismatch(f"What is paid to beneficiaries is counted in {rule.currency}.")
    if new_most is not None and paid.to_new_minor > new_most:
        raise BeneficiaryIsNew(_new_at_most(new_most, rule, listed))
    if day_most is not None and paid.day_minor > day_most:
        raise BeneficiaryLimitExceeded(f"At most {_words(day_most, rule)} goes to him in 24 hours.")


def _new_at_most(most: int, rule: BeneficiaryRule, listed: Listed | None) -> str:
    when = (
        f"until {listed.cooling_until:%Y-%m-%d %H:%M} UTC he is one of them"
        if listed
        else "he is on no list"
    )
    return f"At most {_words(most, rule)} goes to all new payees together; {when}."


def _words(minor: int, rule: BeneficiaryRule) -> str:
    return f"{rule.currency} {format_minor(minor, rule.currency)}"
