"""Breaks that people deal with, on a real database: noted, written off, and explained."""

import asyncio
from typing import Any

import asyncpg
import pytest
from pydantic import ValidationError

from contracts.account.movements import EntryPosted, PostEntry
from contracts.envelope import Command, Refused, Role, Subject
from contracts.money import Money
from contracts.payment.breaks import BreakWrittenOff, ExplainBreak, NoteBreak, WriteOffBreak
from contracts.payment.reconciliation import Break, BreakSide, ListBreaks, UndoMatch
from infra.handling.telling import Send
from tests.builders import an, staff
from tests.fixtures.servers import Database
from tests.fixtures.waiting import until
from tests.payment.desk import Desk
from tests.payment.test_reconciling import (
    AUDITOR,
    MANAGER,
    Central,
    breaks,
    code_of,
    match_again,
    standing,
    statement,
    waits_or_ended,
)

pytestmark = pytest.mark.integration

OTHER = MANAGER.model_copy(update={"id": "another-manager"})
STATEMENT, LEDGER = BreakSide.STATEMENT, BreakSide.LEDGER
DIFFERENCES = "GL-SETTLEMENT-DIFFERENCES-INR"


async def the_break(desk: Desk) -> Break:
    [found] = (await desk.ask(ListBreaks(), AUDITOR)).items
    assert isinstance(found, Break)
    return found


async def write_off(desk: Desk, each: Break) -> Any:
    amount = Money(minor=abs(each.amount_minor), currency=each.currency)
    wish = WriteOffBreak(side=each.side, number=each.number, amount=amount, reason="a fee")
    return await desk.ask(wish, MANAGER, approved_by=OTHER)


def entries(desk: Desk) -> list[PostEntry]:
    commands = [each.command for each in desk.sent if isinstance(each, Send)]
    return [command for command in commands if isinstance(command, PostEntry)]


async def book(desk: Desk, central: Central) -> None:
    """The books answer the entry that was sent last, and tell of its posting."""
    entry = entries(desk)[-1]
    [minor] = [leg.amount_minor for leg in entry.legs if leg.account_number == central.number]
    await desk.hear(an(EntryPosted, reference=entry.reference))
    other = Central(desk)
    other.number = DIFFERENCES
    await other.move(-minor, reference=entry.reference)
    await central.move(minor, reference=entry.reference)


async def left_in_matches(desk: Desk) -> list[int]:
    """What the lines and postings of each match come to; nothing, if they are the same money."""
    rows = await desk.store.db.fetch(
        "select sum(minor)::bigint as minor from ("
        " select match_id, amount_minor as minor from statement_lines union all"
        " select match_id, amount_minor from ledger_postings) of"
        " where match_id is not null group by match_id"
    )
    return [row["minor"] for row in rows]


async def test_who_deals_with_a_break_and_what_is_known_is_told_with_it(desk: Desk) -> None:
    await desk.ask(statement((-300, "S-1")), MANAGER)
    number = (await the_break(desk)).number
    note = NoteBreak(side=STATEMENT, number=number, assignee="meera", comment="asked")

    assert (await desk.ask(note, MANAGER)).item.assignee == "meera"
    await desk.ask(note.model_copy(update={"assignee": None, "comment": "no answer"}), MANAGER)

    found = await the_break(desk)
    assert (found.assignee, found.comment) == ("meera", "no answer")
    other = note.model_copy(update={"side": LEDGER})
    assert await code_of(desk.ask(other, MANAGER)) == "break-not-found"


@pytest.mark.parametrize(("rupees", "side"), [(-25, STATEMENT), (40, STATEMENT), (-70, LEDGER)])
async def test_what_is_written_off_is_booked_and_both_sides_agree(
    desk: Desk, rupees: int, side: BreakSide
) -> None:
    central = Central(desk)
    await central.pay(-1, "both")
    lines = [(-1, "both")]
    if side is STATEMENT:
        lines.append((rupees, "fee"))
    else:
        await central.pay(rupees, "fee")
    await desk.ask(statement(*lines), MANAGER)
    found = await the_break(desk)

    done: BreakWrittenOff = await write_off(desk, found)
    again = await write_off(desk, found)
    await book(desk, central)
    await match_again(desk)

    [entry] = entries(desk)
    gained = rupees * 100 if side is STATEMENT else -rupees * 100
    assert again == done
    assert (done.amount_minor, done.given_reference) == (gained, entry.reference)
    assert {leg.account_number: leg.amount_minor for leg in entry.legs} == {
        central.number: -gained, DIFFERENCES: gained,
    }  # fmt: skip
    now = await standing(desk)
    assert (now.difference_minor, now.oldest_break_days, now.is_complete) == (0, None, True)
    assert await breaks(desk) == []
    assert await left_in_matches(desk) == [0, 0]


async def test_a_break_of_another_amount_is_not_written_off_before_and_after(desk: Desk) -> None:
    await desk.ask(statement((-25, "fee")), MANAGER)
    found = await the_break(desk)
    other = found.model_copy(update={"amount_minor": -26_00})

    assert await code_of(write_off(desk, other)) == "break-differs"
    assert (entries(desk), len(await breaks(desk))) == ([], 1)

    await write_off(desk, found)
    assert await code_of(write_off(desk, other)) == "break-differs"


async def test_two_who_write_off_the_same_at_once_book_it_once(
    desk: Desk, payments: Database
) -> None:
    await desk.ask(statement((-25, "fee")), MANAGER)
    found = await the_break(desk)
    other = Desk(await asyncpg.connect(payments.url("payment")))

    async with desk.store.db.transaction():
        first = await write_off(desk, found)
        second = asyncio.create_task(_in_transaction(other, found))
        await until(lambda: waits_or_ended(desk, second))
        assert not second.done()

    assert await second == first
    assert (len(entries(desk)), entries(other)) == (1, [])
    await other.store.db.close()


async def _in_transaction(desk: Desk, found: Break) -> Any:
    async with desk.store.db.transaction():
        return await write_off(desk, found)


@pytest.mark.parametrize("approver", [None, MANAGER])
async def test_the_tables_keep_no_end_of_a_break_that_one_person_made(
    desk: Desk, approver: Subject | None
) -> None:
    await desk.ask(statement((-25, "wrong"), (25, "taken back")), MANAGER)
    one, two = (await desk.ask(ListBreaks(), AUDITOR)).items
    amount = Money(minor=25_00, currency=one.currency)
    wishes = (
        WriteOffBreak(side=STATEMENT, number=one.number, amount=amount, reason="a fee"),
        ExplainBreak(side=STATEMENT, number=one.number, by=(two.number,), reason="taken back"),
    )
    for wish in wishes:
        with pytest.raises(asyncpg.CheckViolationError, match="two_people"):
            async with desk.store.db.transaction():
                await desk.ask(wish, MANAGER, approved_by=approver)

    assert len(await breaks(desk)) == 2


async def test_what_the_books_refuse_is_a_break_again(desk: Desk) -> None:
    await desk.ask(statement((-25, "fee")), MANAGER)
    found = await the_break(desk)
    first = await write_off(desk, found)

    await desk.hear(Refused(code="day-not-open", detail="No."))

    assert (await the_break(desk)).number == found.number
    second = await write_off(desk, found)
    assert second.write_off_id != first.write_off_id


async def test_a_match_that_was_booked_stays(desk: Desk) -> None:
    central = Central(desk)
    await desk.ask(statement((-25, "fee")), MANAGER)
    found = await the_break(desk)
    await write_off(desk, found)
    await book(desk, central)

    undo = UndoMatch(line=found.number, reason="no")
    assert await code_of(desk.ask(undo, MANAGER)) == "match-is-booked"


async def test_breaks_that_cancel_each_other_explain_each_other(desk: Desk) -> None:
    await desk.ask(statement((-25, "wrong"), (25, "taken back"), (-5, "other")), MANAGER)
    one, two, three = [each.number for each in (await desk.ask(ListBreaks(), AUDITOR)).items]
    wish = ExplainBreak(side=STATEMENT, number=one, by=(two,), reason="taken back")

    other = wish.model_copy(update={"by": (three,)})
    assert await code_of(desk.ask(other, MANAGER, approved_by=OTHER)) == "breaks-do-not-cancel"
    done = await desk.ask(wish, MANAGER, approved_by=OTHER)
    assert await desk.ask(wish, MANAGER, approved_by=OTHER) == done

    assert await breaks(desk) == [("statement", -5_00, "other")]
    missing = wish.model_copy(update={"number": three, "by": (one,)})
    assert await code_of(desk.ask(missing, MANAGER, approved_by=OTHER)) == "break-not-found"


async def test_part_of_what_explained_each_other_is_no_explanation(desk: Desk) -> None:
    central = Central(desk)
    for rupees in (-25, 25, -10, 10):
        await central.pay(rupees, f"R{rupees}")
    numbers = [each.number for each in (await desk.ask(ListBreaks(), AUDITOR)).items]
    wish = ExplainBreak(side=LEDGER, number=numbers[0], by=tuple(numbers[1:]), reason="all")
    done = await desk.ask(wish, MANAGER, approved_by=OTHER)

    assert await desk.ask(wish, MANAGER, approved_by=OTHER) == done
    part = wish.model_copy(update={"by": (numbers[1],)})
    asked = desk.ask(part, MANAGER, approved_by=OTHER)
    assert await code_of(asked) == "break-not-found"
    assert await breaks(desk) == []


@pytest.mark.parametrize("reason", ["", " ", None])
def test_nothing_is_noted_written_off_or_explained_without_a_reason(reason: str | None) -> None:
    of = {"side": "statement", "number": 1}
    wishes: list[tuple[type[Command], dict[str, Any]]] = [
        (NoteBreak, {**of, "comment": reason}),
        (WriteOffBreak, {**of, "amount": {"minor": 100, "currency": "INR"}, "reason": reason}),
        (ExplainBreak, {**of, "by": [2], "reason": reason}),
    ]
    for kind, fields in wishes:
        with pytest.raises(ValidationError, match=r"reason|comment"):
            kind.model_validate(fields)


def test_only_managers_end_breaks_and_never_one_alone() -> None:
    for command in (WriteOffBreak, ExplainBreak):
        assert command.roles == {Role.MANAGER}
        assert command.approval is not None
        assert staff(Role.MANAGER).role in command.approval.makers
