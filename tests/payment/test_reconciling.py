"""Statements held against the ledger, on a real database."""

import asyncio
from collections.abc import Awaitable
from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from contracts.envelope import DomainError, Role
from contracts.money import Currency
from contracts.payment.reconciliation import (
    GetReconciliation,
    ImportStatement,
    ListBreaks,
    MatchByHand,
    Reconciliation,
    UndoMatch,
)
from contracts.payment.values import Rail
from infra.runtime.clock import business_date
from services.payment import handlers
from services.payment.store.reconciliation import COMPLETE, STANDING
from tests.builders import staff
from tests.fixtures.plans import pages_read, plan_of
from tests.fixtures.servers import Database
from tests.fixtures.waiting import until
from tests.payment.desk import NOON, Desk, context
from tests.payment.test_settling import Books, hear, open_day
from tests.payment.test_statements import text

pytestmark = pytest.mark.integration

MANAGER, AUDITOR = staff(Role.MANAGER), staff(Role.AUDITOR)
TODAY = business_date(NOON)
A_DAY = 300


class Central(Books):
    """What the ledger books on the account at the central bank; positive where money comes in."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, Rail.NEFT)
        self.number = "GL-SETTLEMENT-INR"

    async def pay(self, rupees: int, reference: str) -> None:
        await self.move(-rupees * 100, reference=reference)


def statement(*entries: tuple[int, str], opening: int = 0, days: int = 0) -> ImportStatement:
    day = TODAY + timedelta(days=days)
    closing = opening + sum(rupees for rupees, _ in entries)
    rows = [f"entry,{day},{rupees},{reference}," for rupees, reference in entries]
    return ImportStatement(
        rows=text(f"opening,{day},{opening},,", *rows, f"closing,{day},{closing},,")
    )


async def standing(desk: Desk, **wish: Any) -> Reconciliation:
    found = await desk.ask(GetReconciliation(**wish), AUDITOR)
    assert isinstance(found, Reconciliation)
    return found


async def breaks(desk: Desk) -> list[tuple[str, int, str]]:
    found = await desk.ask(ListBreaks(), AUDITOR)
    return [(each.side, each.amount_minor, each.given_reference) for each in found.items]


async def match_again(desk: Desk) -> None:
    [timer] = [each for _, each in handlers.service.timers if each.__name__ == "match_again"]
    await timer(desk.store, context(AUDITOR))


async def code_of(refused: Awaitable[object]) -> str:
    with pytest.raises(DomainError) as raised:
        await refused
    return raised.value.code


async def test_a_statement_that_says_what_the_ledger_says_leaves_no_break(desk: Desk) -> None:
    central = Central(desk)
    await central.pay(-300, "S-1")
    await central.pay(50, "S-2")

    imported = await desk.ask(statement((-300, "S-1"), (50, "S-2")), MANAGER)

    assert (imported.line_count, imported.matched_count) == (2, 2)
    found = await standing(desk)
    assert (found.ledger_minor, found.statement_minor) == (-250_00, -250_00)
    assert (found.difference_minor, found.matched_count, found.is_complete) == (0, 2, True)
    assert found.oldest_break_days is None
    assert await breaks(desk) == []


async def test_what_is_missing_double_or_wrong_is_a_break_of_its_side_with_its_age(
    desk: Desk,
) -> None:
    central = Central(desk)
    await central.pay(-300, "S-1")
    await central.pay(-70, "missing")
    await central.pay(-20, "wrong")

    await desk.ask(statement((-300, "S-1"), (-300, "S-1"), (-21, "wrong")), MANAGER)
    for days in (0, 1, 2):
        await open_day(desk, TODAY + timedelta(days=days), NOON + timedelta(days=days))

    assert sorted(await breaks(desk)) == [
        ("ledger", -70_00, "missing"), ("ledger", -20_00, "wrong"),
        ("statement", -300_00, "S-1"), ("statement", -21_00, "wrong"),
    ]  # fmt: skip
    found = await standing(desk, on=TODAY + timedelta(days=2))
    assert found.difference_minor == -621_00 + 390_00
    assert found.difference_minor == found.unmatched_lines_minor - found.unmatched_postings_minor
    assert (found.unmatched_line_count, found.unmatched_posting_count) == (2, 2)
    assert found.oldest_break_days == 2


async def test_what_the_ledger_books_later_is_matched_then(desk: Desk) -> None:
    await desk.ask(statement((-300, "S-1")), MANAGER)
    assert await breaks(desk) == [("statement", -300_00, "S-1")]

    await Central(desk).pay(-300, "S-1")
    await match_again(desk)
    await match_again(desk)

    assert await breaks(desk) == []
    assert (await standing(desk)).matched_count == 1


async def test_the_same_statement_again_is_kept_once(desk: Desk) -> None:
    first = await desk.ask(statement((-300, "S-1")), MANAGER)

    assert await desk.ask(statement((-300, "S-1")), MANAGER) == first
    assert (await standing(desk)).unmatched_line_count == 1


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        (statement((1, "A")), "statement-overlaps"),
        (statement((1, "A"), opening=-300, days=2), "statement-gap"),
        (statement((1, "A"), opening=-299, days=1), "statement-gap"),
        (ImportStatement(rows=("no statement",)), "statement-unreadable"),
    ],
)
async def test_a_statement_goes_on_where_the_last_one_ended_or_nothing_is_kept(
    desk: Desk, wish: ImportStatement, code: str
) -> None:
    await desk.ask(statement((-300, "S-1")), MANAGER)

    assert await code_of(desk.ask(wish, MANAGER)) == code

    assert (await standing(desk)).unmatched_line_count == 1
    await desk.ask(statement((1, "A"), opening=-300, days=1), MANAGER)


async def test_people_match_what_the_machine_did_not_and_take_it_back(desk: Desk) -> None:
    central = Central(desk)
    await central.pay(-70, "S-1")
    await desk.ask(statement((-30, "S-1"), (-40, "S-1")), MANAGER)
    lines = [each.number for each in await desk.store.open_lines(central.book(0).currency)]

    wish = MatchByHand(lines=tuple(lines), postings=(1,), reason="paid in two parts")
    assert (
        await code_of(desk.ask(wish.model_copy(update={"lines": (lines[0],)}), MANAGER))
        == "match-differs"
    )
    made = await desk.ask(wish, MANAGER)
    assert (made.line_count, made.posting_count) == (2, 1)
    assert await code_of(desk.ask(wish, MANAGER)) == "not-unmatched"
    assert await breaks(desk) == []

    undo = UndoMatch(line=lines[0], reason="it was not")
    assert (await desk.ask(undo, MANAGER)).match_id == made.match_id
    assert await code_of(desk.ask(undo, MANAGER)) == "not-matched"
    await match_again(desk)
    assert len(await breaks(desk)) == 3


async def test_a_match_that_a_person_took_back_is_not_made_again_by_the_machine(
    desk: Desk,
) -> None:
    await Central(desk).pay(-70, "S-1")
    await desk.ask(statement((-70, "S-1")), MANAGER)
    line = await desk.store.db.fetchval("select number from statement_lines")

    await desk.ask(UndoMatch(line=line, reason="no"), MANAGER)
    await match_again(desk)

    assert len(await breaks(desk)) == 2


async def test_a_match_is_taken_back_only_when_nobody_else_matches(
    desk: Desk, payments: Database
) -> None:
    await Central(desk).pay(-70, "S-1")
    await desk.ask(statement((-70, "S-1")), MANAGER)
    line = await desk.store.db.fetchval("select number from statement_lines")
    other = Desk(await asyncpg.connect(payments.url("payment")))

    async with desk.store.db.transaction():
        await desk.store.lock_statements(Currency.INR)
        undoing = asyncio.create_task(other.ask(UndoMatch(line=line, reason="no"), MANAGER))
        await until(lambda: waits_or_ended(desk, undoing))
        assert not undoing.done()

    assert (await undoing).line_count == 1
    await other.store.db.close()


async def test_a_posting_that_was_not_heard_of_is_noticed(desk: Desk) -> None:
    central = Central(desk)
    await central.pay(-70, "S-1")
    central.book(-1)
    await central.pay(-30, "S-2")

    assert (await standing(desk)).is_complete is False

    await match_again(desk)
    central.balance += 100
    await central.pay(-1, "after the gap")
    assert (await standing(desk)).is_complete is False


async def test_what_came_after_all_was_known_is_looked_at_too(desk: Desk) -> None:
    central = Central(desk)
    await central.pay(-70, "S-1")
    await match_again(desk)
    await central.pay(-30, "S-2")
    await match_again(desk)
    assert (await standing(desk)).is_complete is True
    central.book(-1)
    await central.pay(-5, "S-3")

    assert (await standing(desk)).is_complete is False


async def test_in_the_middle_of_a_statement_only_the_lines_until_then_count(desk: Desk) -> None:
    central = Central(desk)
    await central.pay(-70, "S-1")
    later = TODAY + timedelta(days=1)
    rows = text(
        f"opening,{TODAY},0,,", f"entry,{TODAY},-70,S-1,", f"entry,{later},-5,S-2,",
        f"closing,{later},-75,,",
    )  # fmt: skip
    await desk.ask(ImportStatement(rows=rows), MANAGER)

    today, tomorrow = await standing(desk, on=TODAY), await standing(desk, on=later)
    assert (today.matched_count, today.unmatched_line_count) == (1, 0)
    assert (tomorrow.matched_count, tomorrow.unmatched_line_count) == (1, 1)


async def test_how_the_account_stands_is_read_alike_after_few_postings_and_many(
    desk: Desk, payments: Database
) -> None:
    central = Central(desk)
    admin = await asyncpg.connect(payments.admin_url)
    read = []
    for days in (1, 8):
        for day in range(central.sequence // A_DAY, days):
            at = NOON + timedelta(days=day)
            booked = [central.book(1_00, at, reference=f"{day}-{n}") for n in range(A_DAY)]
            await hear(desk, *booked)
            lines = [(-1, each.reference) for each in booked]
            await desk.ask(statement(*lines, opening=-A_DAY * day, days=day), MANAGER)
        await match_again(desk)
        await admin.execute("vacuum analyze payment.ledger_postings, payment.statement_lines")
        last = TODAY + timedelta(days=days - 1)
        assert (await standing(desk, on=last)).matched_count == A_DAY * days
        plans = [
            await plan_of(desk.store.db, STANDING, "INR", central.number, last),
            await plan_of(desk.store.db, COMPLETE, central.number),
        ]
        read.append([pages_read(plan) for plan in plans])
    await admin.close()

    assert all(many <= 1.5 * few for few, many in zip(*read, strict=True)), read


async def waits_or_ended(desk: Desk, task: asyncio.Task[Any]) -> bool:
    """Whether somebody waits for a lock that another has, or the task has not had to."""
    waits = await desk.store.db.fetchval(
        "select exists (select from pg_locks where locktype = 'advisory' and not granted)"
    )
    return bool(waits) or task.done()
