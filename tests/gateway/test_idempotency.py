"""One call is one message, however often it is sent."""

import asyncio
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st

from contracts.account.holds import PlaceHold
from contracts.account.movements import MakeDeposit, MakeTransfer
from contracts.envelope import Role
from gateway.idempotency import InFlight, Key, message_id_of
from gateway.problems import Problem
from infra.bus.ask import NoAnswer, Reply, Unavailable
from tests.builders import ALICE, BOB, an
from tests.fixtures.waiting import until
from tests.gateway.bank import OTHER_USER, Crowd, FakeBank, reply_to
from tests.gateway.conftest import client_of

TRANSFERS = "/api/transactions/transfers"
BODY = {"from_account": ALICE, "to_account": BOB, "amount": "10.50"}
KEY = {"Idempotency-Key": "k-1"}
WHOLE = st.tuples(
    st.text("0123456789abcdef-", min_size=1), st.text(min_size=1), st.text("abc123", min_size=1)
)


def id_of(key: str | None, principal: str = "u", route: str = "POST /t", **path: str) -> UUID:
    return message_id_of(key, Key.OPTIONAL, principal=principal, route=route, parameters=path)


@given(WHOLE, WHOLE)
def test_message_ids_are_equal_exactly_for_equal_calls(
    one: tuple[str, str, str], other: tuple[str, str, str]
) -> None:
    ids = {id_of(key, user, "POST /t", n=path) for user, path, key in (one, other)}

    assert len(ids) == len({one, other})


def test_without_a_key_every_call_is_a_new_message() -> None:
    assert id_of(None) != id_of(None)


def test_a_key_belongs_to_a_route_and_its_resource() -> None:
    assert len({id_of("k", route=r, n=n) for r in ("POST /a", "POST /b") for n in "12"}) == 4


@pytest.mark.parametrize("key", ["", " ", "two words", "x" * 256, "tab\t", "ключ", "\x7f"])
def test_a_key_has_1_to_255_visible_characters(key: str) -> None:
    with pytest.raises(Problem) as refused:
        id_of(key)

    assert (refused.value.status_code, refused.value.code) == (400, "idempotency-key-invalid")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (TRANSFERS, BODY),
        ("/api/payments", {}),
        (f"/api/transactions/{UUID(int=1)}/reverse", {"reason": "wrong"}),
        (f"/api/holds/{UUID(int=1)}/capture", {"to_account": BOB}),
    ],
)
async def test_money_that_leaves_needs_a_key(
    app: FastAPI, bank: FakeBank, path: str, body: dict[str, str]
) -> None:
    async with client_of(app, bank.token(Role.MANAGER)) as manager:
        answer = await manager.post(path, json=body)

    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency-key-missing")
    assert bank.sent == []


async def test_the_same_key_and_body_is_answered_the_same_and_says_so(
    teller: httpx.AsyncClient, bank: FakeBank
) -> None:
    first = await teller.post(TRANSFERS, json=BODY, headers=KEY)
    again = await teller.post(TRANSFERS, json=BODY, headers=KEY)

    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    assert first.headers["Location"] == again.headers["Location"]
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    assert len({sent.message_id for sent in bank.sent}) == 1


async def test_a_refusal_is_replayed_too(teller: httpx.AsyncClient, bank: FakeBank) -> None:
    bank.refuses(MakeTransfer, "insufficient-funds")

    answers = [await teller.post(TRANSFERS, json=BODY, headers=KEY) for _ in range(2)]

    assert [answer.json()["code"] for answer in answers] == ["insufficient-funds"] * 2
    assert answers[1].headers["Idempotency-Replayed"] == "true"


async def test_the_same_key_with_another_body_is_refused(
    teller: httpx.AsyncClient, bank: FakeBank
) -> None:
    await teller.post(TRANSFERS, json=BODY, headers=KEY)

    answer = await teller.post(TRANSFERS, json=BODY | {"amount": "10.51"}, headers=KEY)

    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency-key-reused")


async def test_another_callers_equal_key_is_another_key(
    app: FastAPI, teller: httpx.AsyncClient, bank: FakeBank
) -> None:
    await teller.post(TRANSFERS, json=BODY, headers=KEY)
    async with client_of(app, bank.token(Role.TELLER, user=OTHER_USER)) as other:
        answer = await other.post(TRANSFERS, json=BODY | {"amount": "7.00"}, headers=KEY)

    assert answer.status_code == 201
    assert "Idempotency-Replayed" not in answer.headers


async def test_200_equal_calls_at_once_are_one_message_and_equal_answers(
    app: FastAPI, teller: httpx.AsyncClient, bank: FakeBank
) -> None:
    app.state.edge.in_flight = Crowd(bank, 200)

    answers = await asyncio.gather(
        *(teller.post(TRANSFERS, json=BODY, headers=KEY) for _ in range(200))
    )

    assert len(bank.messages(MakeTransfer)) == 1
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    replayed = [answer.headers.get("Idempotency-Replayed") for answer in answers]
    assert replayed.count("true") == 199


async def test_another_body_under_a_key_in_flight_is_refused_at_once(
    teller: httpx.AsyncClient, bank: FakeBank
) -> None:
    bank.gate.clear()
    first = asyncio.create_task(teller.post(TRANSFERS, json=BODY, headers=KEY))
    await until(lambda: bank.messages(MakeTransfer))

    answer = await teller.post(TRANSFERS, json=BODY | {"amount": "1.00"}, headers=KEY)
    bank.gate.set()

    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency-key-reused")
    assert (await first).status_code == 201


async def test_a_repeated_hold_names_the_same_hold(
    teller: httpx.AsyncClient, bank: FakeBank
) -> None:
    path, body = f"/api/accounts/{ALICE}/holds", {"amount": "5.00", "reason": "hotel"}

    for _ in range(2):
        await teller.post(path, json=body, headers=KEY)
    await teller.post(path, json=body)

    once, again, other = (hold.hold_id for hold in bank.messages(PlaceHold))
    assert once == again != other


@pytest.mark.parametrize("failure", [Unavailable("away"), NoAnswer("late"), KeyError("bug")])
async def test_who_joined_a_call_that_failed_is_not_left_waiting(failure: Exception) -> None:
    in_flight, command = InFlight(), an(MakeDeposit)

    async def fail() -> Reply:
        await asyncio.sleep(0.01)
        raise failure

    calls = [in_flight.share(UUID(int=1), command, fail) for _ in range(3)]
    outcomes = await asyncio.gather(*calls, return_exceptions=True)

    expected = type(failure) if isinstance(failure, Unavailable) else NoAnswer
    assert [type(outcome) for outcome in outcomes] == [type(failure), expected, expected]


async def test_when_all_are_answered_the_key_is_free_again() -> None:
    in_flight, command = InFlight(), an(MakeDeposit)

    async def answer() -> Reply:
        return Reply(reply_to(command), replayed=False)

    replies = [await in_flight.share(UUID(int=1), command, answer) for _ in range(2)]

    assert [reply.replayed for reply in replies] == [False, False]


@pytest.mark.parametrize(
    ("headers", "is_missed"), [({}, True), ({"Idempotency-Key": "k-1"}, False)], ids=["none", "one"]
)
async def test_who_sends_no_key_where_one_helps_is_told(
    teller: httpx.AsyncClient, headers: dict[str, str], is_missed: bool
) -> None:
    path = f"/api/accounts/{ALICE}/deposit"
    answers = [
        await teller.post(path, json={"amount": amount}, headers=headers)
        for amount in ("1.00", "x")
    ]

    assert [answer.status_code for answer in answers] == [201, 422]
    for answer in answers:
        assert ("Idempotency-Key-Missing" in answer.headers) is is_missed


async def test_a_question_and_a_call_that_takes_no_key_miss_none(
    teller: httpx.AsyncClient, anybody: httpx.AsyncClient
) -> None:
    body = {"username": "teller", "password": "a password"}
    answers = [await teller.get("/api/branches"), await anybody.post("/api/auth/login", json=body)]

    assert not any("Idempotency-Key-Missing" in answer.headers for answer in answers)
