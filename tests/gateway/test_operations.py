"""A command that is not finished in time is answered with where to ask for it."""

import httpx
import pytest
from fastapi import FastAPI

from contracts.account.accounts import GetAccount
from contracts.account.movements import MakeTransfer
from contracts.auth import LogIn, LogOut
from contracts.envelope import Role
from gateway import operations
from gateway.edge import wait_seconds_of
from gateway.operations import Operation
from infra.runtime.clock import new_id
from tests.builders import ALICE, BOB
from tests.gateway.bank import NO_ANSWER, OTHER_USER, USER, FakeBank, reply_to
from tests.gateway.conftest import client_of

TRANSFERS = "/api/transactions/transfers"
BODY = {"from_account": ALICE, "to_account": BOB, "amount": "10.50"}
KEY = {"Idempotency-Key": "k-1"}


@pytest.fixture
async def late(teller: httpx.AsyncClient, bank: FakeBank) -> httpx.Response:
    """The answer to a transfer whose reply does not come in time."""
    bank.replies[MakeTransfer] = NO_ANSWER
    answer = await teller.post(TRANSFERS, json=BODY, headers=KEY)
    del bank.replies[MakeTransfer]
    return answer


@pytest.mark.parametrize(
    ("prefer", "seconds"),
    [
        (None, 10), ("wait=5", 5), ("wait=0", 0), ("WAIT=7", 7), ("wait=99", 30), ("wait=-1", 10),
        ("wait=x", 10), ("respond-async", 0), ("respond-async, wait=10", 0),
        ("handling=lenient; wait=3", 3), ("await=3", 10), ("", 10), ("wait=5.5", 10),
    ],
)  # fmt: skip
def test_the_caller_says_how_long_he_waits(prefer: str | None, seconds: float) -> None:
    assert wait_seconds_of(prefer) == seconds


async def test_it_is_accepted_and_can_be_read_at_once(
    teller: httpx.AsyncClient, late: httpx.Response
) -> None:
    body = late.json()
    operation = await teller.get(body["status_url"])

    assert late.status_code == 202
    assert set(body) == {"operation_id", "state", "status_url"}
    assert late.headers["Location"] == body["status_url"]
    assert operation.status_code == 200
    assert (body["state"], operation.json()["state"]) == ("pending", "pending")


async def test_once_done_it_tells_what_the_call_would_have_been_answered(
    teller: httpx.AsyncClient, late: httpx.Response
) -> None:
    again = await teller.post(TRANSFERS, json=BODY, headers=KEY)

    operation = (await teller.get(late.headers["Location"])).json()

    assert (operation["state"], operation["status_code"]) == ("completed", 201)
    assert operation["result"] == again.json()


async def test_once_refused_it_tells_the_problem(
    teller: httpx.AsyncClient, bank: FakeBank, late: httpx.Response
) -> None:
    bank.refuses(MakeTransfer, "insufficient-funds")
    await teller.post(TRANSFERS, json=BODY, headers=KEY)

    operation = (await teller.get(late.headers["Location"])).json()

    assert (operation["state"], operation["status_code"]) == ("refused", 422)
    assert operation["problem"]["code"] == "insufficient-funds"


async def test_not_begun_by_its_deadline_it_has_failed(
    teller: httpx.AsyncClient, late: httpx.Response, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(operations, "GRACE_SECONDS", -1_000)

    operation = (await teller.get(late.headers["Location"])).json()

    assert (operation["state"], operation["status_code"]) == ("failed", 503)


async def test_nobody_else_can_ask_for_it(
    app: FastAPI, bank: FakeBank, late: httpx.Response
) -> None:
    async with client_of(app, bank.token(Role.ADMIN, user=OTHER_USER)) as other:
        answer = await other.get(late.headers["Location"])

    assert (answer.status_code, answer.json()["code"]) == (404, "not-found")


async def test_an_operation_of_a_command_we_do_not_know_is_not_there(
    teller: httpx.AsyncClient, app: FastAPI
) -> None:
    operation = Operation(new_id(), "account.make-magic.v7", USER, deadline=2**32 - 1)

    answer = await teller.get(f"/api/operations/{app.state.edge.operation_ids.seal(operation)}")

    assert (answer.status_code, answer.json()["code"]) == (404, "not-found")


async def test_a_command_without_a_body_in_its_answer_completes_too(
    app: FastAPI, bank: FakeBank
) -> None:
    bank.replies[LogOut] = NO_ANSWER
    async with client_of(app, bank.token()) as leaving:
        late = await leaving.post("/api/auth/logout")
    [sent] = bank.sent
    assert isinstance(sent.message, LogOut)
    assert sent.message_id is not None
    bank.done[sent.message_id] = sent.message, reply_to(sent.message)
    async with client_of(app, bank.token()) as again:
        operation = (await again.get(late.headers["Location"])).json()

    assert (operation["state"], operation["status_code"], operation["result"]) == (
        "completed",
        204,
        None,
    )


async def test_a_question_that_is_not_answered_in_time_can_be_asked_again(
    teller: httpx.AsyncClient, bank: FakeBank
) -> None:
    bank.replies[GetAccount] = NO_ANSWER

    answer = await teller.get(f"/api/accounts/{ALICE}")

    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")


async def test_what_holds_a_secret_leaves_no_operation(
    anybody: httpx.AsyncClient, bank: FakeBank
) -> None:
    bank.replies[LogIn] = NO_ANSWER

    answer = await anybody.post("/api/auth/login", json={"username": "a", "password": "b"})

    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
