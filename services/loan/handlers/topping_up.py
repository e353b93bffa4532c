"""A further amount lent on a running loan: asked about, lent, and told again as it was told."""

from contracts.loan.operations import LoanOperationBegun
from contracts.loan.top_ups import (
    GetTopUpFacts,
    KeptTopUp,
    ListTopUps,
    TopUpFacts,
    TopUpLoan,
    TopUps,
    TopUpWish,
)
from infra.handling.context import Context
from infra.handling.telling import Told
from services.loan.domain.servicing.events import ToppedUp
from services.loan.domain.topping_up import TopUp, facts_of, top_up
from services.loan.handlers.happening import (
    Case,
    Happening,
    case_of,
    happen,
    of_account,
    open_case,
)
from services.loan.handlers.registry import service
from services.loan.handlers.shown import about, found
from services.loan.sagas import TOP_UP
from services.loan.store import LoanStore


@service.answers(GetTopUpFacts)
async def get_top_up_facts(query: GetTopUpFacts, store: LoanStore, context: Context) -> TopUpFacts:
    """What it would cost today; refused as it would be."""
    loan = await found(query.loan_id, store, context)
    _, facts = _told(await case_of(loan, store, context), query)
    return facts


@service.handles(TopUpLoan)
async def top_up_loan(
    command: TopUpLoan, store: LoanStore, context: Context
) -> Told[LoanOperationBegun]:
    """Begin to lend it; it ends in LoanToppedUp, or the books refuse it and nothing changes."""
    case = await open_case(command, store, context)
    loan = case.loan
    wish, facts = _told(case, command)
    event = wish.event(command.reason, facts)
    happening = Happening(
        TOP_UP,
        event,
        case.after(event),
        description=f"Loan {loan.loan_id} topped up",
        told={
            **about(loan),
            "loan_id": str(loan.loan_id),
            "principal_minor": loan.principal_minor + wish.amount_minor,
            "amount_minor": wish.amount_minor,
            "fees_minor": wish.fees_minor,
            "instalment_minor": facts.instalment_minor,
            "topped_up_on": wish.on.isoformat(),
        },
        against=of_account(loan.account_number),
    )
    return await happen(case, happening, store, context)


@service.answers(ListTopUps)
async def list_top_ups(query: ListTopUps, store: LoanStore, context: Context) -> TopUps:
    """What the borrower was told of each, word for word, whatever has changed since."""
    loan = await found(query.loan_id, store, context)
    items = tuple(
        KeptTopUp(
            **event.facts.model_dump(),
            sequence=event.sequence,
            operation_id=kept["operation_id"],
        )
        for event, kept in await store.happened(loan.loan_id)
        if isinstance(event, ToppedUp) and event.facts is not None
    )
    return TopUps(loan_id=loan.loan_id, items=items)


def _told(case: Case, wish: TopUpWish) -> tuple[TopUp, TopUpFacts]:
    """The further amount of a case, and what it costs."""
    more = top_up(case.loan, wish, case.product, case.now, case.today)
    return more, facts_of(case.loan, more, case.now, case.after(more.event()))
