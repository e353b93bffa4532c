"""The ingress killed while it tells of loans: each event is one at the partner, and the ids say in
which order they happened to a loan."""

import asyncio
import os
from collections import defaultdict
from collections.abc import AsyncIterator
from uuid import UUID

import pytest

from contracts.partner_events import Heard as Kind
from contracts.topology import INGRESS
from tests.builders import inr
from tests.fixtures.servers import Databases, Vhosts
from tests.ingress.hearing import Heard, drain
from tests.ingress.lending import LENDING, OF_LOANS, a_lending_world, lend, repay
from tests.ingress.test_killed import an_ingress
from tests.ingress.world import World

pytestmark = pytest.mark.integration

KILLS, LOANS, REPAYMENTS = 3, 4, 8
SECONDS = 90.0


@pytest.fixture
async def world(databases: Databases, vhosts: Vhosts) -> AsyncIterator[World]:
    """Without an ingress."""
    others = [name for name in LENDING if name != INGRESS]
    async with a_lending_world(databases, vhosts, others) as world:
        yield world


async def test_killed_while_it_tells_each_event_of_a_loan_is_one_and_its_id_has_its_place(
    world: World, tmp_path_factory: pytest.TempPathFactory
) -> None:
    account = await world.open_account("Hana", "1000")
    partner = await world.partner(event_accounts=[account], event_types=OF_LOANS)
    told: dict[str, list[UUID]] = {}  # the movements of each loan, in their order
    found: dict[str, Heard] = {}  # events by their id

    async def move() -> None:
        loan_id = await lend(world, account)
        told[str(loan_id)] = [await repay(world, loan_id, inr("100")) for _ in range(REPAYMENTS)]

    moving = asyncio.gather(*(move() for _ in range(LOANS)))
    whole = LOANS * (REPAYMENTS + 1)
    for number in range(KILLS + 1):
        ingress = an_ingress(world, tmp_path_factory.mktemp("ingress"))
        await ingress.start()
        async with asyncio.timeout(SECONDS):
            while len(found) < whole * (number + 1) // (KILLS + 1):
                for heard in await drain(partner):
                    again = found.setdefault(heard.attributes["id"], heard)
                    assert (again.type, again.data) == (heard.type, heard.data)
                await asyncio.sleep(0.05)
        if number < KILLS:
            assert ingress.process is not None
            os.kill(ingress.process.pid, 9)
        await ingress.stop(10)
    await moving

    movements: dict[str, list[str]] = defaultdict(list)
    for _, heard in sorted(found.items()):
        movements[heard.data["loan_id"]].append(heard.data["operation_id"])
    kinds = [heard.type for heard in found.values()]
    assert kinds.count(Kind.LOAN_DISBURSED) == LOANS
    assert kinds.count(Kind.REPAYMENT_RECEIVED) == LOANS * REPAYMENTS
    assert {loan: each[1:] for loan, each in movements.items()} == {
        loan: [str(operation) for operation in each] for loan, each in told.items()
    }
