"""Payees on a customer's list: whether one may be paid, and how much goes to him at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from contracts.envelope import Conflict, DomainError, NotFound, Subject
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
    """He is new on the list, and the first payments to him are small."""


class BeneficiaryLimitExceeded(DomainError):
    """Too much goes to him in 24 hours."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A payee on a customer's list, as a payment to him is judged."""

    customer_id: int
    payee: Payee
    currency: Currency  # of his limit
    daily_most_minor: int | None
    cooling_until: datetime
    removed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Paid:
    """What a customer has paid to one payee: in so many hours as he is new, and in 24 hours."""

    cooling_minor: int = 0
    day_minor: int = 0

    def with_one_of(self, minor: int) -> "Paid":
        """The same after one more payment."""
        return Paid(self.cooling_minor + minor, self.day_minor + minor)


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


def named_by(listed: Mapping[UUID, Listed], beneficiary_id: UUID, payer: Subject) -> Listed:
    """The payee on a list that a payment names.

    Raises:
        BeneficiaryNotFound, BeneficiaryAlreadyRemoved
    """
    found = listed.get(beneficiary_id)
    if found is None or not payer.may_touch(found.customer_id):
        raise BeneficiaryNotFound
    if found.removed_at is not None:
        raise BeneficiaryAlreadyRemoved
    return found


def check_limit(currency: Currency, rule: BeneficiaryRule) -> None:
    """Ask whether limits are in this currency, in which what is paid is counted.

    Raises:
        CurrencyMismatch: it is not.
    """
    if currency is not rule.currency:
        raise CurrencyMismatch(f"Limits are in {rule.currency}.")


def check_paid(
    listed: Listed, rule: BeneficiaryRule, currency: Currency, paid: Paid, now: datetime
) -> None:
    """Ask whether a customer may have paid this to a payee on his list.

    Raises:
        CurrencyMismatch, BeneficiaryIsNew, BeneficiaryLimitExceeded
    """
    is_new = now < listed.cooling_until
    limits = [each for each in (listed.daily_most_minor, rule.daily_most_minor) if each is not None]
    is_bounded = limits or (is_new and rule.cooling_most_minor is not None)
    if is_bounded and {rule.currency, listed.currency} != {currency}:
        raise CurrencyMismatch(f"What is paid to beneficiaries is counted in {rule.currency}.")
    if is_new and _is_above(paid.cooling_minor, most := rule.cooling_most_minor):
        raise BeneficiaryIsNew(
            _at_most(most, rule, f"until {listed.cooling_until:%Y-%m-%d %H:%M} UTC")
        )
    if limits and paid.day_minor > (least := min(limits)):
        raise BeneficiaryLimitExceeded(_at_most(least, rule, "in 24 hours"))


def _is_above(minor: int, most: int | None) -> bool:
    return most is not None and minor > most


def _at_most(minor: int | None, rule: BeneficiaryRule, when: str) -> str:
    assert minor is not None
    return f"At most {rule.currency} {format_minor(minor, rule.currency)} goes to him {when}."
