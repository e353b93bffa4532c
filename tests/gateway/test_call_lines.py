"""Each call has one line in the log, which is found by what the caller sees and names nobody."""

import asyncio
from typing import Any

import httpx
import pytest
from structlog.testing import capture_logs

from contracts.account.accounts import GetAccount, GetBalance
from contracts.account.movements import MakeTransfer
from contracts.envelope import Kind, Role
from infra.bus.ask import Unavailable
from tests.builders import ALICE, BOB
from tests.fixtures.waiting import until
from tests.gateway.bank import FakeBank, Sent
from tests.gateway.conftest import client_of, serving

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
IDS = {"traceparent": f"00-{TRACE}-00f067aa0ba902b7-01", "X-Request-Id": "rent:november/7"}
BALANCE = "/api/accounts/{account_number}/balance"
DEPOSIT = "/api/accounts/{account_number}/deposit"
TRANSFERS = "/api/transactions/transfers"
TRANSFER = {"from_account": ALICE, "to_account": BOB, "amount": "10.00", "description": "Bob Roy"}
KEY = {"Idempotency-Key": "k-1"}

Call = dict[str, Any]


@pytest.mark.parametrize(
    ("call", "route", "status", "code"),
    [
        ({"url": BALANCE}, BALANCE, 200, None),
        ({"url": TRANSFERS, "json": TRANSFER, "headers": KEY}, TRANSFERS, 201, None),
        ({"url": TRANSFERS, "json": TRANSFER}, TRANSFERS, 400, "idempotency-key-missing"),
        ({"url": TRANSFERS, "content": b"{", "headers": KEY}, TRANSFERS, 400, "malformed"),
        ({"url": f"{BALANCE}?cursor=%00"}, BALANCE, 400, "malformed"),
        ({"url": BALANCE, "headers": {"Authorization": ""}}, BALANCE, 401, "invalid-token"),
        ({"url": "/api/auth/users"}, "/api/auth/users", 403, "not-allowed"),
        ({"url": f"/api/asha/{ALICE}"}, "unknown", 404, "not-found"),
        ({"url": TRANSFERS, "method": "DELETE"}, TRANSFERS, 405, "method-not-allowed"),
        ({"url": DEPOSIT, "content": b"x" * 300_000}, DEPOSIT, 413, "body-too-large"),
        ({"url": DEPOSIT, "json": {}, "headers": {"Content-Encoding": "br"}}, DEPOSIT, 415,
         "unsupported-encoding"),
        ({"url": TRANSFERS, "json": {}, "headers": KEY}, TRANSFERS, 422, "invalid-request"),
    ],
)  # fmt: skip
async def test_a_call_has_one_line_however_early_it_is_refused(
    teller: httpx.AsyncClient, call: Call, route: str, status: int, code: str | None
) -> None:
    line = await line_of(teller, call)

    assert (line["route"], line["status"], line["code"]) == (route, status, code)
    assert (line["trace_id"], line["request_id"]) == (TRACE, IDS["X-Request-Id"])
    assert line["ms"] >= 0


async def test_the_line_says_for_whom_and_which_answer_of_the_owner(
    teller: httpx.AsyncClient, bank: FakeBank
) -> None:
    bank.refuses(MakeTransfer, "insufficient-funds")

    refused = await line_of(teller, {"url": TRANSFERS, "json": TRANSFER, "headers": KEY})

    assert (refused["status"], refused["code"]) == (422, "insufficient-funds")
    assert refused["subject"] == bank.sent[0].subject.id


async def test_a_caller_who_may_not_is_named_and_one_who_is_unknown_is_not(
    app: Any, bank: FakeBank
) -> None:
    async with client_of(app, bank.token(Role.AUDITOR)) as auditor, client_of(app) as anybody:
        forbidden = await line_of(auditor, {"url": TRANSFERS, "json": TRANSFER, "headers": KEY})
        unknown = await line_of(anybody, {"url": BALANCE})

    assert (forbidden["status"], forbidden["subject"] is None) == (403, False)
    assert (unknown["status"], unknown["subject"]) == (401, None)


async def test_calls_that_are_too_many_or_come_in_vain_have_their_lines(bank: FakeBank) -> None:
    bank.replies[GetBalance] = Unavailable("the broker is away")
    async with (
        serving(bank, sign_ins_per_minute=1) as app,
        client_of(app, bank.token()) as teller,
    ):
        await line_of(teller, {"url": "/api/auth/login", "json": {}})
        throttled = await line_of(teller, {"url": "/api/auth/login", "json": {}})
        in_vain = await line_of(teller, {"url": BALANCE})

    assert (throttled["status"], throttled["code"]) == (429, "too-many-requests")
    assert throttled["route"] == "/api/auth/login"
    assert (in_vain["status"], in_vain["code"]) == (503, "unavailable")


async def test_what_is_not_there_for_the_caller_is_a_line_of_its_own(
    teller: httpx.AsyncClient, bank: FakeBank
) -> None:
    bank.refuses(GetAccount, "unknown-account", Kind.NOT_FOUND)

    line = await line_of(teller, {"url": "/api/accounts/{account_number}"})

    assert (line["status"], line["code"]) == (404, "unknown-account")


async def test_the_callers_ids_go_to_the_service_and_come_back(
    teller: httpx.AsyncClient, bank: FakeBank
) -> None:
    answer = await teller.get(BALANCE.format(account_number=ALICE), headers=IDS)

    [sent] = [each for each in bank.sent if isinstance(each.message, GetBalance)]
    assert sent.trace is not None
    assert (sent.trace.id, sent.trace.given_id) == (TRACE, IDS["X-Request-Id"])
    assert answer.headers["X-Request-Id"] == IDS["X-Request-Id"]


async def test_calls_that_end_in_one_turn_are_written_at_once(
    teller: httpx.AsyncClient, bank: FakeBank
) -> None:
    bank.gate.clear()
    url = BALANCE.format(account_number=ALICE)
    with capture_logs() as logs:
        calls = [asyncio.create_task(teller.get(url)) for _ in range(5)]
        await until(lambda: len(_asked(bank)) == 5)
        bank.gate.set()
        await asyncio.gather(*calls)
        await until(lambda: sum(len(entry["lines"]) for entry in logs) == 5)

    assert len(logs) < 5
    assert len({line["trace_id"] for entry in logs for line in entry["lines"]}) == 5


def _asked(bank: FakeBank) -> list[Sent]:
    return [each for each in bank.sent if isinstance(each.message, GetBalance)]


async def line_of(client: httpx.AsyncClient, call: Call) -> dict[str, Any]:
    """The only line of this call, which has told nothing of what was sent."""
    body = call.keys() & {"json", "content"}
    method = call.get("method", "POST" if body else "GET")
    options = {name: call[name] for name in body}
    headers = {"Content-Type": "application/json", **IDS, **call.get("headers", {})}
    with capture_logs() as logs:
        await client.request(
            method, call["url"].format(account_number=ALICE), headers=headers, **options
        )
        await until(lambda: bool(logs))
    [entry] = logs
    [line] = entry["lines"]
    assert (entry["event"], line["method"]) == ("call", method)
    assert not any(told in repr(line) for told in (ALICE, BOB, "Roy", "10.00", "asha"))
    return dict(line)
