"""Figures of a loan explained: lines that a borrower can read, whose amounts add up to the figure.

Each line names its rule, and where days and rates are behind it, these too, so that anybody can
compute it again.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from contracts.money import Currency, format_minor
from services.loan.domain.rounding import rounded
from services.loan.domain.servicing.events import Part
from services.loan.domain.servicing.position import (
    Allocation,
    Instalment,
    PenalCharge,
    Position,
    Stretch,
)

_FACTOR_DIGITS = 12
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Reason:
    """One line: what it adds to the figure, and why."""

    amount_minor: int  # negative: it lessens the figure
    sentence: str
    rule: str
    instalment: int
    sequence: int | None = None  # of the event, if it is one
    stretch: Stretch | None = None  # the days, if it is interest or a penal charge of some


@dataclass(frozen=True, slots=True)
class Explanation:
    figure_minor: int
    reasons: tuple[Reason, ...]


class NoSuchInstalment(LookupError):
    """The loan has fewer instalments."""


def explain(position: Position, currency: Currency) -> Explanation:
    """What closes the loan on the position's date."""
    made = [
        *(
            reason
            for each in position.instalments
            for reason in _to_close(each, position, currency)
        ),
        *_to_come(position, currency),
    ]
    reasons = [each for each in made if each.amount_minor]
    rest = position.payoff_minor - sum(each.amount_minor for each in reasons)
    if rest:
        last = reasons[-1].instalment if reasons else 0
        sentence = (
            f"Interest of the period under way as agreed for paying off: {_say(rest, currency)}."
        )
        reasons.append(Reason(rest, sentence, "pre-closure", last))
    return Explanation(position.payoff_minor, tuple(reasons))


def explain_instalment(position: Position, number: int, currency: Currency) -> Explanation:
    """What is left to pay of one instalment: how it came about, and what was paid of it.

    Raises:
        NoSuchInstalment: there is none with this number.
    """
    found = [each for each in position.instalments if each.number == number]
    if not found:
        raise NoSuchInstalment(number)
    made = [
        *_interest(position, found[0], currency),
        *_principal(position, found[0], currency),
        *_fees(found[0], currency),
        *_penalties(found[0], currency),
        *_done(position, number, currency),
    ]
    reasons = tuple(each for each in made if each.amount_minor)
    return Explanation(found[0].outstanding_minor, reasons)


def _to_close(each: Instalment, position: Position, currency: Currency) -> Iterator[Reason]:
    """Of one instalment what is due and was charged, and interest until now."""
    is_due = each.due_on <= position.on
    for part in Part:
        if part in (Part.INTEREST, Part.PRINCIPAL) and not is_due:
            continue
        left = each.part(part).outstanding_minor
        left -= each.fee_to_come_minor if part is Part.FEES else 0
        if part is Part.PENALTIES and left:
            yield from _penalties_left(each, currency)
            continue
        when = "due" if is_due else "due with it"
        sentence = (
            f"{part.value.capitalize()} of instalment {each.number}, {when} {_on(each.due_on)}:"
            f" {_say(left, currency)} is left to pay."
        )
        yield Reason(left, sentence, f"outstanding-{part.value}", each.number)
    if is_due and each.to_capitalise_minor:
        sentence = f"Interest until today, {_say(each.to_capitalise_minor, currency)}."
        yield Reason(each.to_capitalise_minor, sentence, "interest-of-today", each.number)
    if each.start_on <= position.on and not is_due:
        yield _put_off(each, each.brought_minor, currency)
        for stretch in position.accruing:
            yield _of_days(each, stretch, currency)
        done = each.interest.paid_minor + each.interest.waived_minor
        sentence = f"Of this interest {_say(done, currency)} is paid or waived already."
        yield Reason(-done, sentence, "interest-paid", each.number)


def _to_come(position: Position, currency: Currency) -> Iterator[Reason]:
    """All principal that is not due yet, in one line."""
    coming = [each for each in position.instalments if each.due_on > position.on]
    left = sum(each.principal.outstanding_minor for each in coming) - position.to_capitalise_minor
    if coming:
        first = coming[0].number
        sentence = f"Principal that is not due yet: {_say(left, currency)}."
        yield Reason(left, sentence, "principal-to-come", first)


def _interest(position: Position, each: Instalment, currency: Currency) -> Iterator[Reason]:
    counted = 0
    for stretch in each.stretches:
        reason = _of_days(each, stretch, currency)
        counted += reason.amount_minor
        yield reason
    yield _put_off(each, each.brought_minor, currency)
    yield _put_off(each, -each.put_off_minor, currency)
    yield _capitalised(each, currency)
    rest = each.own_interest_minor - counted
    said = _say(rest, currency)
    if each is position.instalments[-1] and not each.interest.paid_minor:
        sentence = f"What rounding has left of the interest of the whole loan: {said}."
        yield Reason(rest, sentence, "rounding", each.number)
    else:
        sentence = f"Interest that was paid or waived before it was computed anew: {said}."
        yield Reason(rest, sentence, "interest-kept", each.number)


def _put_off(each: Instalment, minor: int, currency: Currency) -> Reason:
    """Interest of a grace: borne earlier and due now, or borne until now and due later."""
    said = _say(abs(minor), currency)
    sentence = f"Interest of earlier periods, put off until now: {said}."
    if minor < 0:
        sentence = f"Interest until now that is due with a later instalment: {said}."
    return Reason(minor, sentence, "interest-put-off", each.number)


def _capitalised(each: Instalment, currency: Currency) -> Reason:
    """Interest of a moratorium that is no interest any more from the due date on."""
    minor = each.capitalised_minor + each.to_capitalise_minor
    said = _say(minor, currency)
    sentence = f"Interest that is added to the principal on {_on(each.due_on)}: {said}."
    return Reason(-minor, sentence, "interest-capitalised", each.number)


def _of_days(each: Instalment, stretch: Stretch, currency: Currency) -> Reason:
    amount = stretch.interest_minor
    balance = _say(stretch.balance_minor, currency)
    sentence = (
        f"Interest for {stretch.days} days, from {_on(stretch.since)} to"
        f" {_on(stretch.until - _ONE_DAY)}, on {balance} at {_rate(stretch)} % a year:"
        f" {balance} x {factor_text(stretch)}, rounded to {_say(amount, currency)}."
    )
    return Reason(amount, sentence, "interest-of-days", each.number, stretch=stretch)


def _principal(position: Position, each: Instalment, currency: Currency) -> Iterator[Reason]:
    amount, interest = each.principal.due_minor, each.own_interest_minor
    said = _say(amount, currency)
    if each is position.instalments[-1]:
        sentence, rule = f"Principal: all that is left, {said}.", "last-instalment"
    elif amount == each.target_minor - interest:
        sentence = (
            f"Principal: the instalment of {_say(each.target_minor, currency)} less interest of"
            f" {_say(interest, currency)}, {said}."
        )
        rule = "rest-of-instalment"
    elif amount == each.target_minor:
        sentence, rule = f"Principal: the equal part of {said}.", "equal-part"
    else:
        sentence = f"Principal: {said}, after what was repaid in advance or planned anew."
        rule = "changed-principal"
    yield Reason(amount, sentence, rule, each.number)


def _fees(each: Instalment, currency: Currency) -> Iterator[Reason]:
    amount = each.fees.due_minor
    yield Reason(amount, f"Fees charged: {_say(amount, currency)}.", "charged-fees", each.number)


def _penalties(each: Instalment, currency: Currency) -> Iterator[Reason]:
    """Each charge for being late, and what else was charged."""
    made = [_penal_charge(each, charge, currency) for charge in each.penal_charges]
    yield from made
    rest = each.penalties.due_minor - sum(reason.amount_minor for reason in made)
    sentence = f"Penalties charged: {_say(rest, currency)}."
    yield Reason(rest, sentence, "charged-penalties", each.number)


def _penalties_left(each: Instalment, currency: Currency) -> Iterator[Reason]:
    yield from _penalties(each, currency)
    done = each.penalties.paid_minor + each.penalties.waived_minor
    sentence = f"Of these penal charges {_say(done, currency)} is paid or waived already."
    yield Reason(-done, sentence, "penalties-paid", each.number)


def _penal_charge(each: Instalment, charge: PenalCharge, currency: Currency) -> Reason:
    amount = charge.amount_minor + charge.tax_minor
    sentence = (
        f"Penal charge of {_on(charge.on)} {_penal_base(each, charge, currency)}"
        f"{_capped(charge, currency)}{_taxed(charge, currency)}."
    )
    rule = "penal-amount" if charge.days is None else "penal-rate"
    return Reason(amount, sentence, rule, each.number, stretch=charge.days)


def _penal_base(each: Instalment, charge: PenalCharge, currency: Currency) -> str:
    """What is charged, before the cap and the tax."""
    terms, days = charge.terms, charge.days
    if days is None:
        paid_by = each.due_on + timedelta(days=terms.penal_grace_days)
        wanted = _say(terms.penal_amount_minor, currency)
        return f"as instalment {each.number} was not paid by {_on(paid_by)}: {wanted}"
    base = _say(days.balance_minor, currency)
    return (
        f"for {days.days} days, from {_on(days.since)} to {_on(days.until - _ONE_DAY)}, on {base}"
        f" that was overdue of instalment {each.number}, at {_rate(days)} % a year: {base} x"
        f" {factor_text(days)}, rounded to {_say(days.interest_minor, currency)}"
    )


def _capped(charge: PenalCharge, currency: Currency) -> str:
    cap = charge.terms.penal_cap_minor
    if cap is None or not charge.is_capped:
        return ""
    left = _say(charge.amount_minor, currency)
    return f"; of this {left}, as no instalment is charged more than {_say(cap, currency)}"


def _taxed(charge: PenalCharge, currency: Currency) -> str:
    if not charge.tax_minor:
        return ""
    percent = f"{charge.terms.penal_tax_percent.normalize():f}"
    return f"; and {_say(charge.tax_minor, currency)} of tax, {percent} %"


def _done(position: Position, number: int, currency: Currency) -> Iterator[Reason]:
    for each in position.allocations:
        if each.instalment == number:
            rule = "waived" if each.is_waiver else "repaid"
            sentence = _sentence_of(each, currency)
            yield Reason(-each.amount_minor, sentence, rule, number, sequence=each.sequence)


def _sentence_of(each: Allocation, currency: Currency) -> str:
    said = _say(each.amount_minor, currency)
    if each.is_waiver:
        return f"The bank waived {said} of {each.part.value} on {_on(each.on)}."
    return f"The repayment of {_on(each.on)} paid {said} of {each.part.value}."


def factor_text(stretch: Stretch) -> str:
    """The share of the balance, with twelve decimals."""
    digits = rounded(stretch.factor * 10**_FACTOR_DIGITS)
    return f"{Decimal(digits).scaleb(-_FACTOR_DIGITS):f}"


def _rate(stretch: Stretch) -> str:
    return f"{stretch.annual_rate.normalize():f}"


def _say(minor: int, currency: Currency) -> str:
    return f"{currency.value} {format_minor(minor, currency)}"


def _on(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
