"""The demo's central bank: statements that the bank takes in, with faults for people who try it."""

import json
import subprocess
import sys
from datetime import date
from decimal import Decimal

import pytest

from contracts.money import Currency
from demo.central_bank import FAULTS, statement
from services.payment.domain.statements import Statement, parse_statement

FRIDAY = date(2026, 11, 27)
SETTLED = [
    {"reference": "B", "business_date": "2026-11-27", "net": "-40.00"},
    {"reference": "A", "business_date": "2026-11-27", "net": "250.00"},
    {"reference": "C", "business_date": "2026-11-27", "net": "0.00"},
    {"reference": "D", "business_date": "2026-11-26", "net": "1.00"},
]


def read(fault: str | None = None) -> Statement:
    rows = statement(SETTLED, FRIDAY, Decimal("100.00"), fault)
    return parse_statement(rows, Currency.INR)


def test_a_statement_has_what_was_settled_that_day_and_adds_up() -> None:
    found = read()

    assert [(each.minor, each.reference) for each in found.entries] == [
        (-250_00, "A"), (40_00, "B")
    ]  # fmt: skip
    assert (found.opening_minor, found.closing_minor) == (100_00, -110_00)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_statement_with_a_fault_adds_up_too_and_says_something_else(fault: str) -> None:
    assert read(fault) != read()


def test_the_command_reads_the_answer_of_the_bank() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "demo.central_bank", "--on", "2026-11-27", "--fault", "double"],
        input=json.dumps({"items": SETTLED}), capture_output=True, text=True, check=True,
    )  # fmt: skip

    assert parse_statement(run.stdout.splitlines(), Currency.INR).closing_minor == -460_00
