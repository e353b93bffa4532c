"""A broker whose disk is full: said at once, refused at once, and over when there is room again."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from uuid import uuid4

import pytest

from tests.fixtures.bank import Bank, Client
from tests.fixtures.waiting import until

pytestmark = pytest.mark.system

NOTICED_SECONDS = 10.0
OVER_SECONDS = 20.0
REFUSED_SECONDS = 2.0


@asynccontextmanager
async def full_disk(bank: Bank) -> AsyncIterator[None]:
    """The broker wants more room than any disk has; it keeps its connections and reads nothing."""
    await _want_free(bank, "1000000GB")
    try:
        yield
    finally:
        await _want_free(bank, "200MB")


async def _want_free(bank: Bank, room: str) -> None:
    await bank.control("set_disk_free_limit", room)


async def test_a_blocked_broker_is_reported_and_new_money_is_refused_before_anything_is_done(
    bank: Bank, teller: Client
) -> None:
    source, target = await teller.open_account("100.00"), await teller.open_account()
    key = str(uuid4())

    async with full_disk(bank), bank.stranger() as anybody:

        async def is_reported() -> bool:
            answer = await anybody.get("/health")
            return answer.status_code == 503 and answer.json()["broker"] == "blocked"

        await until(is_reported, NOTICED_SECONDS, "GET /health says that the broker is blocked")
        await until(
            lambda: "the broker takes no messages" in bank.output.read_text(),
            NOTICED_SECONDS, "the terminal says so",
        )  # fmt: skip
        begun = time.monotonic()
        refused = await teller.transfer(source, target, "10.00", key=key)
        refused_seconds = time.monotonic() - begun

        async def do_services_say_so() -> bool:
            faults = (await anybody.get("/health")).json()["services"]["account"]["faults"]
            return "the broker takes no messages" in faults

        await until(do_services_say_so, NOTICED_SECONDS, "the account service says so too")

    assert refused.status_code == 503
    assert refused_seconds < REFUSED_SECONDS

    await bank.until_healthy(OVER_SECONDS)

    def is_over() -> bool:
        return "the broker takes messages again" in bank.output.read_text()

    await until(is_over, OVER_SECONDS, "the terminal says that it is over")
    assert (await teller.transfer(source, target, "10.00", key=key)).status_code == 201
    assert await teller.balance(source) == Decimal("90.00")
    assert await teller.balance(target) == Decimal("10.00")
