"""Fees of a rail over HTTP: decimal text outside, minor units inside, faults with their place."""

from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from contracts.envelope import Role
from contracts.money import Currency
from contracts.payment.rails import AddRailRule, FeeSlab, RailRuleAdded
from tests.builders import an
from tests.gateway.bank import FakeBank
from tests.gateway.conftest import client_of

FEES = [{"up_to": "10000.00", "fee": "2.50"}, {"fee": "5"}]
SLABS = (FeeSlab(up_to_minor=10_000_00, fee_minor=2_50), FeeSlab(fee_minor=5_00))
PATH = "/api/rails/IMPS/rules"


def body(**fields: Any) -> dict[str, Any]:
    return {"valid_from": "2099-01-01", **fields}


@pytest.fixture
async def admin(app: FastAPI, bank: FakeBank) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(app, bank.token(Role.ADMIN)) as client:
        yield client


@pytest.fixture(autouse=True)
def added(bank: FakeBank) -> None:
    bank.replies[AddRailRule] = an(
        RailRuleAdded, currency=Currency.INR, fees=SLABS, gst_percent=Decimal("18.50")
    )


async def test_fees_reach_the_message_in_minor_units_and_come_back_as_text(
    admin: httpx.AsyncClient, bank: FakeBank
) -> None:
    answer = await admin.post(PATH, json=body(fees=FEES, gst_percent="18.50"))

    [command] = bank.messages(AddRailRule)
    assert (command.fees, command.gst_percent) == (SLABS, Decimal("18.50"))
    assert answer.status_code == 201
    assert answer.json()["fees"] == [
        {"up_to": "10000.00", "fee": "2.50"}, {"up_to": None, "fee": "5.00"},
    ]  # fmt: skip
    assert answer.json()["gst_percent"] == "18.50"


async def test_a_rule_that_says_nothing_of_fees_has_none(
    admin: httpx.AsyncClient, bank: FakeBank
) -> None:
    await admin.post(PATH, json=body())

    [command] = bank.messages(AddRailRule)
    assert (command.fees, command.gst_percent) == ((), 0)


@pytest.mark.parametrize("fee", ["0", "0.00", 0])
async def test_a_slab_may_be_free(admin: httpx.AsyncClient, bank: FakeBank, fee: object) -> None:
    await admin.post(PATH, json=body(fees=[{"up_to": "1", "fee": fee}, {"fee": "1"}]))

    [command] = bank.messages(AddRailRule)
    assert command.fees[0] == FeeSlab(up_to_minor=1_00, fee_minor=0)


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"fees": [{"fee": "1"}, {"fee": "0.001"}]}, "/fees/1/fee"),
        ({"fees": [{"up_to": "0", "fee": "1"}, {"fee": "1"}]}, "/fees/0/up_to"),
        ({"fees": [{"up_to": "1.001", "fee": "1"}, {"fee": "1"}]}, "/fees/0/up_to"),
        ({"fees": [{"fee": "-1"}]}, "/fees/0/fee"),
        ({"fees": [{"up_to": "1"}]}, "/fees/0/fee"),
        ({"fees": [{"fee": "1", "percent": "1"}]}, "/fees/0/percent"),
        ({"fees": [{"up_to": str(n), "fee": "1"} for n in range(1, 22)]}, "/fees"),
        ({"gst_percent": "100.01"}, "/gst_percent"),
        ({"gst_percent": "18.001"}, "/gst_percent"),
        ({"gst_percent": "eighteen"}, "/gst_percent"),
    ],
)
async def test_a_fault_is_told_with_its_place_and_nothing_is_sent(
    admin: httpx.AsyncClient, bank: FakeBank, fields: dict[str, Any], pointer: str
) -> None:
    answer = await admin.post(PATH, json=body(**fields))

    assert answer.status_code == 422
    assert pointer in [each["pointer"] for each in answer.json()["errors"]]
    assert bank.messages(AddRailRule) == []
