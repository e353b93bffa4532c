"""Files of transfers at the edge: all that is wrong with one is told, and what is right is sent."""

import asyncio
import csv
import json
from collections.abc import Sequence
from io import StringIO
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st

from contracts.account.bulk import (
    LINES_MAX,
    AddBulkLines,
    BeginBulkFile,
    BulkLine,
    BulkLineDone,
    BulkLines,
    BulkLineState,
    ListBulkLines,
    StartBulkFile,
)
from contracts.approvals import ApprovalNeeded
from contracts.envelope import BODY_BYTES_MAX, Role
from contracts.money import Currency, format_minor
from gateway.bulk.faults import FAULTS_SHOWN_MAX, InvalidFile
from gateway.bulk.formats import CSV, JSON_LINES
from gateway.bulk.reading import ControlTotals, TransferFile, read_file
from gateway.bulk.results import COLUMNS, table_of
from gateway.bulk.sending import parts_of
from gateway.problems import Problem
from gateway.routes.bulk import FILE_BYTES_MAX, RESULT_LINES
from gateway.uploads import Uploads
from infra.bus.ask import Unavailable
from infra.bus.wire import dump
from tests.builders import an
from tests.gateway.bad_files import BAD, HEAD, JSONL, ROW, WHOLE_HEAD, A, B, a_table, objects
from tests.gateway.bank import NO_ANSWER, FakeBank
from tests.gateway.conftest import client_of

PATH = "/api/transactions/bulk"


async def sent(
    client: httpx.AsyncClient, content: bytes, media: str = CSV, **params: str
) -> httpx.Response:
    headers = {"Content-Type": media, "Idempotency-Key": "k-1", "Prefer": "wait=0"}
    return await client.post(PATH, content=content, headers=headers, params=params)


@pytest.mark.parametrize("name", BAD)
async def test_a_bad_file_is_told_all_its_faults_and_nothing_of_it_is_sent(
    teller: httpx.AsyncClient, bank: FakeBank, name: str
) -> None:
    media, content, faults = BAD[name]

    answer = await sent(teller, content, media)

    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (422, "invalid-file")
    found = [(each["code"], each["line"], each["pointer"]) for each in problem["errors"]]
    assert (found, problem["faults"]) == (faults, len(faults))
    assert bank.sent == []


async def test_a_report_names_the_first_hundred_faults_and_counts_all(
    teller: httpx.AsyncClient,
) -> None:
    content = a_table(*(f"{A},{B},x,r-{number}" for number in range(LINES_MAX)))

    problem = (await sent(teller, content)).json()

    assert (len(problem["errors"]), problem["faults"]) == (FAULTS_SHOWN_MAX, LINES_MAX)


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"lines": "3"}, "lines-differ"),
        ({"total": "21.01"}, "total-differs"),
        ({"lines": "2", "total": "21.00"}, None),
        ({"total": "21"}, None),
    ],
)
async def test_totals_that_are_given_must_match(
    teller: httpx.AsyncClient, bank: FakeBank, params: dict[str, str], code: str | None
) -> None:
    answer = await sent(teller, a_table(ROW, f"{A},{B},10.50,r-2"), **params)

    if code is None:
        assert answer.status_code == 202, answer.text
    else:
        assert [each["code"] for each in answer.json()["errors"]] == [code]
        assert bank.sent == []


async def test_a_file_is_announced_sent_and_started(
    teller: httpx.AsyncClient, bank: FakeBank
) -> None:
    content = a_table(f"{ROW},=1+1", f'{A},{B},3,r-2,"a ""b"", c"', head=f"{HEAD},description")

    answer = await sent(teller, content)

    assert answer.status_code == 202, answer.text
    accepted = answer.json()
    assert accepted["status_url"] == answer.headers["Location"]
    assert accepted["status_url"] == f"{PATH}/{accepted['operation_id']}"
    [begun], [part], [started] = (
        bank.messages(kind) for kind in (BeginBulkFile, AddBulkLines, StartBulkFile)
    )
    assert (begun.lines, begun.total.minor, begun.total) == (2, 1_350, started.amount)
    assert [line.description for line in part.lines] == ["=1+1", 'a "b", c']
    assert [line.line for line in part.lines] == [2, 3]


async def test_the_same_file_under_another_key_is_sent_under_the_same_ids(
    teller: httpx.AsyncClient, bank: FakeBank
) -> None:
    for key in ("first", "second"):
        headers = {"Content-Type": CSV, "Idempotency-Key": key}
        answer = await teller.post(PATH, content=a_table(ROW), headers=headers)
        assert answer.status_code == 202, answer.text

    ids = [each.message_id for each in bank.sent if not isinstance(each.message, BeginBulkFile)]
    assert ids[: len(ids) // 2] == ids[len(ids) // 2 :]
    assert len(ids) == 4


async def test_a_table_of_a_spreadsheet_may_have_its_mark_and_its_ends_of_lines(
    teller: httpx.AsyncClient, bank: FakeBank
) -> None:
    content = "\ufeff".encode() + a_table(ROW).replace(b"\n", b"\r\n")

    assert (await sent(teller, content, f"{CSV}; charset=utf-8")).status_code == 202
    [part] = bank.messages(AddBulkLines)
    assert part.lines[0].reference == "r-1"


async def test_a_large_file_travels_in_parts_that_fit_into_messages(
    teller: httpx.AsyncClient, bank: FakeBank
) -> None:
    text = "\U00020000" * 140
    rows = [f"{A},{B},1,{'r' * 25}-{number},INR,{text}" for number in range(5_000)]

    answer = await sent(teller, a_table(*rows, head=WHOLE_HEAD))

    assert answer.status_code == 202, answer.text
    parts = bank.messages(AddBulkLines)
    assert [line.line for part in parts for line in part.lines] == list(range(2, 5_002))
    assert max(len(dump(part)) for part in parts) < BODY_BYTES_MAX * 3 // 4


async def test_a_file_that_is_too_large_is_refused(teller: httpx.AsyncClient) -> None:
    answer = await sent(teller, b"x" * (FILE_BYTES_MAX + 1))

    assert (answer.status_code, answer.json()["code"]) == (413, "body-too-large")


@pytest.mark.parametrize("media", ["application/json", "text/plain", ""])
async def test_a_file_of_another_type_is_refused(
    teller: httpx.AsyncClient, bank: FakeBank, media: str
) -> None:
    answer = await sent(teller, a_table(ROW), media)

    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported-media-type")
    assert bank.sent == []


async def test_a_file_needs_a_key(teller: httpx.AsyncClient) -> None:
    answer = await teller.post(PATH, content=a_table(ROW), headers={"Content-Type": CSV})

    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency-key-missing")


async def test_an_auditor_sends_no_file(app: FastAPI, bank: FakeBank) -> None:
    async with client_of(app, bank.token(Role.AUDITOR)) as auditor:
        assert (await sent(auditor, a_table(ROW))).status_code == 403


async def test_a_file_that_has_to_be_approved_is_answered_with_the_approval(
    teller: httpx.AsyncClient, bank: FakeBank
) -> None:
    bank.replies[StartBulkFile] = an(ApprovalNeeded)

    answer = await sent(teller, a_table(ROW))

    assert (answer.status_code, answer.json()["state"]) == (202, "awaiting-approval")
    assert len(bank.messages(AddBulkLines)) == 1


async def test_a_part_that_is_late_is_on_its_way_and_one_that_is_not_taken_is_told(
    teller: httpx.AsyncClient, bank: FakeBank
) -> None:
    bank.replies[AddBulkLines] = NO_ANSWER
    assert (await sent(teller, a_table(ROW))).status_code == 202

    bank.replies[AddBulkLines] = Unavailable("full")
    answer = await sent(teller, a_table(f"{A},{B},1,r-9"))
    assert answer.json()["code"] in ("unavailable", "idempotency-key-reused")


async def test_a_result_is_read_to_its_end_and_no_further_than_a_file_goes(
    teller: httpx.AsyncClient, bank: FakeBank
) -> None:
    page = an(BulkLines)
    for following, asked in ((None, 1), ("again", LINES_MAX // RESULT_LINES)):
        bank.replies[ListBulkLines] = page.model_copy(update={"next_cursor": following})
        bank.sent.clear()

        answer = await teller.get(f"{PATH}/{uuid4()}/result")

        assert answer.headers["Content-Type"].startswith(CSV)
        assert len(bank.messages(ListBulkLines)) == asked
        assert answer.text.count("salary-11-1") == asked * len(page.items)


def test_only_so_many_files_are_in_memory_at_once() -> None:
    uploads = Uploads(1)

    with uploads.taken(), pytest.raises(Problem) as refusal, uploads.taken():
        pass
    with uploads.taken():
        assert refusal.value.status_code == 503


LINE = st.builds(
    BulkLine,
    line=st.just(1),
    reference=st.from_regex(r"[!-~]([ -~]{0,33}[!-~])?", fullmatch=True),
    from_account=st.from_regex(r"[!-~]{4,34}", fullmatch=True),
    to_account=st.from_regex(r"[!-~]{4,34}", fullmatch=True),
    amount_minor=st.integers(1, 10**11),
    description=st.text(st.sampled_from('ab ,";=\u00e9\u0939\U0001f600'), max_size=40),
)
FILES = st.lists(LINE, min_size=1, max_size=20, unique_by=lambda line: line.reference)


def fields_of(line: BulkLine, currency: Currency) -> dict[str, str]:
    fields = line.model_dump(mode="json", exclude={"line", "amount_minor"})
    return {
        **fields, "amount": format_minor(line.amount_minor, currency), "currency": currency.value,
    }  # fmt: skip


def as_table(lines: Sequence[BulkLine], currency: Currency) -> bytes:
    text = StringIO()
    writer = csv.DictWriter(text, fieldnames=WHOLE_HEAD.split(","))
    writer.writeheader()
    writer.writerows(fields_of(line, currency) for line in lines)
    return text.getvalue().encode()


def as_objects(lines: Sequence[BulkLine], currency: Currency) -> bytes:
    return objects(*(json.dumps(fields_of(line, currency)) for line in lines))


def read(content: bytes, media: str) -> TransferFile:
    return asyncio.run(read_file(content, media, ControlTotals()))


@given(FILES, st.sampled_from([Currency.INR, Currency.JPY, Currency.KWD]))
def test_what_is_written_is_read_in_every_format(lines: list[BulkLine], currency: Currency) -> None:
    for media, content, first in (
        (CSV, as_table(lines, currency), 2),
        (JSONL, as_objects(lines, currency), 1),
    ):
        file = read(content, media)

        expected = [
            line.model_copy(update={"line": place}) for place, line in enumerate(lines, first)
        ]
        assert list(file.lines) == expected
        assert file.total.minor == sum(line.amount_minor for line in lines)
        assert file.total.currency is currency


@given(st.lists(LINE, min_size=1, max_size=200))
def test_parts_hold_every_line_once_and_in_order(lines: list[BulkLine]) -> None:
    assert [line for part in parts_of(lines) for line in part] == lines


@given(st.binary(max_size=200), st.sampled_from([CSV, *JSON_LINES]))
def test_any_bytes_are_a_file_or_have_a_fault(content: bytes, media: str) -> None:
    found: Sequence[object]
    try:
        found = read(content, media).lines
    except InvalidFile as problem:
        found = problem.errors

    assert found


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20))
def test_no_cell_of_a_result_is_a_formula(text: str) -> None:
    line = BulkLineDone(
        line=2, reference="+1", from_account=A, to_account="@SUM(A1)", amount_minor=1,
        description="", currency=Currency.INR, state=BulkLineState.REFUSED, code="no", detail=None,
        entry_id=None,
    ).model_copy(update={"description": text})  # fmt: skip

    head, row = csv.reader(StringIO(table_of([line]).decode(), newline=""))

    assert head == list(COLUMNS)
    assert not [cell for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    assert row[head.index("description")].removeprefix("'") == text.removeprefix("'")
