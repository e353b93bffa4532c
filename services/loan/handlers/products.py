"""Loan products, whose terms are versions."""

from contracts.loan.products import (
    AddLoanProductVersion,
    CreateLoanProduct,
    GetLoanProduct,
    ListLoanProducts,
    LoanProductCreated,
    LoanProducts,
    LoanProductShown,
    LoanProductTerms,
    LoanProductVersionAdded,
)
from contracts.money import CurrencyMismatch
from infra.handling.context import Context
from services.loan.domain.products import check_bounds
from services.loan.domain.refusals import LoanProductExists, LoanProductNotFound
from services.loan.handlers.benchmarks import rate_of
from services.loan.handlers.registry import service
from services.loan.store import LoanStore
from services.loan.store.products import version_of


@service.handles(CreateLoanProduct)
async def create_loan_product(
    command: CreateLoanProduct, store: LoanStore, context: Context
) -> LoanProductCreated:
    """Offer a kind of loan; its terms hold for what is applied for until others are in force."""
    await _check_terms(command, store, context)
    product = LoanProductCreated(
        **command.model_dump(), version=1, valid_from=context.business_date
    )
    if not await store.add_product(product, made_by=context.subject.id, now=context.now):
        raise LoanProductExists
    return product


@service.handles(AddLoanProductVersion)
async def add_loan_product_version(
    command: AddLoanProductVersion, store: LoanStore, context: Context
) -> LoanProductVersionAdded:
    """Add the next version; loans that were applied for keep the terms of theirs."""
    product = await _product(command.code, store, context)
    if command.currency is not product.currency:
        raise CurrencyMismatch
    await _check_terms(command, store, context)
    today = context.business_date
    added = await store.add_terms(
        command.code,
        LoanProductTerms(**command.model_dump(include=set(LoanProductTerms.model_fields))),
        command.valid_from,
        today=today,
        made_by=context.subject.id,
        now=context.now,
    )
    shown = version_of(added, product.currency, is_in_force=added.valid_from <= today)
    return LoanProductVersionAdded(**shown.model_dump())


@service.answers(GetLoanProduct)
async def get_loan_product(
    query: GetLoanProduct, store: LoanStore, context: Context
) -> LoanProductShown:
    """One product with all its versions."""
    return await _product(query.code, store, context)


@service.answers(ListLoanProducts)
async def list_loan_products(
    query: ListLoanProducts, store: LoanStore, context: Context
) -> LoanProducts:
    """All products, by code, on the terms in force."""
    return LoanProducts(items=tuple(await store.products(context.business_date)))


async def _check_terms(
    terms: CreateLoanProduct | AddLoanProductVersion, store: LoanStore, context: Context
) -> None:
    check_bounds(terms)
    if terms.benchmark is not None:
        await rate_of(terms.benchmark, store, context)


async def _product(code: str, store: LoanStore, context: Context) -> LoanProductShown:
    product = await store.product(code, context.business_date)
    if product is None:
        raise LoanProductNotFound
    return product
