"""Statements that came as documents, held against the ledger on a real database."""

from datetime import timedelta
from typing import Any

import pytest

from contracts.envelope import Role
from contracts.payment.matching import AddMatchingRule
from contracts.payment.reconciliation import StatementImported
from contracts.payment.statements import ImportStatementDocument, StatementEntry
from services.payment.domain.statements import StatementUnreadable
from tests.builders import staff
from tests.payment.desk import Desk
from tests.payment.test_reconciling import (
    MANAGER,
    TODAY,
    Central,
    breaks,
    code_of,
    match_again,
    standing,
    statement,
)

pytestmark = pytest.mark.integration

ADMIN = staff(Role.ADMIN)
GIVEN: dict[str, Any] = {"account_number": "GL-SETTLEMENT-INR", "currency": "INR"}


def document(
    *entries: tuple[int, str] | tuple[int, str, tuple[str, ...]],
    opening: int = 0,
    days: int = 0,
    **fields: Any,
) -> ImportStatementDocument:
    """Of one day, in rupees."""
    day = TODAY + timedelta(days=days)
    closing = opening + sum(each[0] for each in entries)
    told = [
        StatementEntry(
            on=day, minor=each[0] * 100, reference=each[1], parts=each[2] if len(each) > 2 else ()
        )
        for each in entries
    ]
    around = {
        "name": f"S-{day}", "from_date": day, "to_date": day, "opening_minor": opening * 100,
        "closing_minor": closing * 100, "entries": tuple(told),
    }  # fmt: skip
    return ImportStatementDocument(**(GIVEN | around | fields))


async def taken_in(desk: Desk, wish: ImportStatementDocument) -> StatementImported:
    imported: StatementImported = await desk.ask(wish, MANAGER)
    return imported


async def test_a_document_that_says_what_the_ledger_says_leaves_no_break(desk: Desk) -> None:
    central = Central(desk)
    await central.pay(-300, "S-1")
    await central.pay(50, "S-2")

    imported = await taken_in(desk, document((-300, "S-1"), (50, "S-2")))

    assert (imported.line_count, imported.matched_count) == (2, 2)
    assert (await standing(desk)).difference_minor == 0
    assert await breaks(desk) == []


async def test_an_entry_of_several_transactions_is_the_postings_that_they_name(desk: Desk) -> None:
    """Two of them have one name; one that is near and of its amount is named by nobody."""
    central = Central(desk)
    for rupees, reference in ((-300, "A"), (50, "B"), (-20, "A"), (-270, "other")):
        await central.pay(rupees, reference)

    await taken_in(desk, document((-270, "RBI-1", ("A", "B", "A"))))

    assert await breaks(desk) == [("ledger", -270_00, "other")]


@pytest.mark.parametrize("parts", [("A", "missing"), ("A", "A"), ("A",)])
async def test_an_entry_whose_transactions_are_other_postings_is_a_break(
    desk: Desk, parts: tuple[str, ...]
) -> None:
    central = Central(desk)
    await central.pay(-300, "A")
    await central.pay(-20, "B")

    await taken_in(desk, document((-320, "RBI-1", parts)))

    assert len(await breaks(desk)) == 3


async def test_an_entry_waits_for_the_last_posting_that_it_names(desk: Desk) -> None:
    central = Central(desk)
    await central.pay(-300, "A")
    await taken_in(desk, document((-320, "RBI-1", ("A", "B"))))
    assert len(await breaks(desk)) == 2

    await central.pay(-20, "B")
    await match_again(desk)

    assert await breaks(desk) == []


async def test_a_reversal_of_what_is_booked_once_is_a_break(desk: Desk) -> None:
    await Central(desk).pay(-300, "A")

    await taken_in(desk, document((-300, "A"), (300, "A")))

    assert await breaks(desk) == [("statement", 300_00, "A")]


async def test_the_same_document_again_is_answered_as_it_was_kept(desk: Desk) -> None:
    first = await taken_in(desk, document((-300, "A")))

    assert await taken_in(desk, document((-300, "A"))) == first
    assert (await standing(desk)).unmatched_line_count == 1


NEXT = {"opening": -300, "days": 1}


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        (document((-299, "A")), "statement-overlaps"),
        (document((1, "A"), opening=-300, days=2), "statement-gap"),
        (document((1, "A"), opening=-299, days=1), "statement-gap"),
        (document((1, "A"), **NEXT, name=f"S-{TODAY}"), "statement-name-reused"),
        (document((1, "A"), **NEXT, account_number="8714"), "statement-of-another-account"),
        (document((1, "A"), **NEXT, currency="USD"), "statement-of-another-account"),
        (document((1, "A"), **NEXT, closing_minor=-299_01), "statement-unreadable"),
        (document((1, "A"), **NEXT, to_date=TODAY), "statement-unreadable"),
        (document((0, "A"), **NEXT), "statement-unreadable"),
        (document((1, "A"), **NEXT, from_date=TODAY + timedelta(days=2)), "statement-unreadable"),
    ],
)  # fmt: skip
async def test_a_document_that_is_not_the_next_statement_is_refused_and_nothing_is_kept(
    desk: Desk, wish: ImportStatementDocument, code: str
) -> None:
    await taken_in(desk, document((-300, "A")))

    assert await code_of(desk.ask(wish, MANAGER)) == code

    assert (await standing(desk)).unmatched_line_count == 1
    assert (await taken_in(desk, document((1, "A"), opening=-300, days=1))).line_count == 1


async def test_entries_at_fault_are_named(desk: Desk) -> None:
    wish = document((1, "A"), (0, "B"))

    with pytest.raises(StatementUnreadable) as refused:
        await desk.ask(wish, MANAGER)

    [error] = refused.value.refusal().errors
    assert (error.pointer, error.detail[:8]) == ("/entries", "entry 2:")


async def test_a_statement_in_csv_and_a_document_go_on_from_each_other(desk: Desk) -> None:
    await desk.ask(statement((-300, "A")), MANAGER)
    await taken_in(desk, document((1, "B"), opening=-300, days=1))

    imported = await desk.ask(statement((2, "C"), opening=-299, days=2), MANAGER)

    assert imported.closing_minor == -297_00


async def test_the_central_bank_may_know_the_account_by_a_number_of_its_own(desk: Desk) -> None:
    rule = AddMatchingRule(valid_from=TODAY, days=3, account_number="8714002213")
    await desk.ask(rule, ADMIN)

    assert await code_of(desk.ask(document(), MANAGER)) == "statement-of-another-account"
    assert (await taken_in(desk, document(account_number="8714002213"))).line_count == 0
