"""The account service over the bus: opening accounts, and money moved from many sides at once."""

import asyncio
from datetime import date
from uuid import uuid4

import pytest

from contracts.account.accounts import (
    Account,
    GetAccount,
    ListPostings,
    OpenAccount,
    Postings,
)
from contracts.account.books import AccountCredited, AccountDebited
from contracts.account.holds import PlaceHold
from contracts.account.movements import MakeDeposit, MakeTransfer, MakeWithdrawal, WithdrawalMade
from contracts.account.products import (
    AddProductVersion,
    Branches,
    CreateBranch,
    CreateProduct,
    GetProduct,
    ListBranches,
    ProductShown,
    ProductVersionAdded,
)
from contracts.account.values import AccountType
from contracts.envelope import Refused
from tests.account.examples import BOUND
from tests.account.world import ADMIN, SUSPENDED, TELLER, UNKNOWN, World, expect, opening
from tests.builders import an, customer, inr

pytestmark = pytest.mark.integration


async def test_an_account_opens_with_its_deposit(world: World) -> None:
    opened = await world.opened(150_000)

    assert (opened.balance_minor, opened.available_minor) == (150_000, 150_000)
    assert await world.ask(GetAccount(account_number=opened.account_number)) == opened
    page = expect(Postings, await world.ask(ListPostings(account_number=opened.account_number)))
    assert [posting.amount_minor for posting in page.items] == [150_000]
    told = await world.hears(opened.account_number, 1)
    assert {type(event) for event in told} == {AccountCredited}


async def test_an_account_has_the_ifsc_of_its_branch_whether_it_was_named_or_not(
    world: World,
) -> None:
    named, unnamed = await world.opened(), await world.opened(ifsc_code=None)
    found = expect(Branches, await world.ask(ListBranches()))

    assert {named.ifsc_code, unnamed.ifsc_code} == {"BANK0000001"}
    assert [(each.code, each.ifsc_code) for each in found.items] == [("BR001", "BANK0000001")]


async def test_an_account_may_open_empty(world: World) -> None:
    opened = await world.opened(0)

    assert opened.balance_minor == 0
    page = expect(Postings, await world.ask(ListPostings(account_number=opened.account_number)))
    assert page.items == ()


async def test_numbers_count_the_openings_of_a_day_in_parallel_too(world: World) -> None:
    opened = await asyncio.gather(*[world.opened() for _ in range(12)])

    numbers = sorted(int(each.account_number.rpartition("-")[2]) for each in opened)
    assert numbers == list(range(numbers[0], numbers[0] + 12))


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        (opening(customer_id=UNKNOWN), "unknown-customer"),
        (opening(customer_id=SUSPENDED), "customer-not-active"),
        (opening(branch_code="BR999"), "unknown-branch"),
        (opening(ifsc_code="BANK0000002"), "ifsc-mismatch"),
        (opening(ifsc_code="HDFC0002255"), "ifsc-mismatch"),
        (opening(product_code="NO_SUCH"), "unknown-product"),
        (opening(account_type="FIXED_DEPOSIT"), "product-not-offered"),
        (opening(account_type="RECURRING_DEPOSIT"), "product-not-offered"),
        (opening(currency="USD"), "unknown-product"),
    ],
)
async def test_what_cannot_be_opened_is_refused(world: World, wish: OpenAccount, code: str) -> None:
    refused = expect(Refused, await world.ask(wish))

    assert (refused.code, refused.kind) == (code, "refused")


async def test_branches_and_products_are_made_once(world: World) -> None:
    branch = CreateBranch(code="BR001", name="Other", city="Delhi", ifsc_code="BANK0000001")
    twin = branch.model_copy(update={"code": "BR002"})
    product = CreateProduct(code="SAVINGS", name="Other", account_type="CURRENT")

    assert expect(Refused, await world.ask(branch, ADMIN)).code == "branch-exists"
    assert expect(Refused, await world.ask(twin, ADMIN)).code == "ifsc-taken"
    assert expect(Refused, await world.ask(product, ADMIN)).code == "product-exists"
    assert expect(Refused, await world.ask(branch, TELLER)).kind == "forbidden"


async def test_terms_are_changed_by_administrators_only(world: World) -> None:
    wish = AddProductVersion(code="SAVINGS", valid_from=date(2099, 1, 1), daily_limit_minor=1)
    question = GetProduct(code="SAVINGS")
    before = expect(ProductShown, await world.ask(question, customer(1)))

    refused = expect(Refused, await world.ask(wish, TELLER))

    assert refused.kind == "forbidden"
    assert await world.ask(question, customer(1)) == before
    added = expect(ProductVersionAdded, await world.ask(wish, ADMIN))
    assert (added.version, added.is_in_force) == (len(before.versions) + 1, False)
    after = expect(ProductShown, await world.ask(question, customer(1)))
    assert after.versions[:-1] == before.versions


@pytest.mark.parametrize("account_type", BOUND)
async def test_no_product_is_made_of_a_type_that_is_not_offered(
    world: World, account_type: AccountType
) -> None:
    product = CreateProduct(code="BOUND", name="Deposit", account_type=account_type)

    refused = expect(Refused, await world.ask(product, ADMIN))

    assert (refused.code, refused.kind) == ("product-not-offered", "refused")


async def test_64_withdrawals_of_100_from_1000_at_once(world: World) -> None:
    opened = await world.opened(100_000)
    wish = MakeWithdrawal(account_number=opened.account_number, amount=inr("100"))

    replies = await asyncio.gather(*[world.ask(wish) for _ in range(64)])

    made = [reply for reply in replies if isinstance(reply, WithdrawalMade)]
    refused = [expect(Refused, reply).code for reply in replies if reply not in made]
    assert len(made) == 10
    assert set(refused) == {"insufficient-funds"}
    told = await world.hears(opened.account_number, 11)
    moved = [event for event in told if isinstance(event, AccountDebited)]
    assert [event.sequence for event in moved] == list(range(2, 12))


async def test_one_message_sent_many_times_moves_money_once(world: World) -> None:
    opened = await world.opened(0)
    wish = MakeDeposit(account_number=opened.account_number, amount=inr("5"))
    message_id = uuid4()

    replies = await asyncio.gather(
        *[
            world.gateway.ask(wish, subject=TELLER, message_id=message_id, wait_seconds=30)
            for _ in range(20)
        ]
    )

    assert len({reply.message.model_dump_json() for reply in replies}) == 1
    after = expect(Account, await world.ask(GetAccount(account_number=opened.account_number)))
    assert after.balance_minor == 500


async def test_a_customer_moves_his_own_money_and_nobody_elses(world: World) -> None:
    alice, bob = await world.opened(customer_id=1), await world.opened(customer_id=2)
    wish = MakeTransfer(
        from_account=alice.account_number, to_account=bob.account_number, amount=inr("1")
    )

    assert expect(Refused, await world.ask(wish, customer(2))).code == "unknown-account"
    assert not isinstance(await world.ask(wish, customer(1)), Refused)
    cash = MakeWithdrawal(account_number=alice.account_number, amount=inr("1"))
    assert expect(Refused, await world.ask(cash, customer(1))).kind == "forbidden"
    hold = an(PlaceHold, account_number=alice.account_number)
    assert expect(Refused, await world.ask(hold, customer(1))).kind == "forbidden"
