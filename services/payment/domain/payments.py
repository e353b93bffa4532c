"""What may be paid over which rail, how a contradiction is resolved, and the reasons for a no."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from pydantic import TypeAdapter

from contracts.envelope import Conflict, DomainError, Forbidden, NotFound
from contracts.money import CurrencyMismatch, Money, format_minor
from contracts.payment.rails import RailRule
from contracts.payment.values import Payee, Rail, Resolution, ResolutionState
from contracts.words import OUR_BANK, Weekday
from infra.data.paging import Cursors
from infra.runtime.clock import BUSINESS_ZONE

# Payment ids are in order of time, so the last one of a page says where the next begins.
PAYMENT_CURSORS = Cursors(TypeAdapter(UUID))


class NotAnotherBank(DomainError):
    """The beneficiary's account is at this bank; move the money with a transfer."""


class LimitExceeded(DomainError):
    """The amount is above a limit."""


class BelowRailMinimum(DomainError):
    """The amount is below what the rail carries."""


class RailNotOpen(DomainError):
    """The rail carries nothing yet."""


class RailClosed(DomainError):
    """The rail is closed at this hour."""


class HoursCross(DomainError):
    """A rail opens before it closes, on the same day, or has no hours at all."""


class BatchesNotOfRail(DomainError):
    """A rule says how often batches leave if its rail takes some, and no other rule does."""


class PayeeNotOfRail(DomainError):
    """The rail pays accounts by their number and IFSC, or addresses (VPA), and not the other."""


class UnknownHandle(DomainError):
    """Nobody is known who gives out addresses with this handle, which is what follows the @."""


class HandlesNotOfRail(DomainError):
    """A rule names handles if its rail pays addresses, and no other rule does."""


class BoundsCross(DomainError):
    """The least amount is above the most: no amount lies between them."""


class PaymentAlreadyAccepted(Conflict):
    """This payment was accepted before; the answer is no longer kept."""


class PaymentNotFound(NotFound):
    """There is no such payment, or not for you."""


class PaymentNotBegun(Conflict):
    """The payment was accepted this very moment and has not begun; try again."""


class PaymentAlreadySubmitted(Conflict):
    """The payment is with the rail; only the rail's answer can end it."""


class PaymentAlreadyEnded(Conflict):
    """The payment has ended, and an end never changes."""


class PaymentNotEnded(Conflict):
    """The payment is under way; what the rail contradicted is resolved once it has ended."""


class NothingToResolve(Conflict):
    """The rail has not contradicted itself about this payment, or that is resolved."""


class ResolutionAlreadyProposed(Conflict):
    """A resolution is proposed already; another manager approves or rejects it."""


class ResolutionUnderWay(Conflict):
    """A resolution was approved, and its entries are being booked."""


class NothingProposed(Conflict):
    """No resolution is open: none was proposed, or it was decided already."""


class AnotherProposal(Conflict):
    """The open proposal is not the one that you mean; look at the payment again."""


class ProposalContradicted(Conflict):
    """The rail has said otherwise since this was proposed; reject it and propose again."""


class SamePerson(Forbidden):
    """You proposed it; another manager decides."""


def check_bounds(least_minor: int | None, most_minor: int | None) -> None:
    """Ask whether any amount lies between them.

    Raises:
        BoundsCross: none does.
    """
    if least_minor is not None and most_minor is not None and least_minor > most_minor:
        raise BoundsCross


def check_hours(opens: str | None, closes: str | None) -> None:
    """Ask whether a rail can be open between them; texts like `07:30` are in order of time.

    Raises:
        HoursCross: it cannot, or one is missing.
    """
    if (opens is None) != (closes is None) or (opens and closes and opens >= closes):
        raise HoursCross


def opening(rule: RailRule, at: datetime) -> datetime:
    """When the rail is next open by this rule, which is `at` itself while it is."""
    local = at.astimezone(BUSINESS_ZONE)
    day = local.date()
    while _is_holiday(rule, day) or local >= _moment(day, rule.closes, "24:00"):
        day += timedelta(days=1)
    return max(local, _moment(day, rule.opens, "00:00"))


def check_batches(batch_minutes: int | None, *, in_batches: bool) -> None:
    """Ask whether a rule says how often batches leave, if and only if its rail takes them.

    Raises:
        BatchesNotOfRail: it does not.
    """
    if (batch_minutes is not None) != in_batches:
        raise BatchesNotOfRail


def check_handles(handles: Sequence[str], *, pays_addresses: bool) -> None:
    """Ask whether a rule names handles if and only if its rail pays addresses.

    Raises:
        HandlesNotOfRail: it does not.
    """
    if bool(handles) != pays_addresses:
        raise HandlesNotOfRail


def check_payee(payee: Payee, rail: Rail, *, pays_addresses: bool) -> None:
    """Ask whether the rail pays somebody who is named so.

    Raises:
        PayeeNotOfRail, NotAnotherBank
    """
    if (payee.vpa is not None) != pays_addresses:
        raise PayeeNotOfRail(f"{rail} pays {'a vpa' if pays_addresses else 'an account'}.")
    if payee.ifsc is not None and payee.ifsc.startswith(OUR_BANK):
        raise NotAnotherBank


def check_known(payee: Payee, rule: RailRule | None) -> RailRule:
    """The rule, if the rail finds this payee by it.

    Raises:
        RailNotOpen, UnknownHandle
    """
    if rule is None:
        raise RailNotOpen
    if payee.handle is not None and payee.handle not in rule.handles:
        raise UnknownHandle
    return rule


def next_cut_off(rule: RailRule, at: datetime) -> datetime | None:
    """When the next batch leaves after `at` by this rule (UTC); None: nothing goes in batches."""
    return None if rule.batch_minutes is None else window_end(rule, rule.batch_minutes, at)


def window_end(rule: RailRule, minutes: int, at: datetime) -> datetime:
    """When the window ends that holds `at`, or the first after it while the rail is closed (UTC).

    The first ends so many minutes after the rail opens, the last of a day when it closes.
    """
    since = opening(rule, at)
    opens, closes = (
        _moment(since.date(), *of) for of in ((rule.opens, "00:00"), (rule.closes, "24:00"))
    )
    window = timedelta(minutes=minutes)
    return min(opens + ((since - opens) // window + 1) * window, closes).astimezone(UTC)


def _is_holiday(rule: RailRule, day: date) -> bool:
    return tuple(Weekday)[day.weekday()] in rule.weekly_holidays or day in rule.holidays


def _moment(day: date, clock: str | None, without: str) -> datetime:
    hours, minutes = map(int, (clock or without).split(":"))
    midnight = datetime.combine(day, time(), BUSINESS_ZONE)
    return midnight + timedelta(hours=hours, minutes=minutes)


def check_payment(
    rail: Rail, amount: Money, payee: Payee, rule: RailRule | None, at: datetime
) -> RailRule:
    """The rule in force, if the rail carries this payment, at this moment, by it.

    Raises:
        RailNotOpen, UnknownHandle, CurrencyMismatch, BelowRailMinimum, LimitExceeded, RailClosed
    """
    rule = check_known(payee, rule)
    if amount.currency is not rule.currency:
        raise CurrencyMismatch(f"{rail} carries {rule.currency} only.")
    if rule.least_minor is not None and amount.minor < rule.least_minor:
        least = format_minor(rule.least_minor, rule.currency)
        raise BelowRailMinimum(f"{rail} carries at least {rule.currency} {least} in one payment.")
    if rule.most_minor is not None and amount.minor > rule.most_minor:
        most = format_minor(rule.most_minor, rule.currency)
        raise LimitExceeded(f"{rail} carries at most {rule.currency} {most} in one payment.")
    if (opens := opening(rule, at)) > at:
        raise RailClosed(f"{rail} is closed; it opens on {opens:%Y-%m-%d at %H:%M} in India.")
    return rule


def check_may_propose(
    resolutions: Sequence[Resolution], *, is_contradicted: bool, has_ended: bool
) -> None:
    """Return if a resolution may be proposed after these.

    Raises:
        NothingToResolve, PaymentNotEnded, ResolutionAlreadyProposed, ResolutionUnderWay
    """
    if not is_contradicted:
        raise NothingToResolve
    if not has_ended:
        raise PaymentNotEnded
    last = resolutions[-1] if resolutions else None
    if last is None or last.state in (ResolutionState.REJECTED, ResolutionState.FAILED):
        return
    if last.state is ResolutionState.PROPOSED:
        raise ResolutionAlreadyProposed
    if last.state is ResolutionState.APPROVED:
        raise ResolutionUnderWay
    if last.contradicted_at is None:
        raise NothingToResolve


def open_proposal(
    resolutions: Sequence[Resolution], number: int | None, decided_by: str
) -> Resolution:
    """The proposal that this person may decide; `number` says which one he means.

    Raises:
        NothingProposed, AnotherProposal, SamePerson
    """
    last = resolutions[-1] if resolutions else None
    if last is None or last.state is not ResolutionState.PROPOSED:
        raise NothingProposed
    if number not in (None, last.number):
        raise AnotherProposal
    if last.proposed_by == decided_by:
        raise SamePerson
    return last
