"""The demo's central bank: statements that the bank takes in, with faults for people who try it."""

import asyncio
import json
import subprocess
import sys
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from xmlschema import XMLSchema

from contracts.money import Currency
from contracts.payment.statements import ImportStatementDocument
from demo.central_bank import CAMT, FAULTS, day_of, document, statement
from gateway.bulk.statements import read_statement
from services.payment.domain.statements import Statement, parse_statement, statement_of
from tests.architecture.house import ROOT

SCHEMA = ROOT / "tests" / "fixtures" / "iso20022" / f"{CAMT}.xsd"
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


def read_document(fault: str | None = None, opening: str = "100.00") -> ImportStatementDocument:
    content = document(day_of(SETTLED, FRIDAY, Decimal(opening), fault))
    XMLSchema(str(SCHEMA)).validate(content.decode())
    return asyncio.run(read_statement(content))


@pytest.mark.parametrize("fault", [None, *FAULTS])
def test_a_document_says_what_the_rows_say(fault: str | None) -> None:
    found = statement_of(read_document(fault))

    assert replace(found, name=None) == read(fault)


def test_a_document_is_by_the_official_schema_with_debts_and_without_entries() -> None:
    assert read_document(opening="-100.00").opening_minor == -100_00
    content = document(day_of([], FRIDAY, Decimal("0.00")))
    XMLSchema(str(SCHEMA)).validate(content.decode())


@pytest.mark.parametrize("written", ["csv", "camt.053"])
def test_the_command_reads_the_answer_of_the_bank(written: str) -> None:
    wish = ["--on", "2026-11-27", "--fault", "double", "--format", written]
    run = subprocess.run(
        [sys.executable, "-m", "demo.central_bank", *wish],
        input=json.dumps({"items": SETTLED}), capture_output=True, text=True, check=True,
    )  # fmt: skip

    if written == "csv":
        assert parse_statement(run.stdout.splitlines(), Currency.INR).closing_minor == -460_00
    else:
        assert asyncio.run(read_statement(run.stdout.encode())).closing_minor == -460_00
