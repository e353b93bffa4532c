"""What several tests of the plumbing share."""

from collections.abc import AsyncIterator

import pytest

from tests.fixtures.processes import asking, running
from tests.fixtures.servers import Databases, Vhosts
from tests.infra import toy
from tests.infra.bench import Toy, toy_at_rest


@pytest.fixture
async def bench(databases: Databases, vhosts: Vhosts) -> AsyncIterator[Toy]:
    """The toy service at work."""
    async with (
        toy_at_rest(databases, vhosts) as (database, vhost, admin),
        running(toy.service, database, vhost),
        asking(vhost) as client,
    ):
        yield Toy(database, vhost, client, admin)
