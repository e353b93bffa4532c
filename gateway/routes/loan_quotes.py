"""Loans: what one would cost."""

from typing import Annotated

from pydantic import Field, StrictInt

from contracts.loan.quotes import (
    Fee,
    Frequency,
    InterestPeriod,
    Method,
    QuoteLoan,
)
from contracts.money import DEFAULT_CURRENCY, Currency
from contracts.words import ShortName
from gateway.answers.loans import ScheduleAnswer
from gateway.money import Amount, ExactDecimal, minor_units
from gateway.routing import EdgeRouter
from gateway.schemas import Body, IsoDate, example

router = EdgeRouter("/api/loans", "loans")


class FeeRequest(Body):
    """A fee of the loan."""

    name: ShortName
    amount: Amount


class QuoteRequest(Body):
    """The terms of a loan; `annual_rate` is in percent."""

    model_config = example(
        principal="120000.00", annual_rate="12.00", instalments=12, start_date="2026-01-01"
    )

    principal: Amount
    annual_rate: ExactDecimal
    instalments: Annotated[StrictInt, Field(ge=1, le=600)]
    start_date: IsoDate
    first_due_date: IsoDate | None = None
    method: Method = Method.EMI
    frequency: Frequency = Frequency.MONTHLY
    interest_period: InterestPeriod = InterestPeriod.SAME_AS_REPAYMENT
    instalment_multiple: Amount | None = None  # instalments are multiples of it
    currency: Currency = DEFAULT_CURRENCY
    fees: Annotated[tuple[FeeRequest, ...], Field(max_length=20)] = ()


@router.asks(QuoteLoan, "POST /quote", answers=ScheduleAnswer)
def quote_loan(body: QuoteRequest) -> QuoteLoan:
    """The schedule of a loan on these terms; nothing is stored."""
    multiple = body.instalment_multiple
    return QuoteLoan(
        **body.model_dump(exclude={"principal", "instalment_multiple", "fees"}),
        principal_minor=minor_units(body.principal, body.currency, "/principal"),
        instalment_multiple_minor=(
            1 if multiple is None else minor_units(multiple, body.currency, "/instalment_multiple")
        ),
        fees=tuple(
            Fee(
                name=fee.name,
                amount_minor=minor_units(fee.amount, body.currency, f"/fees/{place}/amount"),
            )
            for place, fee in enumerate(body.fees)
        ),
    )
