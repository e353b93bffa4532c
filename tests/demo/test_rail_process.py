"""The other bank as a process that is killed: what it accepted stays accepted."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID, uuid4

import aio_pika
import pytest
from aio_pika.abc import AbstractQueue

from contracts.envelope import Command
from contracts.rail.imps import SAID, InquireTransfer, RailAccepted, SubmitTransfer
from contracts.topology import IMPS, inbox_queue, outside_queue, routing_key
from demo.rails.side import SIDES
from infra.bus.publisher import Publisher
from infra.bus.wire import JSON, XML, body_of, dump, fields_of
from infra.deployment.definitions import load_services
from infra.runtime.clock import utc_now
from tests.builders import an
from tests.fixtures.connecting import is_refused
from tests.fixtures.malformed import MALFORMED, ODD, publish_raw, raw_properties, short
from tests.fixtures.servers import ADMIN, Vhost, Vhosts
from tests.fixtures.waiting import until

pytestmark = pytest.mark.integration


class Us:
    """The payment service, as far as the rail can tell."""

    def __init__(self, publisher: Publisher, answers: AbstractQueue) -> None:
        self._publisher = publisher
        self._answers = answers

    async def send(self, command: Command) -> None:
        await self.send_raw(routing_key(type(command)), *body_of(command, utc_now()))

    async def send_raw(self, key: str, body: bytes, content_type: str = JSON) -> None:
        await self._publisher.publish(
            IMPS.orders, (key,), body, type=key, content_type=content_type
        )

    async def answer(self) -> tuple[str, str | None, UUID]:
        """Type, sender and transfer of the next answer."""
        message = await until(lambda: self._answers.get(fail=False, no_ack=True), 60, "an answer")
        assert message.content_type == XML
        kinds = {routing_key(kind): kind for kind in SAID.answers}
        told = fields_of(kinds[message.type or ""], message.body)
        transfer_id = UUID(told["transfer_id"])
        assert str(transfer_id) == message.correlation_id
        return message.type or "", message.user_id, transfer_id


@pytest.fixture
async def vhost(vhosts: Vhosts) -> AsyncIterator[Vhost]:
    async with vhosts.fresh(load_services(["payment"])) as vhost:
        yield vhost.beside(IMPS)


@pytest.fixture
async def us(vhost: Vhost) -> AsyncIterator[Us]:
    publisher = Publisher(vhost.url("payment"), "payment")
    await publisher.start()
    connection = await aio_pika.connect(vhost.url("payment"))
    channel = await connection.channel()
    yield Us(publisher, await channel.get_queue(outside_queue(IMPS), ensure=False))
    await connection.close()
    await publisher.stop()


@asynccontextmanager
async def rail(vhost: Vhost, data: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    environment = {
        **os.environ,
        "BANK_AMQP_URL": vhost.url("rail-imps"),
        "BANK_DATA": str(data),
        "BANK_LOG_LEVEL": "ERROR",
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "demo.rails", "rail-imps", env=environment
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def test_a_transfer_accepted_before_a_kill_is_known_when_asked_after_it(
    vhost: Vhost, us: Us, tmp_path: Path
) -> None:
    transfer_id, marker = uuid4(), uuid4()
    silent = an(SubmitTransfer, transfer_id=transfer_id, beneficiary_account="5550000004")
    async with rail(vhost, tmp_path) as first:
        await us.send(silent)
        await us.send(an(SubmitTransfer, transfer_id=marker, beneficiary_account="5550009999"))
        assert await us.answer() == (routing_key(RailAccepted), "rail-imps", marker)
        first.kill()
        await first.wait()

    async with rail(vhost, tmp_path):
        await us.send(InquireTransfer(transfer_id=transfer_id))

        assert await us.answer() == (routing_key(RailAccepted), "rail-imps", transfer_id)


async def test_a_transfer_submitted_while_the_bank_is_away_is_accepted_when_it_is_back(
    vhost: Vhost, us: Us, tmp_path: Path
) -> None:
    transfer_id = uuid4()
    await us.send(an(SubmitTransfer, transfer_id=transfer_id, beneficiary_account="5550009999"))

    async with rail(vhost, tmp_path) as process:
        assert (await us.answer())[2] == transfer_id
        process.terminate()
        async with asyncio.timeout(30):
            assert await process.wait() == 0

    assert SIDES[IMPS.user].reference_of(transfer_id) in (tmp_path / "rail.jsonl").read_text()


async def test_an_order_that_an_older_version_left_as_json_is_understood(
    vhost: Vhost, us: Us, tmp_path: Path
) -> None:
    transfer_id = uuid4()
    order = an(SubmitTransfer, transfer_id=transfer_id, beneficiary_account="5550009999")
    await us.send_raw(routing_key(SubmitTransfer), dump(order))

    async with rail(vhost, tmp_path):
        assert await us.answer() == (routing_key(RailAccepted), "rail-imps", transfer_id)


async def test_what_nobody_can_read_is_let_go_and_the_next_is_answered(
    vhost: Vhost, us: Us, tmp_path: Path
) -> None:
    transfer_id = uuid4()
    await us.send_raw(routing_key(SubmitTransfer), b"{")
    await us.send_raw("rail.unheard-of.v1", b"{}")
    await us.send_raw(routing_key(SubmitTransfer), b"<Document/>", XML)
    await us.send(an(SubmitTransfer, transfer_id=transfer_id, beneficiary_account="5550009999"))

    async with rail(vhost, tmp_path):
        assert (await us.answer())[2] == transfer_id


async def test_what_nobody_can_decode_is_let_go_and_the_next_is_answered(
    vhost: Vhost, us: Us, tmp_path: Path
) -> None:
    transfer_id, order = uuid4(), an(SubmitTransfer, beneficiary_account="5550009999")
    key = short(routing_key(SubmitTransfer))
    rows = {**MALFORMED, **ODD, "no sender": {"user_id": b""}}.values()
    messages = [raw_properties(ADMIN, **{"message_type": key, **row}) for row in rows]
    await publish_raw(vhost.admin_url, IMPS.orders, "order", *messages, body=dump(order))
    await us.send(an(SubmitTransfer, transfer_id=transfer_id, beneficiary_account="5550009999"))

    async with rail(vhost, tmp_path):
        assert (await us.answer())[2] == transfer_id


async def test_nobody_but_payment_can_order_a_transfer(
    vhost: Vhost, us: Us, tmp_path: Path
) -> None:
    ordered, inquired, ours = uuid4(), uuid4(), uuid4()
    order = an(SubmitTransfer, transfer_id=ordered, beneficiary_account="5550009999")

    assert await is_refused(vhost.url("loan"))
    for command in (order, InquireTransfer(transfer_id=inquired)):
        # An administrator can put anything into a queue, and has no business with a rail either.
        await _put_into_inbox(vhost.admin_url, command)
    await us.send(an(SubmitTransfer, transfer_id=ours, beneficiary_account="5550009999"))

    async with rail(vhost, tmp_path):
        assert (await us.answer())[2] == ours
    known = (tmp_path / "rail.jsonl").read_text()
    assert str(ours) in known
    assert str(ordered) not in known
    assert str(inquired) not in known


async def _put_into_inbox(url: str, command: Command) -> None:
    async with await aio_pika.connect(url) as connection:
        channel = await connection.channel(on_return_raises=True)
        key = routing_key(type(command))
        message = aio_pika.Message(dump(command), type=key, content_type=JSON, user_id=ADMIN)
        await channel.default_exchange.publish(message, inbox_queue(IMPS.orders))
