"""Branches and products: what accounts are opened at and of."""

from contracts.account.products import (
    Branch,
    BranchCreated,
    Branches,
    CreateBranch,
    CreateProduct,
    GetBranch,
    ListBranches,
    ListProducts,
    ProductCreated,
    Products,
)
from infra.handling.context import Context
from services.account.domain.commands.opening import check_offered
from services.account.domain.refusals import BranchExists, BranchNotFound, IfscTaken, ProductExists
from services.account.handlers.registry import service
from services.account.store import AccountStore


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
    """Add a product; its terms hold for every account opened of it."""
    check_offered(command.account_type)
    product = ProductCreated(**command.model_dump())
    if not await store.add_product(product):
        raise ProductExists
    return product


@service.answers(ListProducts)
async def list_products(query: ListProducts, store: AccountStore, context: Context) -> Products:
    """All products, by code."""
    return Products(items=tuple(await store.products()))
