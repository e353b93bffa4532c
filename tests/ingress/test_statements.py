"""A partner asks for what was booked on an account, page by page."""

from datetime import timedelta
from typing import Any

import pytest

from infra.runtime.clock import business_date, utc_now
from tests.fixtures.partners import STATEMENT, Answer, Partner
from tests.ingress.world import World

pytestmark = pytest.mark.integration


@pytest.fixture
async def account(world: World) -> str:
    return await world.open_account("Hana", "1000")


@pytest.fixture
async def partner(world: World, account: str) -> Partner:
    return await world.partner(accounts=[account])


async def ask(partner: Partner, account: str, **wish: Any) -> Answer:
    return await partner.ask(partner.message({"account_number": account, **wish}, STATEMENT))


async def read(partner: Partner, account: str, **wish: Any) -> dict[str, Any]:
    """The page that it is told."""
    told = await ask(partner, account, **wish)
    assert told.type == "statement.v1", told
    return told.body


async def pay(world: World, partner: Partner, account: str, *amounts: str) -> None:
    for amount in amounts:
        body = {"from_account": account, "to_account": world.bob, "amount": amount}
        assert (await partner.ask(partner.message(body))).type == "transfer-made.v1"


async def test_entries_are_told_newest_first_with_the_balance_after_each(
    world: World, partner: Partner, account: str
) -> None:
    await pay(world, partner, account, "10.00", "2.50")

    told = await read(partner, account)

    shown = [
        (each["number"], each["side"], each["amount"], each["balance_after"])
        for each in told["items"]
    ]
    assert shown == [
        (3, "debit", "2.50", "987.50"), (2, "debit", "10.00", "990.00"),
        (1, "credit", "1000.00", "1000.00"),
    ]  # fmt: skip
    assert "next_cursor" not in told
    assert world.bob not in str(told)


async def test_pages_are_of_the_wanted_size_and_follow_each_other(
    world: World, partner: Partner, account: str
) -> None:
    await pay(world, partner, account, "1", "2", "3", "4")

    found: list[int] = []
    page = await read(partner, account, limit=2)
    found += [each["number"] for each in page["items"]]
    while (cursor := page.get("next_cursor")) is not None:
        page = await read(partner, account, limit=2, cursor=cursor)
        assert len(page["items"]) <= 2
        found += [each["number"] for each in page["items"]]

    assert found == [5, 4, 3, 2, 1]


async def test_a_range_of_dates_leaves_out_the_others(partner: Partner, account: str) -> None:
    today = business_date(utc_now())
    tomorrow, yesterday = today + timedelta(days=1), today - timedelta(days=1)

    within = await read(partner, account, booked_from=str(today), booked_to=str(tomorrow))
    after = await read(partner, account, booked_from=str(tomorrow))
    before = await read(partner, account, booked_to=str(yesterday))

    assert [len(each["items"]) for each in (within, after, before)] == [1, 0, 0]


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        ({"limit": 51}, "malformed-body"),
        ({"limit": 0}, "malformed-body"),
        ({"limit": "5"}, "malformed-body"),
        ({"booked_from": "yesterday"}, "malformed-body"),
        ({"customer_id": 1}, "malformed-body"),
        ({"cursor": "!"}, "invalid-cursor"),
    ],
)
async def test_what_is_no_range_or_page_is_refused(
    partner: Partner, account: str, wish: dict[str, Any], code: str
) -> None:
    assert (await ask(partner, account, **wish)).code == code


async def test_accounts_that_are_not_its_own_are_refused(world: World, partner: Partner) -> None:
    assert (await ask(partner, world.alice)).code == "account-not-allowed"
