"""The tools that measure partners and files: what they count is what was moved."""

import pytest

from infra.deployment.definitions import load_services
from tests.benchmarks.files import lines_per_second, table
from tests.benchmarks.partners import PartnerPlan, load, sending
from tests.benchmarks.stage import Scene, token_of_teller
from tests.builders import inr
from tests.fixtures.bank import Bank, Client
from tests.fixtures.servers import Databases, Vhosts
from tests.ingress.world import SERVICES, a_world


@pytest.mark.integration
async def test_each_command_that_counts_has_moved_money(
    databases: Databases, vhosts: Vhosts
) -> None:
    async with (
        databases.fresh(SERVICES) as database,
        vhosts.fresh(load_services(SERVICES)) as vhost,
        a_world(database, vhost) as world,
    ):
        partner = await world.partner(daily_limit=inr("1000"), per_minute=6_000)
        before = await world.balance(world.bob)
        plan = PartnerPlan([sending(partner, [world.alice, world.bob], 0.2)], 4, 0.2)

        outcome = await load(plan)

        moved = await world.balance(world.bob) - before
    assert (outcome.failed, outcome.failure) == (0, "")
    assert len(outcome.latencies) == outcome.succeeded <= outcome.answered
    assert moved == 100 * outcome.answered > 0


def test_a_file_has_as_many_transfers_as_it_should_each_with_a_name_of_its_own() -> None:
    head, *rows = table(["a", "b", "c"], 7, "run").split("\n")

    assert head.startswith("from_account,to_account")
    assert len(rows) == len({row.rpartition(",")[2] for row in rows}) == 7
    assert all(row.split(",")[0] != row.split(",")[1] for row in rows)


@pytest.mark.system
@pytest.mark.parametrize("asked", [False, True])
async def test_a_file_is_measured_to_its_end(bank: Bank, teller: Client, asked: bool) -> None:
    accounts = [await teller.open_account("1000.00") for _ in range(2)]
    scene = Scene(bank=bank, accounts=accounts, token=await token_of_teller(bank))

    assert await lines_per_second(scene, asked=asked, lines=300) > 0
    assert [await teller.balance(each) for each in accounts] == [1_000, 1_000]
