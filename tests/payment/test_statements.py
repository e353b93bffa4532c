"""What the central bank writes: read whole or refused with its rows."""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.money import Currency
from services.payment.domain.statements import COLUMNS, StatementUnreadable, parse_statement

HEADER = ",".join(COLUMNS)
OPENING, CLOSING = "opening,2026-01-05,100.00,,", "closing,2026-01-06,70.50,,"
ENTRY = "entry,2026-01-06,-29.50,SETTLE-1,NEFT 10:30"


def text(*rows: str, header: str = HEADER) -> tuple[str, ...]:
    return (header, *rows)


def faults(csv: Sequence[str]) -> list[str]:
    with pytest.raises(StatementUnreadable) as refused:
        parse_statement(csv, Currency.INR)
    refusal = refused.value.refusal()
    assert refusal.code == "statement-unreadable"
    assert {each.pointer for each in refusal.errors} == {"/rows"}
    return [each.detail for each in refusal.errors]


def test_a_statement_that_adds_up_is_read() -> None:
    found = parse_statement(text(OPENING, ENTRY, CLOSING), Currency.INR)

    assert (found.opening_minor, found.closing_minor) == (100_00, 70_50)
    assert [(each.minor, each.reference) for each in found.entries] == [(-29_50, "SETTLE-1")]


@pytest.mark.parametrize("rows", [(OPENING, "closing,2026-01-05,100,,")], ids=["no entries"])
def test_a_day_without_entries_is_read(rows: Any) -> None:
    assert parse_statement(text(*rows), Currency.INR).entries == ()


@pytest.mark.parametrize(
    ("rows", "fault"),
    [
        ((OPENING, CLOSING), "opening and entries do not add up to closing"),
        ((OPENING, ENTRY, ENTRY), "the first row is opening"),
        ((OPENING,), "the first row is opening"),
        ((OPENING, "entry,2026-01-07,-29.50,A,", CLOSING), "row 3: its date"),
        ((OPENING, "entry,2026-01-06,-29.505,A,", CLOSING), "row 3: amount"),
        ((OPENING, "entry,2026-01-06,0,A,", CLOSING), "row 3: amount"),
        ((OPENING, "entry,2026-01-06,=1+1,A,", CLOSING), "row 3: amount"),
        ((OPENING, "entry,2026-01-06,1e5,A,", CLOSING), "row 3: amount"),
        ((OPENING, "entry,2026-02-30,1,A,", CLOSING), "row 3: date"),
        ((OPENING, "entry,2026-01-06,1," + "A" * 65 + ",", CLOSING), "row 3: a text is too long"),
        ((OPENING, "entry,2026-01-06,1", CLOSING), "row 3: it has 3 columns"),
        ((OPENING, "fee,2026-01-06,1,A,", CLOSING), "row 3: kind"),
        ((OPENING, 'entry,2026-01-06,1,"A', CLOSING), "it is no CSV"),
    ],
)
def test_a_statement_that_is_wrong_is_refused_with_its_row(rows: Any, fault: str) -> None:
    assert faults(text(*rows))[0].startswith(fault)


def test_another_header_is_refused() -> None:
    assert faults(text(OPENING, CLOSING, header="date,amount"))[0].startswith("row 1")


def test_all_rows_that_are_wrong_are_told_up_to_a_bound() -> None:
    assert len(faults(text(OPENING, *["entry,x,1,A,"] * 5, CLOSING))) == 5
    assert len(faults(text(OPENING, *["entry,x,1,A,"] * 500, CLOSING))) == 20


@given(st.lists(st.text(max_size=40)), st.booleans())
def test_any_rows_are_read_or_refused(rows: list[str], has_header: bool) -> None:
    try:
        parse_statement(text(*rows) if has_header else rows, Currency.INR)
    except StatementUnreadable:
        return
