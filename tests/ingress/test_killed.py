"""The ingress killed in the middle of commands: each has one effect and one answer, and what
happens on the account is told."""

import asyncio
import os
import sys
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from contracts.topology import INGRESS
from infra.deployment.definitions import load_services
from infra.deployment.local.child import Child
from infra.deployment.migrations import ROOT
from tests.builders import inr
from tests.fixtures.partners import PAYMENT, TRANSFER, Answer, Partner
from tests.fixtures.ports import free_port
from tests.fixtures.processes import SECRET
from tests.fixtures.servers import Databases, Vhosts
from tests.ingress.hearing import DEBITED, drain
from tests.ingress.paying import PAYING, other_banks, payment
from tests.ingress.world import World, a_world

pytestmark = pytest.mark.integration

KILLS = 4
# What is sent, how often, and what each is answered with.
WISHES = {
    TRANSFER: (300, ["transfer-made.v1"]),
    PAYMENT: (150, ["payment-accepted.v1", "payment-completed.v1"]),
}


@pytest.fixture
async def world(
    databases: Databases, vhosts: Vhosts, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[World]:
    """Without an ingress."""
    others = [name for name in PAYING if name != INGRESS]
    async with (
        databases.fresh(PAYING) as database,
        vhosts.fresh(load_services(PAYING)) as vhost,
        other_banks(vhost, tmp_path_factory.mktemp("rail")),
        a_world(database, vhost, others) as world,
    ):
        yield world


@pytest.mark.parametrize("kind", WISHES)
async def test_killed_in_the_middle_each_command_has_one_effect_and_one_answer(
    world: World, tmp_path_factory: pytest.TempPathFactory, kind: str
) -> None:
    number_of, types = WISHES[kind]
    rich = await world.open_account("Rich", "100000")
    partner = await world.partner(
        accounts=[rich], event_accounts=[rich], daily_limit=inr("100000"), per_minute=6_000
    )
    body = {
        TRANSFER: {"from_account": rich, "to_account": world.bob, "amount": "1.00"},
        PAYMENT: payment(rich, "1.00"),
    }[kind]
    before = await world.balance(rich)
    sent = [partner.message(body, kind) for _ in range(number_of)]
    found: dict[tuple[str, str], Answer] = {}
    debits: dict[str, int] = {}  # the number of each on the account, by the id of its event

    sending = asyncio.create_task(_slowly(partner, sent))
    for number in range(KILLS + 1):
        ingress = an_ingress(world, tmp_path_factory.mktemp("ingress"))
        await ingress.start()
        goal = number_of * len(types) * (number + 1) // (KILLS + 1)
        async with asyncio.timeout(60):
            while len(found) < goal or (number == KILLS and len(debits) < number_of):
                await _read(partner, found)
                debits |= await _debits(partner)
        if number < KILLS:
            assert ingress.process is not None
            os.kill(ingress.process.pid, 9)
        await ingress.stop(10)
    await sending

    assert Counter(answer.type for answer in found.values()) == dict.fromkeys(types, number_of)
    assert found.keys() == {(each["message_id"], type_) for each in sent for type_ in types}
    names = {answer.body.get("reference") or answer.body["payment_id"] for answer in found.values()}
    assert len(names) == number_of
    assert await world.balance(rich) == before - 100 * number_of
    assert sorted(debits.values()) == list(range(2, number_of + 2))  # the first is a deposit


async def _slowly(partner: Partner, messages: list[dict[str, object]]) -> None:
    for place in range(0, len(messages), 20):
        await partner.send(*messages[place : place + 20])
        await asyncio.sleep(0.2)


async def _read(partner: Partner, found: dict[tuple[str, str], Answer]) -> None:
    """An answer may come twice after a crash, and is the same."""
    for answer in await partner.drain():
        key = (answer.correlation_id or "", answer.type)
        assert found.setdefault(key, answer).body == answer.body
    await asyncio.sleep(0.05)


async def _debits(partner: Partner) -> dict[str, int]:
    """An event may come twice after a crash, under the same id."""
    return {
        heard.attributes["id"]: heard.data["number"]
        for heard in await drain(partner)
        if heard.type == DEBITED
    }


def an_ingress(world: World, data: Path) -> Child:
    """As a process of its own, with a log in this folder."""
    own = {
        "BANK_POSTGRES_URL": world.database.url(INGRESS),
        "BANK_AMQP_URL": world.vhost.url(INGRESS),
        "BANK_SECRET": SECRET,
        "BANK_DATA": str(data),
    }
    port = str(free_port())
    command = [sys.executable, "-m", "uvicorn", "services.ingress.app:app", "--port", port]
    return Child(INGRESS, command, {**os.environ, **own}, data / "log", folder=ROOT)
