"""Breaks that people deal with, on a real database: noted, written off, and explained."""

from typing import Any

import pytest

from contracts.account.movements import EntryPosted, PostEntry
from contracts.envelope import Refused, Role
from contracts.money import Money
from contracts.payment.breaks import BreakWrittenOff, ExplainBreak, NoteBreak, WriteOffBreak
from contracts.payment.reconciliation import Break, BreakSide, ListBreaks, UndoMatch
from infra.handling.telling import Send
from tests.builders import an, staff
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
    await central.move(minor, reference=entry.reference)


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


def test_only_managers_end_breaks_and_never_one_alone() -> None:
    for command in (WriteOffBreak, ExplainBreak):
        assert command.roles == {Role.MANAGER}
        assert command.approval is not None
        assert staff(Role.MANAGER).role in command.approval.makers
