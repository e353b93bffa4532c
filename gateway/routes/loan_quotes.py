"""Loans: what one would cost."""

from typing import Annotated

from pydantic import Field

from contracts.loan.quotes import CHANGES_MAX, QuoteLoan, RateChange, Tranche
from contracts.money import Currency
from gateway.answers.loans import ScheduleAnswer
from gateway.loan_terms import LoanTermsRequest, terms_of
from gateway.money import Amount, ExactDecimal, minor_units
from gateway.routing import EdgeRouter
from gateway.schemas import Body, IsoDate, example

router = EdgeRouter("/api/loans", "loans")


class TrancheRequest(Body):
    """A part of the loan that is paid out on a date of its own."""

    date: IsoDate = Field(description="The day on which it is paid out.")
    amount: Amount


class RateChangeRequest(Body):
    """Another yearly rate; the equal instalment is found anew for the period of that day."""

    from_date: IsoDate = Field(description="The first day that bears interest at this rate.")
    annual_rate: ExactDecimal


class QuoteRequest(LoanTermsRequest):
    """The terms of a loan; `annual_rate` is in percent."""

    model_config = example(
        principal="120000.00", annual_rate="12.00", instalments=12, start_date="2026-01-01"
    )

    principal: Amount
    start_date: IsoDate
    first_due_date: IsoDate | None = None
    tranches: Annotated[tuple[TrancheRequest, ...], Field(max_length=CHANGES_MAX)] = Field(
        default=(),
        description="Parts paid out on dates of their own. What they leave of the principal is "
        "paid out on the start date; if they leave nothing, the whole principal is, and they come "
        "on top of it; if one of them is on the start date, they must add up to it.",
    )
    rate_changes: Annotated[tuple[RateChangeRequest, ...], Field(max_length=CHANGES_MAX)] = Field(
        default=(), description="Other yearly rates, each from a day on."
    )


@router.asks(QuoteLoan, "POST /quote", answers=ScheduleAnswer)
def quote_loan(body: QuoteRequest) -> QuoteLoan:
    """The schedule of a loan on these terms; nothing is stored."""
    return QuoteLoan(
        principal_minor=minor_units(body.principal, body.currency, "/principal"),
        start_date=body.start_date,
        first_due_date=body.first_due_date,
        tranches=tuple(
            _tranche(each, body.currency, f"/tranches/{place}")
            for place, each in enumerate(body.tranches)
        ),
        rate_changes=tuple(RateChange(**each.model_dump()) for each in body.rate_changes),
        **terms_of(body),
    )


def _tranche(tranche: TrancheRequest, currency: Currency, base: str) -> Tranche:
    amount = minor_units(tranche.amount, currency, f"{base}/amount")
    return Tranche(on=tranche.date, amount_minor=amount)
