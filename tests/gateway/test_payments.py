"""A payment is answered with its end when the caller waits for it, else with its address."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI

from contracts.envelope import Event, Kind
from contracts.money import Currency
from contracts.payment.payments import GetPayment, MakePayment, Payment, PaymentAccepted
from contracts.payment.transfers import (
    PaymentEnded,
    TransferCompleted,
    TransferFailed,
    TransferReturned,
)
from contracts.payment.values import (
    Beneficiary,
    PaymentState,
    Rail,
    Resolution,
    ResolutionOutcome,
    ResolutionState,
    Step,
)
from contracts.sagas import StepState
from gateway.edge import ACCEPTANCE_SECONDS
from gateway.endings import Endings
from tests.builders import ALICE, an
from tests.fixtures.waiting import until
from tests.gateway.bank import NO_ANSWER, Crowd, FakeBank

PAYMENT = UUID(int=8)
BODY: dict[str, Any] = {
    "from_account": ALICE,
    "beneficiary": {"name": "Asha Rao", "account_number": "50100234567890", "ifsc": "OTHR0000001"},
    "amount": "250.00",
    "rail": "IMPS",
}
KEY = {"Idempotency-Key": "p-1"}
COMPLETED = an(TransferCompleted, payment_id=PAYMENT)
FAILED = an(TransferFailed, payment_id=PAYMENT)
COSTS: dict[str, Any] = {"currency": "INR", "fee_minor": 500, "gst_minor": 90}


def payment(state: PaymentState) -> Payment:
    return an(Payment, payment_id=PAYMENT, state=state, amount_minor=25_000, cut_off=None, **COSTS)


def accepted(cut_off: datetime | None) -> PaymentAccepted:
    return an(PaymentAccepted, payment_id=PAYMENT, state="processing", cut_off=cut_off, **COSTS)


@pytest.fixture(autouse=True)
def _accepting(bank: FakeBank) -> None:
    bank.replies[MakePayment] = accepted(cut_off=None)
    bank.replies[GetPayment] = payment(PaymentState.PROCESSING)


@pytest.fixture
async def ending(app: FastAPI, bank: FakeBank) -> AsyncIterator[Any]:
    """`ending(event, state)`: a moment after the payment was accepted it ends so."""
    tasks = []

    async def end(event: Event, state: PaymentState) -> None:
        await until(lambda: bank.messages(MakePayment))
        await asyncio.sleep(0.02)
        bank.replies[GetPayment] = payment(state)
        app.state.edge.on_event(event)

    yield lambda event, state: tasks.append(asyncio.create_task(end(event, state)))
    await asyncio.gather(*tasks)


@pytest.mark.parametrize(
    ("event", "state"), [(COMPLETED, PaymentState.COMPLETED), (FAILED, PaymentState.FAILED)]
)
async def test_who_waits_for_the_end_is_told_the_end(
    teller: httpx.AsyncClient, ending: Any, event: Event, state: PaymentState
) -> None:
    ending(event, state)

    answer = await teller.post("/api/payments", json=BODY, headers=KEY | {"Prefer": "wait=5"})

    assert (answer.status_code, answer.json()["state"]) == (201, state)
    assert answer.json()["amount"] == "250.00"
    assert answer.headers["Location"] == f"/api/payments/{PAYMENT}"


@pytest.mark.parametrize("beneficiary", [{}, {"beneficiary": None}])
async def test_a_payment_may_name_its_payee_by_his_id(
    teller: httpx.AsyncClient, bank: FakeBank, beneficiary: dict[str, None]
) -> None:
    body = {name: BODY[name] for name in BODY if name != "beneficiary"} | beneficiary
    refused = await teller.post("/api/payments", json=body, headers=KEY)
    assert (refused.status_code, bank.sent) == (422, [])

    await teller.post("/api/payments", json={**body, "beneficiary_id": str(PAYMENT)}, headers=KEY)

    [command] = bank.messages(MakePayment)
    assert (command.beneficiary, command.beneficiary_id) == (None, PAYMENT)


@pytest.mark.parametrize("beneficiary_id", [str(PAYMENT), PAYMENT.hex, 8])
async def test_a_payment_that_names_two_payees_or_a_misspelt_one_is_refused(
    teller: httpx.AsyncClient, bank: FakeBank, beneficiary_id: object
) -> None:
    body = {**BODY, "beneficiary_id": beneficiary_id}

    answer = await teller.post("/api/payments", json=body, headers=KEY)

    assert (answer.status_code, bank.sent) == (422, [])


async def test_an_end_that_comes_before_the_reply_is_not_missed(
    app: FastAPI, teller: httpx.AsyncClient, bank: FakeBank
) -> None:
    bank.replies[GetPayment] = payment(PaymentState.COMPLETED)
    app.state.edge.on_event(COMPLETED)

    answer = await teller.post("/api/payments", json=BODY, headers=KEY | {"Prefer": "wait=30"})

    assert (answer.status_code, answer.json()["state"]) == (201, "completed")


async def test_who_does_not_wait_long_enough_is_told_where_to_look(
    teller: httpx.AsyncClient,
) -> None:
    answer = await teller.post("/api/payments", json=BODY, headers=KEY | {"Prefer": "wait=0"})

    url = f"/api/payments/{PAYMENT}"
    assert answer.status_code == 202
    assert answer.json() == {
        "payment_id": str(PAYMENT),
        "state": "processing",
        "cut_off": None,
        "fee": "5.00",
        "gst": "0.90",
        "currency": "INR",
        "status_url": url,
    }
    assert answer.headers["Location"] == url


async def test_nobody_waits_for_the_end_of_a_payment_that_leaves_in_a_batch(
    teller: httpx.AsyncClient, bank: FakeBank
) -> None:
    bank.replies[MakePayment] = accepted(datetime(2026, 1, 5, 7, tzinfo=UTC))
    bank.replies[GetPayment] = NO_ANSWER

    async with asyncio.timeout(10):
        answer = await teller.post("/api/payments", json=BODY, headers=KEY | {"Prefer": "wait=30"})

    assert (answer.status_code, answer.json()["cut_off"]) == (202, "2026-01-05T07:00:00Z")


@pytest.mark.parametrize("prefer", ["respond-async", "wait=0", "respond-async, wait=10"])
async def test_whoever_waits_for_nothing_gets_the_payment_all_the_same(
    teller: httpx.AsyncClient, bank: FakeBank, prefer: str
) -> None:
    answer = await teller.post("/api/payments", json=BODY, headers=KEY | {"Prefer": prefer})

    url = f"/api/payments/{PAYMENT}"
    told = {
        "payment_id": str(PAYMENT), "state": "processing", "cut_off": None, "status_url": url,
        "fee": "5.00", "gst": "0.90", "currency": "INR",
    }  # fmt: skip
    assert (answer.status_code, answer.json(), answer.headers["Location"]) == (202, told, url)
    [accepting] = [sent for sent in bank.sent if isinstance(sent.message, MakePayment)]
    assert accepting.wait_seconds == ACCEPTANCE_SECONDS


async def test_a_repeated_payment_that_has_ended_shows_its_end_at_once(
    teller: httpx.AsyncClient, bank: FakeBank
) -> None:
    first = await teller.post("/api/payments", json=BODY, headers=KEY | {"Prefer": "wait=0"})
    bank.replies[GetPayment] = payment(PaymentState.COMPLETED)
    again = await teller.post("/api/payments", json=BODY, headers=KEY | {"Prefer": "wait=30"})

    assert (first.status_code, again.status_code) == (202, 201)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert len({sent.message_id for sent in bank.sent if sent.message_id}) == 1


async def test_equal_payments_at_once_are_one_and_answered_alike(
    app: FastAPI, teller: httpx.AsyncClient, bank: FakeBank, ending: Any
) -> None:
    app.state.edge.in_flight = Crowd(bank, 20)
    ending(COMPLETED, PaymentState.COMPLETED)

    answers = await asyncio.gather(
        *(teller.post("/api/payments", json=BODY, headers=KEY) for _ in range(20))
    )

    assert len(bank.messages(MakePayment)) == 1
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1


async def test_a_payment_nobody_answered_for_is_an_operation(
    teller: httpx.AsyncClient, bank: FakeBank
) -> None:
    bank.replies[MakePayment] = NO_ANSWER
    late = await teller.post("/api/payments", json=BODY, headers=KEY)
    bank.replies[MakePayment] = accepted(cut_off=None)
    await teller.post("/api/payments", json=BODY, headers=KEY | {"Prefer": "wait=0"})

    operation = (await teller.get(late.headers["Location"])).json()

    assert late.status_code == 202
    assert (operation["state"], operation["status_code"]) == ("completed", 202)
    assert operation["result"]["payment_id"] == str(PAYMENT)


async def test_an_accepted_payment_is_never_answered_with_a_fault(
    app: FastAPI, teller: httpx.AsyncClient, bank: FakeBank
) -> None:
    bank.replies[GetPayment] = NO_ANSWER
    app.state.edge.on_event(COMPLETED)

    answer = await teller.post("/api/payments", json=BODY, headers=KEY)

    assert (answer.status_code, answer.json()["payment_id"]) == (202, str(PAYMENT))


async def test_a_refused_payment_is_a_problem(teller: httpx.AsyncClient, bank: FakeBank) -> None:
    bank.refuses(MakePayment, "rail-limit-exceeded", Kind.REFUSED)

    answer = await teller.post("/api/payments", json=BODY, headers=KEY)

    assert (answer.status_code, answer.json()["code"]) == (422, "rail-limit-exceeded")


async def test_a_payment_that_is_parked_is_called_so_by_post_and_get_alike(
    teller: httpx.AsyncClient, bank: FakeBank
) -> None:
    bank.replies[GetPayment] = payment(PaymentState.PARKED)

    posted = await teller.post("/api/payments", json=BODY, headers=KEY | {"Prefer": "wait=0"})
    shown = await teller.get(posted.headers["Location"])

    assert posted.status_code == 202
    assert posted.json()["state"] == shown.json()["state"] == "parked"


async def test_a_beneficiary_whose_name_cannot_be_printed_is_refused_with_its_place(
    teller: httpx.AsyncClient, bank: FakeBank
) -> None:
    beneficiary = {**BODY["beneficiary"], "name": "Asha\nRao"}

    answer = await teller.post(
        "/api/payments", json=BODY | {"beneficiary": beneficiary}, headers=KEY
    )

    places = [error["pointer"] for error in answer.json()["errors"]]
    assert (answer.status_code, places) == (422, ["/beneficiary/name"])
    assert bank.sent == []


async def test_a_bad_beneficiary_is_refused_with_its_place(
    teller: httpx.AsyncClient, bank: FakeBank
) -> None:
    beneficiary = {"name": "Asha", "account_number": "50100234567890", "ifsc": "bad", "vpa": "x@y"}

    answer = await teller.post(
        "/api/payments", json=BODY | {"beneficiary": beneficiary}, headers=KEY
    )

    places = {error["pointer"] for error in answer.json()["errors"]}
    assert (answer.status_code, places) == (422, {"/beneficiary/ifsc", "/beneficiary/vpa"})
    assert bank.sent == []


async def test_waiting_leaves_nothing_behind() -> None:
    endings = Endings()

    heard = await asyncio.gather(*(endings.wait(PAYMENT, 0.01) for _ in range(3)))
    endings.note(PAYMENT)

    assert heard == [None, None, None]
    assert endings.__dict__["_waiting"] == {}
    assert await asyncio.wait_for(endings.wait(PAYMENT, 10), 1) is None


async def test_who_waits_is_told_what_was_told_with_the_end_and_nobody_is_asked(
    app: FastAPI, teller: httpx.AsyncClient, bank: FakeBank
) -> None:
    bank.replies[GetPayment] = NO_ANSWER
    app.state.edge.on_event(COMPLETED)
    app.state.edge.on_event(PaymentEnded(payment=payment(PaymentState.COMPLETED)))

    answer = await teller.post("/api/payments", json=BODY, headers=KEY)

    assert (answer.status_code, answer.json()["state"]) == (201, "completed")
    assert bank.messages(GetPayment) == []


async def test_an_end_that_changes_later_is_asked_about(
    app: FastAPI, teller: httpx.AsyncClient, bank: FakeBank
) -> None:
    bank.replies[GetPayment] = payment(PaymentState.RETURNED)
    app.state.edge.on_event(PaymentEnded(payment=payment(PaymentState.COMPLETED)))
    app.state.edge.on_event(an(TransferReturned, payment_id=PAYMENT))

    answer = await teller.post("/api/payments", json=BODY, headers=KEY)

    assert (answer.status_code, answer.json()["state"]) == (201, "returned")


async def test_a_payment_is_told_whole_with_its_steps_and_its_resolution(
    teller: httpx.AsyncClient, bank: FakeBank
) -> None:
    at, told_at = datetime(2026, 1, 5, 10, tzinfo=UTC), "2026-01-05T10:00:00Z"
    bank.replies[GetPayment] = Payment(
        payment_id=PAYMENT, state=PaymentState.COMPLETED, rail=Rail.IMPS, rail_reference="R1",
        from_account=ALICE, beneficiary=Beneficiary(**BODY["beneficiary"]), amount_minor=25_000,
        currency=Currency.INR, description="", needs_attention=False, reason=None, created_at=at,
        updated_at=at, fee_minor=500, gst_minor=90,
        steps=(
            Step(name="hold", state=StepState.DONE, started_at=at, ended_at=None, reason=None),
        ),
        resolution=Resolution(
            number=1, outcome=ResolutionOutcome.SETTLE, state=ResolutionState.DONE, code=None,
            reason="seen", proposed_by="m1", proposed_at=at, decided_by="m2", decided_at=at,
            ended_at=None, contradicted_at=None,
        ),
    )  # fmt: skip

    answer = await teller.get(f"/api/payments/{PAYMENT}")

    assert answer.json() == {
        "payment_id": str(PAYMENT), "state": "completed", "rail": "IMPS", "rail_reference": "R1",
        "from_account": ALICE, "beneficiary": {**BODY["beneficiary"], "vpa": None},
        "amount": "250.00", "currency": "INR", "description": "",
        "needs_attention": False, "reason": None, "created_at": told_at, "updated_at": told_at,
        "steps": [
            {
                "name": "hold", "state": "completed", "started_at": told_at, "ended_at": None,
                "reason": None,
            }
        ],
        "resolution": {
            "number": 1, "outcome": "settle", "state": "completed", "code": None, "reason": "seen",
            "proposed_by": "m1", "proposed_at": told_at, "decided_by": "m2",
            "decided_at": told_at, "ended_at": None, "contradicted_at": None,
        },
        "cut_off": None, "beneficiary_id": None, "recall": None,
        "answer_by": None, "compensation": None, "fee": "5.00", "gst": "0.90",
    }  # fmt: skip
