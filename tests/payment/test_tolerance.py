"""How far a line and its posting may lie apart: set with a date, and never without a trace."""

from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from contracts.envelope import Role
from contracts.payment.matching import AddMatchingRule, ListMatchingRules, MatchingRules
from contracts.payment.reconciliation import (
    Break,
    ImportStatement,
    ListBreaks,
    MatchByHand,
    UndoMatch,
)
from services.payment import handlers
from tests.builders import staff
from tests.payment.desk import NOON, Desk, context
from tests.payment.test_breaks import book, the_break, write_off
from tests.payment.test_reconciling import (
    AUDITOR,
    MANAGER,
    TODAY,
    Central,
    breaks,
    code_of,
    match_again,
    standing,
    statement,
)
from tests.payment.test_settling import open_day
from tests.payment.test_statements import text

pytestmark = pytest.mark.integration

ADMIN = staff(Role.ADMIN)


async def tolerate(desk: Desk, minor: int, days: int = 3, **fields: Any) -> None:
    wish = {"valid_from": TODAY, "days": days, "tolerance_minor": minor} | fields
    await desk.ask(AddMatchingRule(**wish), ADMIN)


async def rules(desk: Desk, **fields: Any) -> list[tuple[int, int, int, bool]]:
    found: MatchingRules = await desk.ask(ListMatchingRules(**fields), AUDITOR)
    return [
        (each.version, each.days, each.tolerance_minor, each.is_in_force) for each in found.items
    ]


async def break_of(desk: Desk, side: str) -> Break:
    items: tuple[Break, ...] = (await desk.ask(ListBreaks(), AUDITOR)).items
    return next(each for each in items if each.side == side)


async def test_at_first_dates_may_differ_by_three_days_and_amounts_by_nothing(desk: Desk) -> None:
    assert await rules(desk) == [(1, 3, 0, True)]
    assert await rules(desk, currency="KWD") == [(1, 3, 0, True)]

    await Central(desk).pay(-300, "S-1")
    await desk.ask(statement((-301, "S-1")), MANAGER)

    assert len(await breaks(desk)) == 2


async def test_a_rule_holds_from_its_date_on_and_for_its_currency(desk: Desk) -> None:
    await tolerate(desk, 1_00, valid_from=TODAY + timedelta(days=1))
    assert await rules(desk) == [(1, 3, 0, True), (2, 3, 100, False)]
    assert await rules(desk, currency="USD") == [(1, 3, 0, True)]
    await Central(desk).pay(-300, "S-1")
    await desk.ask(statement((-301, "S-1")), MANAGER)
    assert len(await breaks(desk)) == 2

    await open_day(desk, TODAY + timedelta(days=1), NOON + timedelta(days=1))
    [timer] = [each for _, each in handlers.service.timers if each.__name__ == "match_again"]
    await timer(desk.store, context(AUDITOR, NOON + timedelta(days=1)))

    assert await breaks(desk) == [("statement", -1_00, "S-1")]


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"valid_from": TODAY - timedelta(days=1)}, "terms-in-the-past"),
        ({"valid_from": TODAY}, "terms-overlap"),
    ],
)
async def test_a_rule_follows_the_last_one(desk: Desk, fields: Any, code: str) -> None:
    await tolerate(desk, 1_00)

    assert await code_of(tolerate(desk, 2_00, **fields)) == code
    assert len(await rules(desk)) == 2


@pytest.mark.parametrize(
    "fields", [{"days": 11}, {"days": -1}, {"tolerance_minor": 10_001}, {"tolerance_minor": -1}]
)
def test_what_is_tolerated_has_bounds(fields: Any) -> None:
    AddMatchingRule(valid_from=TODAY, days=10, tolerance_minor=10_000)

    with pytest.raises(ValidationError):
        AddMatchingRule(**({"valid_from": TODAY, "days": 3} | fields))


async def test_what_is_near_is_matched_and_its_difference_is_a_break(desk: Desk) -> None:
    await tolerate(desk, 1_00)
    central = Central(desk)
    await central.pay(-300, "S-1")
    await central.pay(50, "S-2")

    imported = await desk.ask(statement((-301, "S-1"), (49, "unknown")), MANAGER)

    assert await breaks(desk) == [("statement", -1_00, "S-1"), ("statement", -1_00, "unknown")]
    assert (imported.line_count, imported.matched_count) == (2, 0)
    found = await standing(desk)
    assert (found.difference_minor, found.unmatched_lines_minor) == (-2_00, -2_00)
    assert (found.unmatched_posting_count, found.matched_count) == (0, 0)


async def test_what_differs_by_more_is_not_matched(desk: Desk) -> None:
    await tolerate(desk, 99)
    await Central(desk).pay(-300, "S-1")

    await desk.ask(statement((-301, "S-1")), MANAGER)

    assert len(await breaks(desk)) == 2


async def test_a_difference_is_of_people_and_ends_as_every_break_does(desk: Desk) -> None:
    await tolerate(desk, 1_00)
    central = Central(desk)
    await central.pay(-300, "S-1")
    await desk.ask(statement((-301, "S-1")), MANAGER)
    await central.pay(-1, "S-1")
    await match_again(desk)
    assert len(await breaks(desk)) == 2

    rest, posting = await break_of(desk, "statement"), await break_of(desk, "ledger")
    lines, postings = (rest.number,), (posting.number,)
    await desk.ask(MatchByHand(lines=lines, postings=postings, reason="booked later"), MANAGER)

    assert await breaks(desk) == []
    found = await standing(desk)
    assert (found.matched_count, found.difference_minor) == (1, 0)


async def test_with_the_match_its_difference_goes_too(desk: Desk) -> None:
    await tolerate(desk, 1_00)
    await Central(desk).pay(-300, "S-1")
    await desk.ask(statement((-301, "S-1")), MANAGER)
    rest = await the_break(desk)

    await desk.ask(UndoMatch(line=rest.number - 1, reason="it is another"), MANAGER)
    await match_again(desk)

    assert await breaks(desk) == [("ledger", -300_00, "S-1"), ("statement", -301_00, "S-1")]
    again = UndoMatch(line=rest.number, reason="no")
    assert await code_of(desk.ask(again, MANAGER)) == "not-matched"
    found = await standing(desk)
    assert (found.matched_count, found.unmatched_line_count) == (0, 1)
    assert found.difference_minor == found.unmatched_lines_minor - found.unmatched_postings_minor


async def test_a_match_whose_difference_is_booked_is_not_taken_back(desk: Desk) -> None:
    await tolerate(desk, 1_00)
    central = Central(desk)
    await central.pay(-300, "S-1")
    await desk.ask(statement((-301, "S-1")), MANAGER)
    rest = await the_break(desk)
    await write_off(desk, rest)
    await book(desk, central)
    await match_again(desk)

    assert await breaks(desk) == []
    assert (await standing(desk)).difference_minor == 0
    undo = UndoMatch(line=rest.number - 1, reason="no")
    assert await code_of(desk.ask(undo, MANAGER)) == "difference-is-matched"


async def test_in_the_middle_of_a_statement_a_difference_is_no_line_more(desk: Desk) -> None:
    await tolerate(desk, 1_00)
    await Central(desk).pay(-300, "S-1")
    later = TODAY + timedelta(days=1)
    rows = text(
        f"opening,{TODAY},0,,", f"entry,{TODAY},-301,S-1,", f"closing,{later},-301,,",
    )  # fmt: skip

    await desk.ask(ImportStatement(rows=rows), MANAGER)

    found = await standing(desk, on=TODAY)
    assert (found.matched_count, found.unmatched_line_count) == (0, 1)
