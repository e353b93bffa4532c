"""Bad input over HTTP: the status and code of docs/api.md, and nothing reaches a service."""

from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from structlog.testing import capture_logs

from contracts.account.accounts import GetAccount, OpenAccount
from contracts.account.movements import MakeTransfer
from contracts.envelope import BODY_BYTES_MAX, Kind, Role
from gateway.problems import MEDIA_TYPE
from tests.builders import ALICE, BOB
from tests.fixtures.waiting import until
from tests.gateway.bank import FakeBank
from tests.gateway.conftest import client_of

TRANSFERS = "/api/transactions/transfers"
DEPOSITS = f"/api/accounts/{ALICE}/deposit"
QUOTE = {"principal": "120000", "annual_rate": "12", "instalments": 12, "start_date": "2026-01-01"}
KEY = {"Idempotency-Key": "k-1"}
# A route that reads its body itself, and one whose fields FastAPI reads.
EITHER_WAY = pytest.mark.parametrize("path", [TRANSFERS, DEPOSITS])
BODY = {"from_account": ALICE, "to_account": BOB, "amount": "10.50"}
OPENING = {
    "customer_id": 1, "account_type": "SAVINGS", "initial_deposit": 1000.00,
    "branch_code": "BR001", "ifsc_code": "BANK0000001",
}  # fmt: skip


def is_problem(answer: httpx.Response, status: int, code: str) -> bool:
    """A whole RFC 9457 body with these, and nothing of our insides."""
    body = answer.json()
    assert answer.headers["Content-Type"] == MEDIA_TYPE
    assert {"type", "title", "status", "detail", "instance", "code", "trace_id"} <= set(body)
    assert body["status"] == answer.status_code
    assert "Traceback" not in answer.text
    return (answer.status_code, body["code"]) == (status, code)


def pointers(answer: httpx.Response) -> list[str]:
    return [error["pointer"] for error in answer.json()["errors"]]


async def send(
    client: httpx.AsyncClient, content: bytes, path: str = TRANSFERS, **headers: str
) -> httpx.Response:
    whole = {"Content-Type": "application/json", **KEY, **headers}
    return await client.post(path, content=content, headers=whole)


@EITHER_WAY
async def test_an_unknown_field_is_refused_by_name(
    teller: httpx.AsyncClient, bank: FakeBank, path: str
) -> None:
    plain = BODY if path == TRANSFERS else {"amount": "1"}

    answer = await teller.post(path, json=plain | {"amout": "1"}, headers=KEY)

    assert is_problem(answer, 422, "invalid-request")
    assert pointers(answer) == ["/amout"]
    assert bank.sent == []


@pytest.mark.parametrize(
    ("path", "body", "pointer"),
    [
        (TRANSFERS, BODY | {"from_account": 7}, "/from_account"),
        (TRANSFERS, BODY | {"description": ["x"]}, "/description"),
        (TRANSFERS, BODY | {"description": 1.5}, "/description"),
        (TRANSFERS, BODY | {"currency": "XXX"}, "/currency"),
        ("/api/accounts", OPENING | {"customer_id": "1"}, "/customer_id"),
        ("/api/accounts", OPENING | {"customer_id": 1.0}, "/customer_id"),
        ("/api/accounts", OPENING | {"customer_id": True}, "/customer_id"),
        ("/api/accounts", OPENING | {"customer_id": 2**70}, "/customer_id"),
        ("/api/accounts", OPENING | {"account_type": "GOLD"}, "/account_type"),
        (f"/api/accounts/{ALICE}/deposit", {"amount": "1", "value_date": 0}, "/value_date"),
        (f"/api/accounts/{ALICE}/deposit", {"amount": "1", "value_date": "0"}, "/value_date"),
        (f"/api/accounts/{ALICE}/deposit", {"amount": "1", "value_date": "2026-02-30"},
         "/value_date"),
        (f"/api/accounts/{ALICE}/holds",
         {"amount": "1", "reason": "r", "expires_at": "2026-01-01T00:00:00"}, "/expires_at"),
        (f"/api/accounts/{ALICE}/holds",
         {"amount": "1", "reason": "r", "expires_at": "9999-12-31T23:59:59-12:00"}, "/expires_at"),
        ("/api/loans/quote", QUOTE | {"instalment_multiple": "9999999999999.99"},
         "/instalment_multiple"),
    ],
)  # fmt: skip
async def test_a_wrong_type_is_refused_with_its_place(
    teller: httpx.AsyncClient, bank: FakeBank, path: str, body: dict[str, Any], pointer: str
) -> None:
    answer = await teller.post(path, json=body, headers=KEY)

    assert is_problem(answer, 422, "invalid-request")
    assert pointers(answer) == [pointer]
    assert bank.sent == []


async def test_a_missing_field_is_refused_by_name(teller: httpx.AsyncClient) -> None:
    answer = await teller.post(TRANSFERS, json={"amount": "1"}, headers=KEY)

    assert is_problem(answer, 422, "invalid-request")
    assert pointers(answer) == ["/from_account", "/to_account"]


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"null", b'{"amount": 1, "amount": 2}', b'{"a":' * 10_000]
)
@EITHER_WAY
async def test_a_body_that_is_no_json_object_is_malformed(
    teller: httpx.AsyncClient, bank: FakeBank, content: bytes, path: str
) -> None:
    assert is_problem(await send(teller, content, path), 400, "malformed")
    assert bank.sent == []


@EITHER_WAY
async def test_a_huge_body_is_too_large(
    teller: httpx.AsyncClient, bank: FakeBank, path: str
) -> None:
    huge = b'{"description": "' + b"x" * BODY_BYTES_MAX + b'"}'

    assert is_problem(await send(teller, huge, path), 413, "body-too-large")
    assert bank.sent == []


@pytest.mark.parametrize("encoding", ["gzip", "br", "x-anything"])
async def test_a_compressed_body_is_not_unpacked(teller: httpx.AsyncClient, encoding: str) -> None:
    answer = await send(teller, b"\x1f\x8b", **{"Content-Encoding": encoding})

    assert is_problem(answer, 415, "unsupported-encoding")


@pytest.mark.parametrize("media", ["text/plain", "application/x-www-form-urlencoded", "x"])
@EITHER_WAY
async def test_a_body_of_another_type_is_not_guessed_at(
    teller: httpx.AsyncClient, media: str, path: str
) -> None:
    answer = await send(teller, b"{}", path, **{"Content-Type": media})

    assert is_problem(answer, 415, "unsupported-media-type")


@pytest.mark.parametrize(
    "amount",
    ["0", "0.00", "-1", "10.005", "1e3", "NaN", "10000000000000.01", "ten", "", None, True, [1]],
)
@EITHER_WAY
async def test_an_amount_that_is_none_is_refused(
    teller: httpx.AsyncClient, bank: FakeBank, path: str, amount: object
) -> None:
    fields = BODY if path == TRANSFERS else {}
    answer = await teller.post(path, json=fields | {"amount": amount}, headers=KEY)

    assert is_problem(answer, 422, "invalid-amount")
    assert pointers(answer) == ["/amount"]
    assert bank.sent == []


@pytest.mark.parametrize("literal", ["NaN", "Infinity", "-Infinity", "1e5", "0.001", "-0.01", "0"])
async def test_an_amount_written_as_a_number_is_judged_by_its_text(
    teller: httpx.AsyncClient, bank: FakeBank, literal: str
) -> None:
    body = f'{{"from_account": "{ALICE}", "to_account": "{BOB}", "amount": {literal}}}'

    assert is_problem(await send(teller, body.encode()), 422, "invalid-amount")
    assert bank.sent == []


@pytest.mark.parametrize("ifsc", ["KOTAK0125", "1234ICICI012", "bank0000001", "BANK1000001", ""])
async def test_a_bad_ifsc_is_refused(teller: httpx.AsyncClient, bank: FakeBank, ifsc: str) -> None:
    answer = await teller.post("/api/accounts", json=OPENING | {"ifsc_code": ifsc})

    assert is_problem(answer, 422, "invalid-request")
    assert pointers(answer) == ["/ifsc_code"]
    assert bank.sent == []


@pytest.mark.parametrize(
    ("code", "why", "status"),
    [
        ("insufficient-funds", Kind.REFUSED, 422),
        ("account-frozen", Kind.REFUSED, 422),
        ("currency-mismatch", Kind.REFUSED, 422),
        ("same-account", Kind.REFUSED, 422),
        ("account-not-found", Kind.NOT_FOUND, 404),
        ("hold-already-captured", Kind.CONFLICT, 409),
        ("stale-version", Kind.STALE, 412),
        ("idempotency-key-reused", Kind.REFUSED, 422),
        ("too-many-attempts", Kind.TOO_MANY, 429),
        ("malformed-message", Kind.MALFORMED, 400),
        ("expired", Kind.UNAVAILABLE, 503),
    ],
)
async def test_what_a_service_refuses_keeps_its_code(
    teller: httpx.AsyncClient, bank: FakeBank, code: str, why: Kind, status: int
) -> None:
    bank.refuses(MakeTransfer, code, why)

    answer = await teller.post(TRANSFERS, json=BODY, headers=KEY)

    assert is_problem(answer, status, code)
    assert ("Retry-After" in answer.headers) == (status in (429, 503))


@pytest.mark.parametrize(
    "path",
    ["/api/accounts/" + name for name in ("a", "x" * 35, "AC 1", "%00%00%00%00", "..%2f..%2fx")]
    + ["/api/transactions/17", "/api/customers/0", "/api/customers/x", "/api/customers/1e3",
       "/api/holds/x", "/api/payments/x", "/api/operations/x", "/api/nothing", "/api"],
)  # fmt: skip
async def test_an_id_that_cannot_be_one_names_nothing(
    teller: httpx.AsyncClient, bank: FakeBank, path: str
) -> None:
    assert is_problem(await teller.get(path), 404, "not-found")
    assert bank.sent == []


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("limit=0", "query:limit"),
        ("limit=201", "query:limit"),
        ("limit=x", "query:limit"),
        ("cursor=" + "x" * 201, "query:cursor"),
        ("from=yesterday", "query:from"),
        ("from=1767225600", "query:from"),
        ("to=2026-13-01", "query:to"),
        ("type=GIFT", "query:type"),
        ("currency=XXX", "query:currency"),
        ("search=" + "x" * 81, "query:search"),
    ],
)
async def test_a_bad_query_is_refused_with_its_place(
    teller: httpx.AsyncClient, bank: FakeBank, query: str, pointer: str
) -> None:
    answer = await teller.get(f"/api/transactions?{query}")

    assert is_problem(answer, 422, "invalid-request")
    assert pointers(answer) == [pointer]
    assert bank.sent == []


async def test_a_zero_byte_in_the_address_is_malformed(
    teller: httpx.AsyncClient, bank: FakeBank
) -> None:
    assert is_problem(await teller.get("/api/transactions?search=%00"), 400, "malformed")
    assert bank.sent == []


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/api/accounts", "GET, POST"),
        ("/api/customers/1", "GET, PUT"),
        (DEPOSITS, "POST"),
        ("/health", "GET"),
    ],
)
async def test_another_method_is_refused_with_those_that_are_allowed(
    teller: httpx.AsyncClient, path: str, allowed: str
) -> None:
    answer = await teller.delete(path)

    assert is_problem(answer, 405, "method-not-allowed")
    assert answer.headers["Allow"] == allowed


async def test_an_object_of_somebody_else_looks_like_none(app: FastAPI, bank: FakeBank) -> None:
    bank.refuses(GetAccount, "account-not-found", Kind.NOT_FOUND)
    async with client_of(app, bank.token(Role.CUSTOMER)) as customer:
        answer = await customer.get(f"/api/accounts/{BOB}")

    assert is_problem(answer, 404, "account-not-found")
    assert bank.sent[0].subject.customer_id == 1


async def test_a_fault_of_ours_tells_nothing_but_a_trace(
    teller: httpx.AsyncClient, bank: FakeBank
) -> None:
    bank.replies[OpenAccount] = RuntimeError("password=hunter2 at /srv/bank/handlers.py")

    with capture_logs() as logs:
        answer = await teller.post("/api/accounts", json=OPENING)
        await until(lambda: len(logs) > 1)

    assert is_problem(answer, 500, "internal-error")
    assert "hunter2" not in answer.text
    failed, called = logs
    assert (failed["event"], called["event"]) == ("call_failed", "call")
    assert failed["trace_id"] == called["lines"][0]["trace_id"] == answer.json()["trace_id"]
    assert answer.json()["trace_id"] in answer.headers["X-Request-Id"]


async def test_when_the_bus_is_away_nothing_was_done_and_the_answer_says_so(
    teller: httpx.AsyncClient, bank: FakeBank
) -> None:
    bank.is_connected = False

    answer = await teller.post(TRANSFERS, json=BODY, headers=KEY)

    assert is_problem(answer, 503, "unavailable")
    assert answer.headers["Retry-After"] == "1"
