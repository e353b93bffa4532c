"""What was given up in a lane is seen by operators and measured, like in every other queue."""

import asyncio
from types import SimpleNamespace

import aio_pika
import pytest
from aio_pika.exceptions import AMQPError
from typer.testing import CliRunner, Result

from contracts.envelope import OPERATOR
from contracts.topology import DEAD_QUEUES, MONITOR, QUEUE_BYTES_MAX, dead_queue
from infra.bus import management
from infra.bus.depths import Depth, depths
from infra.deployment import cli, cli_dead
from infra.deployment.provisioning import as_user
from tests.fixtures.partners import Partner
from tests.fixtures.servers import ADMIN, PASSWORD
from tests.fixtures.waiting import until
from tests.ingress.world import World

pytestmark = pytest.mark.integration

DEPTHS_SECONDS = 30.0  # the broker counts every five


async def give_up(world: World, partner: Partner, message_id: str) -> None:
    """As the broker does when the ingress was ended again and again by this message."""
    vhost = partner.lane.vhost(world.vhost.name)
    rights = {"user": ADMIN, "vhost": vhost, "configure": "", "write": ".*", "read": ""}
    document = {"permissions": [rights]}
    await asyncio.to_thread(management.upload, world.vhost.management_url, document)
    async with await aio_pika.connect(as_user(world.vhost.amqp_url, ADMIN, PASSWORD, vhost)) as it:
        channel = await it.channel()
        message = aio_pika.Message(b"{}", message_id=message_id, user_id=ADMIN)
        dead = dead_queue(partner.lane.arrivals)
        await channel.default_exchange.publish(message, dead, mandatory=True)


def monitor_url(world: World) -> str:
    return as_user(world.vhost.management_url, MONITOR, PASSWORD, "")


@pytest.fixture
async def said(world: World, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What an operator of this world reads."""
    said = list[str]()

    def amqp_url(user: str, vhost: str = "") -> str:
        return as_user(world.vhost.amqp_url, user, PASSWORD, vhost or world.vhost.name)

    known = SimpleNamespace(amqp_url=amqp_url, monitor_url=lambda: monitor_url(world))
    monkeypatch.setattr(cli_dead, "known_servers", lambda: known)
    monkeypatch.setattr(cli_dead, "VHOST", world.vhost.name)
    monkeypatch.setattr(cli_dead, "_work_by_vhost", lambda: {})
    monkeypatch.setattr(cli_dead, "echo", said.append)
    return said


async def does(*words: str) -> Result:
    return await asyncio.to_thread(CliRunner().invoke, cli.app, ["dead", *words])


async def test_an_operator_lists_shows_and_drops_them_and_sends_none_back(
    world: World, partner: Partner, said: list[str]
) -> None:
    queue = partner.lane.arrivals
    await give_up(world, partner, "the-id")

    listed = await does("list")
    assert listed.exit_code == 0, listed.output
    [line] = [line for line in said if line.startswith(queue)]
    assert line.split()[1] == "1"
    said.clear()
    await does("show", queue)
    assert said[0].startswith("the-id  ")

    replayed = await does("replay", queue)
    assert (replayed.exit_code, len(replayed.stderr.splitlines())) == (1, 1)
    assert "send again" in replayed.stderr
    said.clear()
    dropped = await does("drop", queue)
    assert dropped.exit_code == 0, dropped.output
    assert said[0].startswith("dropped  the-id  ")
    said.clear()
    await does("show", queue)
    assert said == []


async def test_a_lane_that_is_not_there_is_said_in_one_line(said: list[str]) -> None:
    done = await does("show", "partner.no-such.in")

    assert (done.exit_code, len(done.stderr.splitlines()), said) == (1, 1, [])


async def test_how_full_the_queues_of_lanes_are_is_measured(world: World, partner: Partner) -> None:
    await give_up(world, partner, "the-id")
    vhost, lane = partner.lane.vhost(world.vhost.name), partner.lane

    async def counted() -> dict[str, Depth]:
        found = [each for each in await depths(monitor_url(world)) if each.vhost == vhost]
        is_counted = any(each.messages for each in found if each.queue.endswith(".dead"))
        return {each.queue: each for each in found} if is_counted else {}

    by_name = await until(counted, DEPTHS_SECONDS)

    assert by_name.keys() >= {lane.arrivals, dead_queue(lane.arrivals)}
    dead = by_name[dead_queue(lane.arrivals)]
    assert (dead.bytes_max, dead.lets_go) == (QUEUE_BYTES_MAX[DEAD_QUEUES], True)


async def test_neither_the_operator_nor_the_monitor_may_do_more_in_a_lane(
    world: World, partner: Partner
) -> None:
    vhost, lane = partner.lane.vhost(world.vhost.name), partner.lane
    url = as_user(world.vhost.amqp_url, OPERATOR, PASSWORD, vhost)
    async with await aio_pika.connect(url) as connection:
        for queue in (lane.arrivals, lane.answers):
            channel = await connection.channel()
            with pytest.raises(AMQPError):
                await (await channel.get_queue(queue, ensure=False)).get()
        for exchange in (lane.user, lane.answers):
            channel = await connection.channel()
            target = await channel.get_exchange(exchange, ensure=False)
            with pytest.raises(AMQPError):
                await target.publish(aio_pika.Message(b"{}"), "")
    watching = await aio_pika.connect(as_user(world.vhost.amqp_url, MONITOR, PASSWORD, vhost))
    async with watching:
        channel = await watching.channel()
        with pytest.raises(AMQPError):
            await (await channel.get_queue(dead_queue(lane.arrivals), ensure=False)).get()
