"""The central bank's statement in ISO 20022: what is read of it, and nothing else."""

import asyncio
from collections.abc import AsyncIterator
from datetime import date
from decimal import Decimal
from typing import Any
from xml.sax.saxutils import escape

import httpx
import pytest
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st
from xmlschema import XMLSchema

from contracts.envelope import DEPTH_MAX, Role
from contracts.money import Currency
from contracts.payment.statements import ENTRIES_MAX, ImportStatementDocument
from gateway.bulk.faults import InvalidFile
from gateway.bulk.formats import XML
from gateway.bulk.statements import NAME, read_statement
from gateway.routes.statements import DOCUMENT_BYTES_MAX, DOCUMENTS
from tests.architecture.house import ROOT
from tests.gateway.bank import FakeBank
from tests.gateway.conftest import client_of
from tests.gateway.statements import (
    ACCOUNT,
    BAD_STATEMENTS,
    a_balance,
    a_document,
    a_summary,
    a_transaction,
    an_entry,
)

PATH = "/api/payments/reconciliation/statements/document"
SAMPLES = ROOT / "tests" / "fixtures" / "iso20022"


@pytest.fixture
async def manager(app: FastAPI, bank: FakeBank) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(app, bank.token(Role.MANAGER)) as client:
        yield client


async def sent(
    client: httpx.AsyncClient, content: bytes, key: str = "k-1", media: str = XML
) -> httpx.Response:
    headers = {"Content-Type": media, "Idempotency-Key": key, "Prefer": "wait=0"}
    return await client.post(PATH, content=content, headers=headers)


def read(content: bytes) -> ImportStatementDocument:
    return asyncio.run(read_statement(content))


def lines(content: bytes) -> list[tuple[int, str, tuple[str, ...]]]:
    return [(each.minor, each.reference, each.parts) for each in read(content).entries]


@pytest.mark.parametrize("name", BAD_STATEMENTS)
async def test_a_bad_document_is_told_its_faults_and_nothing_of_it_is_sent(
    manager: httpx.AsyncClient, bank: FakeBank, name: str
) -> None:
    content, faults = BAD_STATEMENTS[name]

    answer = await sent(manager, content)

    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (422, "invalid-file")
    found = [(each["code"], each["line"], each["pointer"]) for each in problem["errors"]]
    assert (found, problem["faults"]) == (faults, len(faults))
    assert bank.sent == []


async def test_a_statement_is_sent_whole(manager: httpx.AsyncClient, bank: FakeBank) -> None:
    answer = await sent(manager, a_document(an_entry(own="RBI-1", text="paid in")))

    assert answer.status_code == 201, answer.text
    [told] = bank.messages(ImportStatementDocument)
    assert (told.name, told.account_number, told.currency) == (
        "2026-11-27", ACCOUNT, Currency.INR,
    )  # fmt: skip
    assert (told.opening_minor, told.closing_minor) == (100_00, 110_50)
    assert told.from_date == told.to_date == date(2026, 11, 27)
    [entry] = told.entries
    assert entry.model_dump() == {
        "on": date(2026, 11, 27), "minor": 10_50, "reference": "RBI-1", "description": "paid in",
        "parts": (),
    }  # fmt: skip


async def test_a_document_of_another_kind_or_too_large_is_not_looked_into(
    manager: httpx.AsyncClient, bank: FakeBank
) -> None:
    large = await sent(manager, a_document() + b" " * DOCUMENT_BYTES_MAX)

    assert large.status_code == 413
    assert (await sent(manager, a_document(), media="text/csv")).status_code == 415
    assert bank.sent == []


async def test_those_who_may_not_decide_send_no_statement(
    teller: httpx.AsyncClient, bank: FakeBank
) -> None:
    assert (await sent(teller, a_document())).status_code == 403
    assert bank.sent == []


def test_money_comes_in_or_leaves_as_the_entry_says_also_when_it_is_a_reversal() -> None:
    content = a_document(
        an_entry("1", side="CRDT", own="A"), an_entry("2", side="DBIT", own="B"),
        an_entry("2", side="CRDT", own="B", reversal=True, text="wrong account"),
        opening=a_balance("OPBD", "5", side="DBIT"), closing=a_balance("CLBD", "4", side="DBIT"),
    )  # fmt: skip

    found = read(content)

    assert [each.minor for each in found.entries] == [1_00, -2_00, 2_00]
    assert (found.opening_minor, found.closing_minor) == (-5_00, -4_00)
    assert found.entries[2].description == "reversal: wrong account"


@pytest.mark.parametrize(
    ("entry", "line"),
    [
        (an_entry("1", a_transaction("OURS"), own="A", number="7"), ("OURS", ())),
        (an_entry("1", a_transaction("NOTPROVIDED"), own="A", number="7"), ("A", ())),
        (an_entry("1", a_transaction("X"), a_transaction("Y"), own="A"), ("A", ("X", "Y"))),
        (an_entry("1", a_transaction("OURS"), a_transaction(), own="A"), ("A", ())),
        (an_entry("1", own="A", number="7"), ("A", ())),
        (an_entry("1", number="7"), ("7", ())),
        (an_entry("1"), ("", ())),
        (an_entry("1", batch="<Btch><PmtInfId>OURS</PmtInfId></Btch>", own="A"), ("OURS", ())),
    ],
)  # fmt: skip
def test_a_line_goes_by_our_reference_or_else_by_that_of_the_central_bank(
    entry: str, line: tuple[str, tuple[str, ...]]
) -> None:
    assert lines(a_document(entry)) == [(1_00, *line)]


def test_a_statement_may_open_with_the_balance_of_the_day_before() -> None:
    found = read(a_document(opening=a_balance("PRCD", "100", day="2026-11-26")))

    assert (found.from_date, found.opening_minor) == (date(2026, 11, 27), 100_00)


def test_what_it_says_of_all_entries_is_held_against_them() -> None:
    assert len(read(a_document(summary=a_summary())).entries) == 1


def test_a_long_text_is_cut_for_people_and_a_reference_never() -> None:
    [entry] = read(a_document(an_entry("1", text="x" * 300, own="R" * 35))).entries

    assert (len(entry.description), entry.reference) == (140, "R" * 35)


def test_the_largest_statement_is_read_and_one_that_no_message_holds_is_not() -> None:
    most = [an_entry("1", own=f"R-{number}") for number in range(ENTRIES_MAX)]
    assert len(read(a_document(*most)).entries) == ENTRIES_MAX

    with pytest.raises(InvalidFile) as refusal:
        read(a_document(*(an_entry("1", own=f"R-{n}", text="x" * 140) for n in range(ENTRIES_MAX))))
    assert [each.model_dump()["code"] for each in refusal.value.errors] == ["too-much-text"]


def test_other_calls_have_their_turn_while_a_large_statement_is_read() -> None:
    async def turns() -> int:
        most = a_document(*(an_entry("1", own=f"R-{number}") for number in range(300)))
        reading = asyncio.create_task(read_statement(most))
        count = 0
        while not reading.done():
            count += 1
            await asyncio.sleep(0)
        return count

    assert asyncio.run(turns()) > 5


def test_what_another_program_writes_is_read() -> None:
    """With prefixes, indentation, comments, and elements that nobody here asks for."""
    content = (SAMPLES / "another-central-bank.xml").read_bytes()
    XMLSchema(str(SAMPLES / f"{NAME}.xsd")).validate(content.decode())

    found = read(content)

    assert (found.name, found.account_number) == ("RBI-STMT-2026-00331", "8714002213")
    assert (found.opening_minor, found.closing_minor) == (1_000_000_00, 999_749_95)
    assert [(each.minor, each.reference, each.parts) for each in found.entries] == [
        (-250_00, "SETTLE-NEFT-INR-20261127-1030", ()),
        (25, "RBI0000771", ("SETTLE-IMPS-INR-20261127", "SETTLE-UPI-INR-20261127")),
        (-30, "RBI0000772", ()),
    ]  # fmt: skip
    assert found.entries[0].description == "Müller & Söhne: batch of 10:30"


def test_what_is_read_is_what_the_official_schema_allows() -> None:
    schema = XMLSchema(str(SAMPLES / f"{NAME}.xsd"))

    for content in (a_document(), DOCUMENTS.examples[XML].encode()):
        schema.validate(content.decode())
        assert len(read(content).entries) == 1


def test_the_depth_that_a_document_may_have_is_that_of_every_message() -> None:
    deep = "<Envlp>" + "<a>" * DEPTH_MAX + "</a>" * DEPTH_MAX + "</Envlp>"
    with pytest.raises(InvalidFile) as refusal:
        read(a_document(an_entry(text="x").replace("<BkTxCd/>", deep)))
    assert f"more than {DEPTH_MAX} levels" in str(refusal.value.errors[0].detail)


WORDS = st.text(st.sampled_from("ab<&>\"' \u00e9\u0939\U0001f600"), min_size=1, max_size=40)


@given(st.lists(st.tuples(st.integers(1, 10**11), st.booleans(), WORDS), min_size=1, max_size=20))
def test_what_is_written_is_read(wishes: list[tuple[int, bool, str]]) -> None:
    entries = [
        an_entry(
            str(Decimal(minor).scaleb(-2)), a_transaction(f"R-{number}", text=escape(words)),
            side="CRDT" if comes_in else "DBIT", number=str(number),
        )
        for number, (minor, comes_in, words) in enumerate(wishes)
    ]  # fmt: skip

    found = read(a_document(*entries)).entries

    assert [each.minor for each in found] == [
        minor if comes_in else -minor for minor, comes_in, _ in wishes
    ]
    assert [each.description for each in found] == [
        " ".join(words.split()) for _, _, words in wishes
    ]


RICH = a_document(
    an_entry("4", a_transaction("A", "1"), a_transaction("B", "3", text="x"), own="O", number="1"),
    an_entry("6.50", own="P", reversal=True, batch="<Btch><MsgId>m</MsgId></Btch>"),
    summary=a_summary(2), pages="<MsgPgntn><PgNb>1</PgNb><LastPgInd>true</LastPgInd></MsgPgntn>",
)  # fmt: skip


@given(st.data())
def test_a_document_in_which_anything_is_lacking_or_other_is_a_statement_or_has_a_fault(
    data: st.DataObject,
) -> None:
    begin = data.draw(st.integers(0, len(RICH)))
    end = data.draw(st.integers(begin, len(RICH)))
    between = data.draw(
        st.one_of(st.just(b""), st.just(RICH[begin:end] * 2), st.binary(max_size=8))
    )
    found: Any
    try:
        found = read(RICH[:begin] + between + RICH[end:]).name
    except InvalidFile as problem:
        found = problem.errors

    assert found


TEXTS = [part for part in RICH.replace(b"<", b">").split(b">") if part.strip()]


@given(
    st.sampled_from(sorted(set(TEXTS))),
    st.one_of(
        st.text(max_size=12), st.sampled_from(["0", "9" * 25, "1e9", "-1", "NaN", "9999-12-31"])
    ),
)
def test_whatever_stands_for_any_text_is_a_statement_or_has_a_fault(old: bytes, new: str) -> None:
    other = escape(new).encode(errors="replace")
    found: Any
    try:
        found = read(RICH.replace(b">" + old + b"<", b">" + other + b"<")).name
    except InvalidFile as problem:
        found = problem.errors

    assert found
