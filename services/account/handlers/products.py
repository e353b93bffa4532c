"""Branches and products: what accounts are opened at and of."""

from contracts.account.products import (
    AddProductVersion,
    Branch,
    BranchCreated,
    Branches,
    CreateBranch,
    CreateProduct,
    GetBranch,
    GetProduct,
    ListBranches,
    ListProducts,
    ProductCreated,
    Products,
    ProductShown,
    ProductTerms,
    ProductVersionAdded,
)
from contracts.money import CurrencyMismatch
from infra.handling.context import Context
from services.account.domain.commands.opening import check_ledger_line, check_offered
from services.account.domain.refusals import (
    BranchExists,
    BranchNotFound,
    IfscTaken,
    ProductExists,
    ProductNotFound,
)
from services.account.handlers.registry import service
from services.account.store import AccountStore
from services.account.store.products import version_of


@service.handles(CreateBranch)
async def create_branch(
    command: CreateBranch, store: AccountStore, context: Context
) -> BranchCreated:
    """Add a branch; its code is its name for ever, and its IFSC that of all its accounts."""
    branch = BranchCreated(**command.model_dump())
    if not await store.add_branch(branch):
        raise IfscTaken if await store.branch(command.code) is None else BranchExists
    return branch


@service.answers(GetBranch)
async def get_branch(query: GetBranch, store: AccountStore, context: Context) -> Branch:
    """One branch, for services that keep none themselves."""
    branch = await store.branch(query.code)
    if branch is None:
        raise BranchNotFound
    return branch


@service.answers(ListBranches)
async def list_branches(query: ListBranches, store: AccountStore, context: Context) -> Branches:
    """All branches, by code."""
    return Branches(items=tuple(await store.branches()))


@service.handles(CreateProduct)
async def create_product(
    command: CreateProduct, store: AccountStore, context: Context
) -> ProductCreated:
    """Add a product; its terms hold for every account opened of it until others are in force."""
    check_offered(command.account_type)
    line = command.ledger_line or command.account_type
    check_ledger_line(line, await store.ledger_lines())
    product = ProductCreated(
        **command.model_dump(exclude={"ledger_line"}),
        ledger_line=line,
        valid_from=context.business_date,
    )
    if not await store.add_product(product, made_by=context.subject.id, now=context.now):
        raise ProductExists
    return product


@service.handles(AddProductVersion)
async def add_product_version(
    command: AddProductVersion, store: AccountStore, context: Context
) -> ProductVersionAdded:
    """Give a product other terms from a date on; accounts that are open keep theirs."""
    product = await store.product(command.code, context.business_date)
    if product is None:
        raise ProductNotFound
    if command.currency is not product.currency:
        raise CurrencyMismatch
    line = command.ledger_line or product.versions[-1].ledger_line
    check_ledger_line(line, await store.ledger_lines())
    added = await store.add_terms(
        command.code,
        ProductTerms(**command.model_dump(exclude={"ledger_line"}), ledger_line=line),
        command.valid_from,
        today=context.business_date,
        made_by=context.subject.id,
        now=context.now,
    )
    is_in_force = added.valid_from <= context.business_date
    shown = version_of(added, product.currency, is_in_force=is_in_force)
    return ProductVersionAdded(**shown.model_dump())


@service.answers(GetProduct)
async def get_product(query: GetProduct, store: AccountStore, context: Context) -> ProductShown:
    """One product with all versions of its terms."""
    product = await store.product(query.code, context.business_date)
    if product is None:
        raise ProductNotFound
    return product


@service.answers(ListProducts)
async def list_products(query: ListProducts, store: AccountStore, context: Context) -> Products:
    """All products, by code, on the terms in force."""
    return Products(items=tuple(await store.products(context.business_date)))
