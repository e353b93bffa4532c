"""The two servers as we start them: private, durable, and the operator's to look into."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from secrets import token_hex
from shutil import rmtree

import aio_pika
import asyncpg
import httpx
import pytest

from contracts.topology import query_queue
from infra.deployment.definitions import definitions, load_services
from infra.deployment.local.child import run_once
from infra.deployment.local.erlang import find_erlang
from infra.deployment.local.postgres import Postgres
from infra.deployment.local.rabbit import Rabbit, RabbitPorts
from tests.fixtures.ports import free_port
from tests.fixtures.servers import PASSWORD, download_cache, open_folder

pytestmark = pytest.mark.integration

DOCUMENT = definitions(load_services(["loan"]), {"gateway": PASSWORD, "loan": PASSWORD})


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    folder = open_folder(f"bank-servers-{token_hex(6)}")
    yield folder
    rmtree(folder)


@pytest.fixture(scope="module")
async def postgres(folder: Path) -> AsyncIterator[Postgres]:
    server = Postgres(folder / "postgres", free_port(), PASSWORD)
    await server.start()
    yield server
    await server.stop()


@pytest.fixture(scope="module")
async def rabbit(folder: Path) -> AsyncIterator[Rabbit]:
    erlang = await find_erlang(download_cache(), print)
    assert erlang is not None
    ports = RabbitPorts(free_port(), free_port(), free_port(), prometheus=free_port())
    node = Rabbit(folder / "rabbitmq", ports, erlang)
    await node.start(DOCUMENT)
    yield node
    await node.stop()


async def test_postgres_keeps_what_it_acknowledged_when_it_is_killed(postgres: Postgres) -> None:
    connection = await asyncpg.connect(postgres.url())
    await connection.execute("create table kept (id int); insert into kept values (1), (2)")
    assert postgres.child.pid is not None

    os.kill(postgres.child.pid, signal.SIGKILL)
    await postgres.child.wait()
    await postgres.start()

    connection = await asyncpg.connect(postgres.url())
    assert await connection.fetchval("select count(*) from kept") == 2
    await connection.close()


async def test_postgres_runs_on_durable_settings_with_checksums(postgres: Postgres) -> None:
    connection = await asyncpg.connect(postgres.url())
    names = ("fsync", "synchronous_commit", "full_page_writes", "data_checksums")

    found = [await connection.fetchval("select current_setting($1)", name) for name in names]

    assert found == ["on"] * 4
    await connection.close()


async def test_postgres_lets_nobody_in_without_the_password(postgres: Postgres) -> None:
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(postgres.url(password="guessed"))


async def test_the_servers_listen_on_loopback_alone_and_not_as_root(
    postgres: Postgres, rabbit: Rabbit
) -> None:
    ports = rabbit.ports
    assert ports.prometheus is not None
    for port in (postgres.port, ports.amqp, ports.epmd, ports.distribution, ports.prometheus):
        assert _listeners(port)
        assert _listeners(port) <= {"0100007F", "00000000000000000000000001000000"}, port
    for child in (postgres.child, *rabbit.children):
        environment = (Path("/proc") / str(child.pid) / "status").read_text()
        assert "Uid:\t0\t" not in environment


async def test_the_broker_shows_its_own_figures(rabbit: Rabbit) -> None:
    assert rabbit.ports.prometheus is not None
    address = f"http://127.0.0.1:{rabbit.ports.prometheus}/metrics"
    async with httpx.AsyncClient() as http:
        of_all = (await http.get(address)).text
        wanted = {"vhost": "bank", "family": "queue_coarse_metrics"}
        of_each = (await http.get(f"{address}/detailed", params=wanted)).text

    for name in ("rabbitmq_process_open_fds", "rabbitmq_alarms_memory_used_watermark"):
        assert f"\n{name}" in of_all
    assert f'{{vhost="bank",queue="{query_queue("loan")}"}}' in of_each


async def test_a_restarted_broker_has_its_definitions_and_its_messages(rabbit: Rabbit) -> None:
    await _publish(rabbit, b"kept")
    # Not a wait for something that can be seen: the broker may lose a queue that is too young when
    # it is killed, half a second on an idle machine; docs/operations.md.
    await asyncio.sleep(3)
    assert rabbit.child.pid is not None

    os.kill(rabbit.child.pid, signal.SIGKILL)
    await rabbit.child.wait()
    await rabbit.stop()
    await rabbit.start(DOCUMENT)

    connection = await aio_pika.connect(rabbit.url("loan", PASSWORD))
    async with connection:
        channel = await connection.channel()
        queue = await channel.declare_queue(query_queue("loan"), passive=True)
        message = await queue.get(timeout=10)
        assert message is not None
        assert message.body == b"kept"
        await message.ack()


async def test_the_operator_has_a_rabbitmqctl_and_the_broker_has_no_guest(
    rabbit: Rabbit, folder: Path
) -> None:
    control = folder / "rabbitmq" / "rabbitmqctl"

    _, queues, _ = await run_once([control, "list_queues", "--quiet", "-p", "bank", "name"])
    _, users, _ = await run_once([control, "list_users", "--quiet"])

    assert query_queue("loan") in queues.split()
    assert users.split() == ["user", "tags", "gateway", "[]", "loan", "[]"]


def _listeners(port: int) -> set[str]:
    """The addresses, in hexadecimal, on which somebody listens at this port."""
    found = set()
    for table in ("tcp", "tcp6"):
        for line in (Path("/proc/net") / table).read_text().splitlines()[1:]:
            local, state = line.split()[1], line.split()[3]
            address, _, number = local.partition(":")
            if state == "0A" and int(number, 16) == port:
                found.add(address)
    return found


async def _publish(rabbit: Rabbit, body: bytes) -> None:
    connection = await aio_pika.connect(rabbit.url("gateway", PASSWORD))
    async with connection:
        channel = await connection.channel(on_return_raises=True)
        exchange = await channel.get_exchange("bank.queries", ensure=False)
        message = aio_pika.Message(body, delivery_mode=aio_pika.DeliveryMode.PERSISTENT)
        await exchange.publish(message, "loan.get-quote.v1", mandatory=True)
