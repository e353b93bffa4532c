"""A world of each module's own; each test makes partners of its own."""

from collections.abc import AsyncIterator

import pytest

from infra.deployment.definitions import load_services
from tests.fixtures.partners import Partner
from tests.fixtures.servers import Databases, Vhosts
from tests.ingress.terminal import Terminal, a_terminal
from tests.ingress.world import SERVICES, World, a_world


@pytest.fixture(scope="module")
async def world(databases: Databases, vhosts: Vhosts) -> AsyncIterator[World]:
    async with (
        databases.fresh(SERVICES) as database,
        vhosts.fresh(load_services(SERVICES)) as vhost,
        a_world(database, vhost) as world,
    ):
        yield world


@pytest.fixture
async def partner(world: World) -> Partner:
    return await world.partner()


@pytest.fixture
async def terminal(world: World, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    return a_terminal(world, monkeypatch)
