"""Applications: judged by the product, told in key facts, scored, and kept."""

from typing import TypeVar

from contracts.account.accounts import Account, GetAccount
from contracts.customer import Customer, GetCustomer
from contracts.envelope import DomainError, Kind, Message, Query
from contracts.loan.applications import ApplyForLoan, LoanApplication, LoanApplied
from infra.handling.context import Ask, Context
from infra.handling.telling import Told
from infra.runtime.clock import new_id
from services.loan.domain.applying import check_account, check_customer, key_facts, known_of
from services.loan.domain.products import terms_for
from services.loan.domain.refusals import (
    AlreadyApplied,
    UnknownCustomer,
    UnknownLoanAccount,
    UnknownLoanProduct,
)
from services.loan.domain.schedule import draw_schedule
from services.loan.domain.scoring import SCORER
from services.loan.handlers.benchmarks import rate_of
from services.loan.handlers.registry import service
from services.loan.handlers.shown import about, shown
from services.loan.store import LoanStore

M = TypeVar("M", bound=Message)


@service.handles_asking(ApplyForLoan)
async def apply_for_loan(
    command: ApplyForLoan, store: LoanStore, context: Context, ask: Ask
) -> Told[LoanApplication]:
    """Keep an application of an active customer, with what he is told and how it is scored."""
    today = context.business_date
    product = await store.product(command.product_code, today)
    if product is None:
        raise UnknownLoanProduct
    terms = terms_for(command, product, today)
    schedule = draw_schedule(terms)
    customer = await _asked(ask, GetCustomer(id=command.customer_id), Customer, UnknownCustomer)
    check_customer(customer)
    wanted = GetAccount(account_number=command.account_number)
    account = await _asked(ask, wanted, Account, UnknownLoanAccount)
    check_account(account, command)
    record = await store.record_of(command.customer_id)
    code = product.benchmark
    benchmark_rate = await rate_of(code, store, context) if code is not None else None
    facts = key_facts(new_id(), command, product, terms, schedule, today, benchmark_rate)
    is_new = await store.apply(
        command,
        terms,
        facts,
        SCORER(known_of(command, terms, customer, account, schedule, record, today)),
        requested_by=context.message_id,
        applied_by=context.subject.id,
        now=context.now,
    )
    if not is_new:
        raise AlreadyApplied
    loan = await shown(facts.loan_id, store, context)
    return Told(LoanApplication(**loan.model_dump()), LoanApplied(**about(loan)))


async def _asked(ask: Ask, query: Query, kind: type[M], unknown: type[DomainError]) -> M:
    """What another service knows of it.

    Raises:
        DomainError: of the class `unknown` when there is none.
    """
    try:
        found = await ask(query)
    except DomainError as refusal:
        if refusal.refusal().kind is Kind.NOT_FOUND:
            raise unknown from refusal
        raise
    assert isinstance(found, kind)
    return found
