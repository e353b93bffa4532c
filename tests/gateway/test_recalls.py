"""What banks ask back, over HTTP: what reaches the payment service, and what does not."""

from collections.abc import AsyncIterator
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI

from contracts.envelope import Role
from contracts.payment.incoming import GetIncomingPayment
from contracts.payment.incoming_recalls import (
    AgreeToRecall,
    IncomingRecall,
    IncomingRecalls,
    ListIncomingRecalls,
    RefuseRecall,
)
from contracts.payment.payments import GetPayment
from contracts.payment.recalls import ListRecalls, PaymentRecalls, RecallPayment
from contracts.payment.steering import PaymentSteered
from tests.builders import an
from tests.gateway.bank import FakeBank
from tests.gateway.conftest import client_of

PAYMENT, RECALL = UUID(int=8), UUID(int=9)
ASKED = f"/api/payments/incoming/recalls/{RECALL}"


@pytest.fixture
async def manager(app: FastAPI, bank: FakeBank) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(app, bank.token(Role.MANAGER)) as client:
        yield client


@pytest.fixture(autouse=True)
def answered(bank: FakeBank) -> None:
    bank.replies[RecallPayment] = an(PaymentSteered, payment_id=PAYMENT)
    bank.replies[AgreeToRecall] = bank.replies[RefuseRecall] = an(IncomingRecall, recall_id=RECALL)
    bank.replies[ListRecalls] = PaymentRecalls(items=(), next_cursor=None)
    bank.replies[ListIncomingRecalls] = IncomingRecalls(items=(), next_cursor=None)


async def test_a_manager_asks_a_payment_back_with_a_code_and_his_words(
    manager: httpx.AsyncClient, bank: FakeBank
) -> None:
    body = {"code": "FRAD", "reason": "the payer was cheated"}

    answer = await manager.post(f"/api/payments/{PAYMENT}/recall", json=body)

    assert answer.status_code == 200
    [command] = bank.messages(RecallPayment)
    assert (command.payment_id, command.code, command.reason) == (
        PAYMENT, "FRAD", "the payer was cheated",
    )  # fmt: skip


@pytest.mark.parametrize(
    "body", [{"code": "LEGL", "reason": "no"}, {"code": "DUPL"}, {"reason": "twice"}, {}]
)
async def test_a_recall_without_a_reason_of_the_list_goes_nowhere(
    manager: httpx.AsyncClient, bank: FakeBank, body: dict[str, str]
) -> None:
    answer = await manager.post(f"/api/payments/{PAYMENT}/recall", json=body)

    assert answer.status_code == 422
    assert bank.messages(RecallPayment) == []


@pytest.mark.parametrize("path", [f"/api/payments/{PAYMENT}/recall", f"{ASKED}/refuse"])
async def test_tellers_ask_nothing_back_and_decide_nothing(
    teller: httpx.AsyncClient, path: str
) -> None:
    answer = await teller.post(path, json={"code": "CUST", "reason": "she asks"})

    assert answer.status_code == 403


async def test_a_manager_decides_what_another_bank_asks_for(
    manager: httpx.AsyncClient, bank: FakeBank
) -> None:
    yes = await manager.post(f"{ASKED}/agree", json={"reason": "she agrees"})
    no = await manager.post(f"{ASKED}/refuse", json={"code": "NOAS", "reason": "she is away"})

    assert (yes.status_code, no.status_code) == (200, 200)
    [agreed], [refused] = bank.messages(AgreeToRecall), bank.messages(RefuseRecall)
    assert (agreed.recall_id, agreed.reason) == (RECALL, "she agrees")
    assert (refused.recall_id, refused.code) == (RECALL, "NOAS")


async def test_the_lists_are_not_taken_for_payments_with_such_an_id(
    teller: httpx.AsyncClient, bank: FakeBank
) -> None:
    for path in ("/api/payments/recalls", "/api/payments/incoming/recalls"):
        assert (await teller.get(path)).json() == {"items": [], "next_cursor": None}

    assert bank.messages(GetPayment) == bank.messages(GetIncomingPayment) == []
