"""Lending more on a running loan: when it is refused, and what the borrower is told of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from contracts.loan.products import LoanProductTerms
from contracts.loan.shape import INSTALMENTS_MAX
from contracts.loan.top_ups import TopUpFacts, TopUpWish
from contracts.loan.values import ChargedFee
from contracts.loan.words import Method
from contracts.money import MINOR_MAX
from services.loan.domain.accrual import part_of_year
from services.loan.domain.apr import Flow, rate_of_flows
from services.loan.domain.fees import fees_kept_back
from services.loan.domain.files import LoanFile, NewEvent
from services.loan.domain.refusals import (
    FeesExceedPrincipal,
    LoanNotFullyDisbursed,
    LoanNotPerforming,
    LoanOverdue,
    NothingToReschedule,
    PrincipalOutsideProduct,
    TermOutsideProduct,
    UnsupportedTerms,
)
from services.loan.domain.repaying import check_active, check_currency
from services.loan.domain.servicing.arrears import arrears_of
from services.loan.domain.servicing.position import Instalment, Position
from services.loan.domain.standing import instalment_of


@dataclass(frozen=True, slots=True)
class TopUp:
    """A further amount that can be lent."""

    amount_minor: int
    fees: tuple[ChargedFee, ...]  # kept back from it
    extra_instalments: int
    on: date

    @property
    def fees_minor(self) -> int:
        """With their tax."""
        return sum(fee.amount_minor + fee.tax_minor for fee in self.fees)

    def event(self, reason: str = "", facts: TopUpFacts | None = None) -> NewEvent:
        """What happens to the loan; `facts` are kept with it as they were told."""
        return NewEvent(
            kind="topped-up",
            value_date=self.on,
            amount_minor=self.amount_minor,
            details={
                "fees_minor": self.fees_minor,
                "tax_minor": sum(fee.tax_minor for fee in self.fees),
                "extra_instalments": self.extra_instalments,
                "reason": reason,
                "facts": facts and facts.model_dump(mode="json"),
            },
        )


def top_up(
    loan: LoanFile, wish: TopUpWish, product: LoanProductTerms, now: Position, today: date
) -> TopUp:
    """The further amount, if the loan is such that more is lent on it.

    Raises:
        LoanClosed, LoanIsWrittenOff, LoanNotActive, LoanNotFullyDisbursed
        LoanNotPerforming, LoanOverdue: its borrower does not pay what he owes already.
        CurrencyMismatch, PrincipalOutsideProduct, TermOutsideProduct, FeesExceedPrincipal
        NothingToReschedule: no instalment is to come, with which it could be repaid.
        UnsupportedTerms: flat interest is that of one principal.
    """
    check_active(loan)
    check_currency(wish.amount, loan.currency)
    _check_repaid_well(loan, now)
    _check_bounds(loan, wish, product, now)
    fees = fees_kept_back(product.fees, wish.amount.minor)
    found = TopUp(wish.amount.minor, fees, wish.extra_instalments, today)
    if found.fees_minor >= found.amount_minor:
        raise FeesExceedPrincipal
    return found


def facts_of(loan: LoanFile, wish: TopUp, before: Position, after: Position) -> TopUpFacts:
    """What the borrower is told: the loan today, without the further amount and with it."""
    coming, net = _coming(after), wish.amount_minor - wish.fees_minor
    return TopUpFacts(
        loan_id=loan.loan_id,
        prepared_on=wish.on,
        currency=loan.currency,
        amount_minor=wish.amount_minor,
        fees=wish.fees,
        fees_minor=wish.fees_minor,
        net_disbursed_minor=net,
        annual_rate=_rate(loan, coming),
        principal_before_minor=before.principal_minor,
        principal_after_minor=after.principal_minor,
        instalment_before_minor=instalment_of(_coming(before)),
        instalment_minor=instalment_of(coming),
        instalments=len(coming),
        first_due_date=coming[0].due_on,
        last_due_date=coming[-1].due_on,
        total_interest_minor=after.to_capitalise_minor
        + sum(each.interest.outstanding_minor for each in coming),
        total_due_minor=sum(each.outstanding_minor for each in coming),
        apr=_yearly_cost(loan, before, coming, net),
    )


def _check_repaid_well(loan: LoanFile, now: Position) -> None:
    arrears = arrears_of(now, is_over=False)
    if arrears.is_npa:
        raise LoanNotPerforming
    if arrears.overdue_minor:
        raise LoanOverdue
    if loan.disbursed_minor < loan.principal_minor:
        raise LoanNotFullyDisbursed
    if not _coming(now):
        raise NothingToReschedule


def _check_bounds(
    loan: LoanFile, wish: TopUpWish, product: LoanProductTerms, now: Position
) -> None:
    if loan.terms.method is Method.FLAT:
        raise UnsupportedTerms("Flat interest is that of one principal at one rate.")
    owed, lent = (each + wish.amount.minor for each in (now.principal_minor, loan.principal_minor))
    if owed > product.principal_max_minor or lent > MINOR_MAX:
        raise PrincipalOutsideProduct
    count = sum(not each.is_down_payment for each in now.instalments) + wish.extra_instalments
    if wish.extra_instalments and count > min(product.instalments_max, INSTALMENTS_MAX):
        raise TermOutsideProduct


def _coming(position: Position) -> list[Instalment]:
    return [each for each in position.instalments if each.due_on > position.on]


def _rate(loan: LoanFile, coming: Sequence[Instalment]) -> Decimal:
    """That of the last days of the period under way."""
    stretches = coming[0].stretches
    return stretches[-1].annual_rate if stretches else loan.terms.annual_rate


def _yearly_cost(
    loan: LoanFile, before: Position, coming: Sequence[Instalment], net_minor: int
) -> Decimal:
    """As if what closes the loan, beside what is due, were borrowed today with the net amount."""
    due = sum(each.outstanding_minor for each in before.instalments if each.due_on <= before.on)
    first = coming[0]
    part = Fraction((first.due_on - before.on).days, (first.due_on - first.start_on).days)
    flows = [Flow(part + place, each.outstanding_minor) for place, each in enumerate(coming)]
    received = before.payoff_minor - due + net_minor
    return rate_of_flows(received, flows, 1 / part_of_year(loan.terms))
