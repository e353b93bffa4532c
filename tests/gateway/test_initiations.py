"""Files of transfers in ISO 20022: what a company's program writes is read, and nothing else."""

import asyncio
from decimal import Decimal
from typing import Any
from xml.sax.saxutils import escape

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from xmlschema import XMLSchema

from contracts.account.bulk import AddBulkLines, BeginBulkFile, StartBulkFile
from contracts.envelope import DEPTH_MAX
from gateway.bulk.faults import InvalidFile
from gateway.bulk.formats import XML
from gateway.bulk.initiations import NAME
from gateway.bulk.reading import ControlTotals, TransferFile, read_file
from gateway.routes.bulk import FILES
from infra.handling.outcomes import IdempotencyKeyReused
from tests.architecture.house import ROOT
from tests.gateway.bad_files import A, B
from tests.gateway.bank import FakeBank
from tests.gateway.initiations import (
    BAD_DOCUMENTS,
    OURS,
    a_document,
    a_payment,
    a_transfer,
)

PATH = "/api/transactions/bulk"
SCHEMA = ROOT / "tests" / "fixtures" / "iso20022" / f"{NAME}.xsd"


async def sent(
    client: httpx.AsyncClient, content: bytes, key: str = "k-1", **params: str
) -> httpx.Response:
    headers = {"Content-Type": XML, "Idempotency-Key": key, "Prefer": "wait=0"}
    return await client.post(PATH, content=content, headers=headers, params=params)


def read(content: bytes) -> TransferFile:
    return asyncio.run(read_file(content, XML, ControlTotals()))


@pytest.mark.parametrize("name", BAD_DOCUMENTS)
async def test_a_bad_document_is_told_its_faults_and_nothing_of_it_is_sent(
    teller: httpx.AsyncClient, bank: FakeBank, name: str
) -> None:
    content, faults = BAD_DOCUMENTS[name]

    answer = await sent(teller, content)

    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (422, "invalid-file")
    found = [(each["code"], each["line"], each["pointer"]) for each in problem["errors"]]
    assert (found, problem["faults"]) == (faults, len(faults))
    assert bank.sent == []


async def test_a_document_is_announced_sent_and_started(
    teller: httpx.AsyncClient, bank: FakeBank
) -> None:
    content = a_document(
        a_payment(a_transfer(agent=OURS, text="<Ustrd>a &amp; b</Ustrd>"), a_transfer("r-2", "3")),
        a_payment(
            a_transfer("r-3", "1.5", payee="<IBAN>DE89370400440532013000</IBAN>"),
            totals="<NbOfTxs>1</NbOfTxs><CtrlSum>1.50</CtrlSum>", name="p-2",
        ),
        number=3, total="15.00",
    )  # fmt: skip

    answer = await sent(teller, content, lines="3", total="15")

    assert answer.status_code == 202, answer.text
    [part], [started] = bank.messages(AddBulkLines), bank.messages(StartBulkFile)
    assert [(each.line, each.reference, each.amount_minor) for each in part.lines] == [
        (1, "r-1", 1_050), (2, "r-2", 300), (3, "r-3", 150),
    ]  # fmt: skip
    assert {each.from_account for each in part.lines} == {A}
    assert [each.to_account for each in part.lines] == [B, B, "DE89370400440532013000"]
    assert [each.description for each in part.lines] == ["a & b", "", ""]
    assert started.amount.minor == 1_500


async def test_a_document_with_a_byte_order_mark_is_read(
    teller: httpx.AsyncClient, bank: FakeBank
) -> None:
    assert (await sent(teller, "\ufeff".encode() + a_document())).status_code == 202


async def test_a_document_is_announced_under_its_own_name_before_it_is_under_the_key(
    teller: httpx.AsyncClient, bank: FakeBank
) -> None:
    for key in ("first", "second"):
        assert (await sent(teller, a_document(), key)).status_code == 202
    assert (await sent(teller, a_document(name="m-2"), "third")).status_code == 202

    begun = [each.message_id for each in bank.sent if isinstance(each.message, BeginBulkFile)]
    own, first, own_again, second, other, third = begun
    assert own == own_again
    assert len({own, first, second, other, third}) == 5


async def test_a_name_that_another_file_has_is_refused_before_anything_else_is_sent(
    teller: httpx.AsyncClient, bank: FakeBank
) -> None:
    bank.replies[BeginBulkFile] = IdempotencyKeyReused().refusal()

    answer = await sent(teller, a_document())

    assert (answer.status_code, answer.json()["code"]) == (422, "file-name-reused")
    assert len(bank.sent) == 1


def test_what_is_read_is_what_the_official_schema_allows() -> None:
    schema = XMLSchema(str(SCHEMA))

    for content in (a_document(), FILES.examples[XML].encode()):
        schema.validate(content.decode())
        assert len(read(content).lines) == 1


WORDS = st.text(st.sampled_from("ab<&>\"' \u00e9\u0939\U0001f600"), min_size=1, max_size=40)


@given(st.lists(st.tuples(st.integers(1, 10**11), WORDS), min_size=1, max_size=20))
def test_what_is_written_is_read(wishes: list[tuple[int, str]]) -> None:
    amounts = [Decimal(minor).scaleb(-2) for minor, _ in wishes]
    transfers = [
        a_transfer(f"r-{number}", str(amount), text=f"<Ustrd>{escape(words)}</Ustrd>")
        for number, (amount, (_, words)) in enumerate(zip(amounts, wishes, strict=True))
    ]

    file = read(
        a_document(a_payment(*transfers), number=len(wishes), total=sum(amounts, Decimal()))
    )

    assert [line.amount_minor for line in file.lines] == [minor for minor, _ in wishes]
    assert [line.description for line in file.lines] == [words for _, words in wishes]
    assert file.total.minor == sum(minor for minor, _ in wishes)
    assert file.name == "m-1"


@given(st.data())
def test_a_document_in_which_anything_is_lacking_or_twice_is_a_file_or_has_a_fault(
    data: st.DataObject,
) -> None:
    content = a_document()
    begin = data.draw(st.integers(0, len(content)))
    end = data.draw(st.integers(begin, len(content)))
    changed = content[:begin] + content[begin:end] * data.draw(st.sampled_from([0, 2]))
    found: Any
    try:
        found = read(changed + content[end:]).lines
    except InvalidFile as problem:
        found = problem.errors

    assert found


def test_the_depth_that_a_document_may_have_is_that_of_every_message() -> None:
    deep = "<Envlp>" + "<a>" * DEPTH_MAX + "</a>" * DEPTH_MAX + "</Envlp>"
    with pytest.raises(InvalidFile) as refusal:
        read(a_document(a_payment(a_transfer(more=deep))))
    assert f"more than {DEPTH_MAX} levels" in str(refusal.value.errors[0].detail)
