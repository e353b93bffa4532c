"""A loan on a date, told: what closes it, what has happened to it, why a figure is what it is."""

from datetime import date

from contracts.loan.positions import (
    ExplainedLine,
    GetInstalmentExplanation,
    GetLoanExplanation,
    GetLoanTransactions,
    GetPayoff,
    LoanExplanation,
    LoanPenalCharge,
    LoanTransaction,
    LoanTransactions,
    Payoff,
)
from infra.handling.context import Context
from services.loan.domain.files import LoanFile
from services.loan.domain.refusals import (
    InstalmentNotFound,
    LoanNotActive,
    PayoffInThePast,
    PayoffTooFarAhead,
)
from services.loan.domain.repaying import paid_parts
from services.loan.domain.servicing import explaining
from services.loan.domain.servicing.events import LoanEvent
from services.loan.domain.servicing.explaining import Explanation, Reason, factor_text
from services.loan.domain.servicing.position import Position
from services.loan.handlers.moving import position_of
from services.loan.handlers.registry import service
from services.loan.handlers.shown import found
from services.loan.store import LoanStore

DAYS_AHEAD_MAX = 3_660


@service.answers(GetPayoff)
async def get_payoff(query: GetPayoff, store: LoanStore, context: Context) -> Payoff:
    """What closes a loan on a date; paid on it, it leaves nothing."""
    loan, position = await _on(query, _day(query.on, context.business_date), store, context)
    parts = {
        f"{part}_minor": sum(getattr(each, part).outstanding_minor for each in position.instalments)
        for part in ("fees", "penalties")
    }
    parts["principal_minor"] = position.principal_minor
    return Payoff(
        loan_id=loan.loan_id,
        currency=loan.currency,
        on=position.on,
        payoff_minor=position.payoff_minor,
        interest_minor=position.payoff_minor - sum(parts.values()),
        **parts,
    )


@service.answers(GetLoanTransactions)
async def get_loan_transactions(
    query: GetLoanTransactions, store: LoanStore, context: Context
) -> LoanTransactions:
    """All events of a loan, the latest first, with what each paid, and its penal charges."""
    loan = await found(query.loan_id, store, context)
    rows = await store.happened(loan.loan_id)
    events = [event for event, _ in rows]
    position = await position_of(loan, events, context.business_date, store) if events else None
    reversed_ones = {getattr(event, "reverses", None) for event in events}
    items = [
        LoanTransaction(
            **kept,
            **_parts(position, event),
            is_reversed=event.sequence in reversed_ones,
        )
        for event, kept in reversed(rows)
    ]
    return LoanTransactions(
        loan_id=loan.loan_id,
        currency=loan.currency,
        items=tuple(items),
        penal_charges=_penal_charges(position),
    )


@service.answers(GetLoanExplanation)
async def get_loan_explanation(
    query: GetLoanExplanation, store: LoanStore, context: Context
) -> LoanExplanation:
    """What closes a loan, line by line."""
    loan, position = await _on(query, _day(query.on, context.business_date), store, context)
    return _told(loan, position, explaining.explain(position, loan.currency))


@service.answers(GetInstalmentExplanation)
async def get_instalment_explanation(
    query: GetInstalmentExplanation, store: LoanStore, context: Context
) -> LoanExplanation:
    """What is left to pay of an instalment, line by line."""
    loan, position = await _on(query, context.business_date, store, context)
    try:
        explanation = explaining.explain_instalment(position, query.number, loan.currency)
    except explaining.NoSuchInstalment as error:
        raise InstalmentNotFound from error
    return _told(loan, position, explanation)


def _day(wished: date | None, today: date) -> date:
    day = wished or today
    if day < today:
        raise PayoffInThePast
    if (day - today).days > DAYS_AHEAD_MAX:
        raise PayoffTooFarAhead
    return day


async def _on(
    query: GetPayoff | GetLoanExplanation | GetInstalmentExplanation,
    day: date,
    store: LoanStore,
    context: Context,
) -> tuple[LoanFile, Position]:
    """A loan that is paid out, on this date.

    Raises:
        LoanNotFound, LoanNotActive
    """
    loan = await found(query.loan_id, store, context)
    if loan.disbursed_on is None:
        raise LoanNotActive
    return loan, await position_of(loan, await store.events(loan.loan_id), day, store)


def _parts(position: Position | None, event: LoanEvent) -> dict[str, int]:
    assert position is not None
    return paid_parts(position, event.sequence)


def _penal_charges(position: Position | None) -> tuple[LoanPenalCharge, ...]:
    made = [
        LoanPenalCharge(
            instalment=each.number,
            due_on=each.due_on,
            charged_on=charge.on,
            amount_minor=charge.amount_minor + charge.tax_minor,
            tax_minor=charge.tax_minor,
        )
        for each in (position.instalments if position else ())
        for charge in each.penal_charges
    ]
    return tuple(sorted(made, key=lambda each: (each.charged_on, each.instalment), reverse=True))


def _told(loan: LoanFile, position: Position, explanation: Explanation) -> LoanExplanation:
    return LoanExplanation(
        loan_id=loan.loan_id,
        currency=loan.currency,
        on=position.on,
        figure_minor=explanation.figure_minor,
        lines=tuple(_line(each) for each in explanation.reasons),
    )


def _line(reason: Reason) -> ExplainedLine:
    stretch = reason.stretch
    return ExplainedLine(
        amount_minor=reason.amount_minor,
        sentence=reason.sentence,
        rule=reason.rule,
        instalment=reason.instalment,
        sequence=reason.sequence,
        since=stretch and stretch.since,
        until=stretch and stretch.until,
        days=stretch and stretch.days,
        balance_minor=stretch and stretch.balance_minor,
        annual_rate=stretch and stretch.annual_rate,
        factor=stretch and factor_text(stretch),
    )
