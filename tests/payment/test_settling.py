"""Settlement between the banks, on a real database: every posting of a clearing line once."""

import random
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from contracts.account.books import AccountCredited, AccountDebited, Moved
from contracts.account.holds import HoldCaptured
from contracts.account.movements import EntryPosted, PostEntry
from contracts.envelope import DomainError, Refused, Role
from contracts.payment.rails import AddRailRule
from contracts.payment.settlements import (
    GetSettlement,
    ListSettledMovements,
    ListSettlements,
    SettledMovement,
    Settlement,
    SettlementState,
)
from contracts.payment.values import Rail
from infra.handling.context import Asked
from infra.handling.telling import Send
from infra.runtime.clock import business_date
from services.payment import handlers
from services.payment.store.settlements import BROUGHT_FORWARD
from tests.builders import an, staff
from tests.payment.desk import NOON, Desk, context, plain
from tests.payment.examples import ACCEPTED, HELD

pytestmark = pytest.mark.integration

AUDITOR, ADMIN = staff(Role.AUDITOR), staff(Role.ADMIN)
TODAY = business_date(NOON)
LINE = "GL-CLEARING-{}-INR"
CUT_OFF = NOON + timedelta(minutes=30)
LATER = timedelta(minutes=2)  # more than what is heard of late is waited for


class Books:
    """A clearing line as the account service books it, and tells of it."""

    def __init__(self, desk: Desk, rail: Rail, balance: int = 0, sequence: int = 0) -> None:
        self.desk, self.number = desk, LINE.format(rail)
        self.balance, self.sequence = balance, sequence

    def book(self, minor: int, at: datetime = NOON, **fields: Any) -> Moved:
        self.balance += minor
        self.sequence += 1
        kind = AccountCredited if minor > 0 else AccountDebited
        values = {
            "account_number": self.number, "customer_id": None, "sequence": self.sequence,
            "entry_id": uuid4(), "amount_minor": abs(minor), "currency": "INR",
            "balance_after_minor": self.balance, "booked_at": at, "booked_on": business_date(at),
            "reference": f"R-{uuid4()}",
        }  # fmt: skip
        return an(kind, **(values | fields))

    async def move(self, minor: int, at: datetime = NOON, **fields: Any) -> Moved:
        moved = self.book(minor, at, **fields)
        await hear(self.desk, moved)
        return moved


async def hear(desk: Desk, *moved: Moved) -> None:
    listener = handlers.service.events[AccountDebited].function
    await listener([Asked(each, context(AUDITOR)) for each in moved], desk.store)


async def tick(desk: Desk, now: datetime) -> list[PostEntry]:
    """The entries that are sent when the timer of settlement runs at this moment."""
    [settle] = [each for _, each in handlers.service.timers if each.__name__ == "settle"]
    sent = plain(await settle(desk.store, context(AUDITOR, now)))
    desk.sent += sent
    commands = [each.command for each in sent if isinstance(each, Send)]
    return [command for command in commands if isinstance(command, PostEntry)]


async def open_day(desk: Desk, day: date, opened_at: datetime) -> None:
    await desk.store.db.execute("insert into business_days values ($1, $2)", day, opened_at)


async def settlements(desk: Desk, **filters: Any) -> list[Settlement]:
    return list((await desk.ask(ListSettlements(**filters), AUDITOR)).items)


async def movements(desk: Desk, settlement: Settlement) -> list[SettledMovement]:
    query = ListSettledMovements(settlement_id=settlement.settlement_id)
    return list((await desk.ask(query, AUDITOR)).items)


def legs(entry: PostEntry) -> dict[str, int]:
    return {leg.account_number: leg.amount_minor for leg in entry.legs}


async def test_the_net_of_a_window_goes_to_the_central_bank_in_one_entry(desk: Desk) -> None:
    books = Books(desk, Rail.NEFT)
    for minor in (500_00, 20_00, -70_00):
        await books.move(minor)

    assert await tick(desk, CUT_OFF) == []  # it has just ended: what is late is waited for
    [entry] = await tick(desk, CUT_OFF + LATER)

    assert legs(entry) == {books.number: -450_00, "GL-SETTLEMENT-INR": 450_00}
    assert entry.reference == "SETTLE-NEFT-INR-20260105-1230"
    [found] = await settlements(desk)
    assert (found.paid_minor, found.received_minor, found.net_minor) == (520_00, 70_00, 450_00)
    assert (found.movement_count, found.window_ends, found.state) == (3, CUT_OFF, "processing")
    assert await tick(desk, CUT_OFF + LATER) == []


async def test_it_is_settled_when_the_books_say_so_and_its_own_posting_is_in_no_window(
    desk: Desk,
) -> None:
    books = Books(desk, Rail.NEFT)
    await books.move(500_00)
    [entry] = await tick(desk, CUT_OFF + LATER)
    posted = an(EntryPosted, reference=entry.reference)

    await desk.hear(posted)
    own = await books.move(
        -500_00, CUT_OFF + LATER, reference=entry.reference, entry_id=posted.entry_id
    )

    [found] = await settlements(desk)
    assert (found.state, found.entry_id) == (SettlementState.COMPLETED, own.entry_id)
    assert found.settled_at is not None
    assert await tick(desk, CUT_OFF + timedelta(days=1)) == []
    assert books.balance == 0


async def test_postings_that_are_heard_twice_or_in_another_order_count_once(desk: Desk) -> None:
    books = Books(desk, Rail.NEFT)
    one, two, three = (books.book(minor) for minor in (1_00, 2_00, 4_00))

    await hear(desk, one)
    await hear(desk, three, one)
    await hear(desk, two, three)
    [entry] = await tick(desk, CUT_OFF + LATER)

    assert legs(entry)[books.number] == -7_00


async def test_what_is_heard_of_late_is_settled_with_the_window_that_is_open_then(
    desk: Desk,
) -> None:
    books = Books(desk, Rail.NEFT)
    await books.move(500_00)
    late = books.book(30_00, CUT_OFF - timedelta(seconds=1))
    await tick(desk, CUT_OFF + LATER)

    await hear(desk, late)
    assert await tick(desk, CUT_OFF + LATER) == []
    [entry] = await tick(desk, CUT_OFF + timedelta(minutes=30) + LATER)

    assert legs(entry)[books.number] == -30_00
    assert entry.reference.endswith("-1300")
    assert [each.net_minor for each in await settlements(desk)] == [30_00, 500_00]


async def test_a_rail_without_windows_is_settled_when_its_business_date_is_over(
    desk: Desk,
) -> None:
    await open_day(desk, TODAY, NOON - timedelta(hours=12))
    await Books(desk, Rail.IMPS).move(500_00)
    await Books(desk, Rail.RTGS).move(-300_00)
    evening = NOON + timedelta(hours=9)

    assert await tick(desk, evening) == []
    await open_day(desk, TODAY + timedelta(days=1), evening)
    assert await tick(desk, evening) == []
    sent = await tick(desk, evening + LATER)

    assert [entry.reference for entry in sent] == [
        "SETTLE-IMPS-INR-20260105", "SETTLE-RTGS-INR-20260105"
    ]  # fmt: skip
    assert [legs(entry)["GL-SETTLEMENT-INR"] for entry in sent] == [500_00, -300_00]


async def test_a_dated_rule_gives_a_rail_windows_within_the_day(desk: Desk) -> None:
    await desk.ask(AddRailRule(rail=Rail.IMPS, valid_from=TODAY, settlement_minutes=60), ADMIN)
    books = Books(desk, Rail.IMPS)
    await books.move(1_00)
    await books.move(2_00, CUT_OFF)

    sent = await tick(desk, NOON + timedelta(hours=4))

    assert [entry.reference[-4:] for entry in sent] == ["1300"]
    assert legs(sent[0])[books.number] == -3_00


async def test_a_window_whose_net_is_nothing_is_settled_without_an_entry(desk: Desk) -> None:
    books = Books(desk, Rail.NEFT)
    await books.move(50_00)
    await books.move(-50_00)

    assert await tick(desk, CUT_OFF + LATER) == []

    [found] = await settlements(desk)
    assert (found.state, found.net_minor, found.paid_minor) == ("completed", 0, 50_00)
    assert found.entry_id is None


async def test_what_stood_on_a_line_before_it_was_heard_of_is_settled_with_its_first_window(
    desk: Desk,
) -> None:
    books = Books(desk, Rail.NEFT, balance=900_00, sequence=41)
    early = books.book(1_00)
    await books.move(10_00)

    await hear(desk, early)  # it is in what stood on the line
    [entry] = await tick(desk, CUT_OFF + LATER)

    assert legs(entry)[books.number] == -911_00
    [found] = await settlements(desk)
    newest, before = await movements(desk, found)
    assert (newest.amount_minor, before.amount_minor) == (10_00, 901_00)
    assert (before.given_reference, before.entry_id) == (BROUGHT_FORWARD, None)


async def test_a_settlement_that_the_books_refuse_leaves_its_postings_to_a_later_window(
    desk: Desk,
) -> None:
    books = Books(desk, Rail.NEFT)
    await books.move(500_00)
    await tick(desk, CUT_OFF + LATER)

    await desk.hear(Refused(code="unknown-account", detail="No such account."))
    [failed] = await settlements(desk)
    assert failed.state is SettlementState.FAILED
    await tick(desk, CUT_OFF + LATER)
    [entry] = await tick(desk, CUT_OFF + timedelta(minutes=30) + LATER)

    assert legs(entry)[books.number] == -500_00
    assert await movements(desk, failed) == []


async def test_a_settlement_says_which_payments_are_in_it(desk: Desk) -> None:
    payment_id = await desk.make()
    await desk.hear(HELD)
    await desk.hear_rail(ACCEPTED.model_copy(update={"transfer_id": payment_id}))
    captured = an(HoldCaptured)
    await desk.hear(captured)
    await open_day(desk, TODAY, NOON - timedelta(hours=12))
    await Books(desk, Rail.IMPS).move(500_00, entry_id=captured.entry_id)
    await open_day(desk, TODAY + timedelta(days=1), NOON + timedelta(hours=9))
    await tick(desk, NOON + timedelta(days=1))

    [found] = await settlements(desk, rail=Rail.IMPS, from_date=TODAY, to_date=TODAY)
    [movement] = await movements(desk, found)

    assert (movement.payment_id, movement.amount_minor) == (payment_id, 500_00)
    assert await settlements(desk, rail=Rail.RTGS) == []
    assert await settlements(desk, from_date=TODAY + timedelta(days=1)) == []
    assert await settlements(desk, to_date=TODAY - timedelta(days=1)) == []
    assert await desk.ask(GetSettlement(settlement_id=found.settlement_id), AUDITOR) == found


@pytest.mark.parametrize("kind", [GetSettlement, ListSettledMovements])
async def test_a_settlement_that_is_not_there_is_not_found(desk: Desk, kind: Any) -> None:
    with pytest.raises(DomainError) as refused:
        await desk.ask(kind(settlement_id=uuid4()), AUDITOR)

    assert refused.value.code == "settlement-not-found"


async def test_customers_postings_and_other_lines_of_the_bank_are_not_kept(desk: Desk) -> None:
    books = Books(desk, Rail.NEFT)
    await hear(
        desk,
        books.book(1_00, account_number="GL-CASH-INR"),
        books.book(1_00, account_number=books.number, customer_id=7),
    )

    assert await desk.store.db.fetchval("select count(*) from ledger_postings") == 0


@pytest.mark.parametrize("seed", range(6))
async def test_whatever_comes_when_each_posting_is_settled_once_and_nothing_is_left(
    desk: Desk, seed: int
) -> None:
    chance = random.Random(seed)
    books, now, untold, booked, moved_minor = Books(desk, Rail.NEFT), NOON, [], 0, 0
    for _ in range(60):
        now += timedelta(minutes=chance.randrange(10))
        untold.append(books.book(chance.choice([-3, 7, 11, 250]), now))
        booked += 1
        if chance.random() < 0.6:  # some are heard of late, and in any order
            chance.shuffle(untold)
            heard, untold = untold[:4], untold[4:]
            await hear(desk, *heard, *heard)
        for entry in await tick(desk, now):
            moved_minor += legs(entry)["GL-SETTLEMENT-INR"]
    await hear(desk, *untold)
    for minutes in (32, 64):
        for entry in await tick(desk, now + timedelta(minutes=minutes)):
            moved_minor += legs(entry)["GL-SETTLEMENT-INR"]

    found = [each for each in await settlements(desk, limit=200) if each.movement_count]
    in_them = [each for one in found for each in await movements(desk, one)]
    assert moved_minor == books.balance == sum(each.net_minor for each in found)
    assert sorted(each.sequence for each in in_them) == list(range(1, booked + 1))
    assert await desk.store.waiting() == []
