"""Who a payee is: told when his bank answers while the caller waits, else with an address."""

import asyncio
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI

from contracts.envelope import Message
from contracts.payment.payees import GetPayeeLookup, PayeeLookedUp, PayeeLookup, ResolvePayee
from gateway.edge import WAIT_SECONDS
from tests.builders import an
from tests.gateway.bank import NO_ANSWER, FakeBank

LOOKUP = UUID(int=9)
ADDRESS = f"/api/payees/lookups/{LOOKUP}"
BODY = {"beneficiary": {"name": "Asha Rao", "vpa": "Asha.Rao@okaxis"}}


def lookup(state: str) -> PayeeLookup:
    return an(PayeeLookup, lookup_id=LOOKUP, state=state)


@pytest.fixture(autouse=True)
def asked(bank: FakeBank) -> None:
    bank.replies[ResolvePayee] = lookup("processing")


async def test_who_waits_is_told_what_the_bank_answers(
    app: FastAPI, teller: httpx.AsyncClient, bank: FakeBank
) -> None:
    bank.replies[GetPayeeLookup] = lookup("completed")
    app.state.edge.on_event(PayeeLookedUp(lookup_id=LOOKUP))

    answer = await teller.post("/api/payees/resolve", json=BODY)

    assert (answer.status_code, answer.json()["state"]) == (200, "completed")
    [command] = bank.messages(ResolvePayee)
    assert command.beneficiary.vpa == "asha.rao@okaxis"


@pytest.mark.parametrize("found", [lookup("processing"), NO_ANSWER])
async def test_who_does_not_wait_is_told_where_the_answer_will_be(
    teller: httpx.AsyncClient, bank: FakeBank, found: Message | Exception
) -> None:
    bank.replies[GetPayeeLookup] = found

    answer = await teller.post(
        "/api/payees/resolve", json=BODY, headers={"Prefer": "respond-async"}
    )

    assert (answer.status_code, answer.json()["state"]) == (202, "processing")
    assert answer.headers["Location"] == ADDRESS


async def test_a_repeat_of_what_was_answered_before_waits_for_nothing(
    teller: httpx.AsyncClient, bank: FakeBank
) -> None:
    bank.replies[GetPayeeLookup] = lookup("processing")
    once = {"Idempotency-Key": "asha", "Prefer": "respond-async"}
    await teller.post("/api/payees/resolve", json=BODY, headers=once)
    bank.replies[GetPayeeLookup] = lookup("completed")

    async with asyncio.timeout(WAIT_SECONDS / 2):
        again = await teller.post(
            "/api/payees/resolve", json=BODY, headers={"Idempotency-Key": "asha"}
        )

    assert (again.status_code, again.json()["state"]) == (200, "completed")
    assert again.headers["Idempotency-Replayed"] == "true"


async def test_a_question_is_found_at_its_address(
    teller: httpx.AsyncClient, bank: FakeBank
) -> None:
    bank.replies[GetPayeeLookup] = lookup("expired")

    answer = await teller.get(ADDRESS)

    assert (answer.status_code, answer.json()["state"]) == (200, "expired")


@pytest.mark.parametrize(
    "vpa", ["asha", "a@b", "asha@ok@axis", "asha rao@okaxis", "\u0430sha@okaxis", "a" * 400]
)
async def test_what_is_no_address_is_refused_with_its_place_and_nobody_is_asked(
    teller: httpx.AsyncClient, bank: FakeBank, vpa: str
) -> None:
    body = {"beneficiary": {"name": "Asha Rao", "vpa": vpa}}

    answer = await teller.post("/api/payees/resolve", json=body)

    places = [error["pointer"] for error in answer.json()["errors"]]
    assert (answer.status_code, places) == (422, ["/beneficiary/vpa"])
    assert bank.sent == []
