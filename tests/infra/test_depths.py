"""Whoever operates the bank hears that a queue fills up, in time and not all the time."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import aio_pika
import pytest
from aio_pika.abc import AbstractChannel
from structlog.testing import capture_logs

from contracts.topology import MONITOR, QUEUE_BYTES_MAX, command_queue, dead_queue
from gateway import metrics, queues
from infra.bus import management
from infra.bus.depths import Alarm, Depth, depths
from infra.bus.management import ManagementFailed
from infra.deployment.provisioning import as_user
from tests.fixtures.servers import PASSWORD, Vhost, Vhosts
from tests.fixtures.waiting import until
from tests.infra.test_queue_bounds import BOUND_BYTES, bounded

SEEN_SECONDS = 40.0  # the broker counts every five
WORK, DEAD = command_queue("account"), dead_queue(command_queue("account"))
EMPTY = Depth("bank", WORK, 0, 0, 1_000, lets_go=False)


def _told(alarm: Alarm, filled: int, depth: Depth = EMPTY) -> list[float]:
    return [news.level for news in alarm.news([replace(depth, bytes=filled)])]


def test_each_level_is_told_once_and_the_end_once() -> None:
    alarm = Alarm()

    told = [_told(alarm, filled) for filled in (499, 500, 600, 950, 450, 950, 1_001, 399, 300, 500)]

    assert told == [[], [0.5], [], [0.9], [], [], [0.99], [0.0], [], [0.5]]


def test_queues_are_told_apart() -> None:
    alarm = Alarm()
    assert _told(alarm, 500) == [0.5]

    assert _told(alarm, 500, replace(EMPTY, vhost="rail")) == [0.5]
    assert _told(alarm, 500, replace(EMPTY, queue=DEAD)) == [0.5]


@pytest.mark.parametrize(
    ("lets_go", "words"),
    [(True, "it lets go of its oldest messages"), (False, "it takes no more messages")],
)
def test_what_a_full_queue_does_is_said(lets_go: bool, words: str) -> None:
    [news] = Alarm().news([replace(EMPTY, bytes=1_000, lets_go=lets_go)])

    assert str(news).endswith(f"; {words}")


@pytest.mark.parametrize(
    "answer", [[1], [{"effective_policy_definition": {"max-length-bytes": 1}}]]
)
async def test_an_answer_in_another_form_is_a_failure_that_is_expected(
    monkeypatch: pytest.MonkeyPatch, answer: list[Any]
) -> None:
    monkeypatch.setattr(management, "queues", lambda _: answer)

    with pytest.raises(ManagementFailed, match="no known form"):
        await depths("http://nowhere")


@pytest.mark.integration
async def test_a_queue_that_fills_up_is_named_on_its_way_and_when_it_is_over(
    vhosts: Vhosts,
) -> None:
    async with vhosts.fresh() as vhost:
        await bounded(vhost)
        async with await aio_pika.connect(vhost.admin_url) as connection:
            channel = await connection.channel()
            alarm = Alarm()
            for percent, words in ((60, "60% full: 60 messages"), (35, "95% full"), (15, "full")):
                await _put(channel, WORK, percent)
                await _hears(vhost, alarm, f"{WORK} is ", words)
            await (await channel.get_queue(WORK, ensure=False)).purge()
            await _hears(vhost, alarm, f"{WORK} is 0% full", "it has room again")


@pytest.mark.integration
async def test_a_dead_queue_that_lets_go_says_so(vhosts: Vhosts) -> None:
    async with vhosts.fresh() as vhost:
        await bounded(vhost)
        async with await aio_pika.connect(vhost.admin_url) as connection:
            await _put(await connection.channel(), DEAD, 150)

            await _hears(vhost, Alarm(), f"{DEAD} is 100% full", "lets go of its oldest messages")


@pytest.mark.integration
async def test_the_gateway_shows_every_bounded_queue_and_logs_the_one_that_fills(
    vhosts: Vhosts,
) -> None:
    async with vhosts.fresh() as vhost:
        await bounded(vhost)
        async with await aio_pika.connect(vhost.admin_url) as connection:
            await _put(await connection.channel(), DEAD, 60)
            with capture_logs() as logs:
                async with queues.watched(_monitor(vhost)):
                    figure = f'bank_queue_messages{{queue="{DEAD}",vhost="{vhost.name}"}} 60.0'
                    await until(lambda: figure in _figures(), SEEN_SECONDS, figure)
                    share = f'bank_queue_share{{queue="{DEAD}",vhost="{vhost.name}"}} 0.6'
                    assert share in _figures()
                    shown = {line for line in _figures() if f'vhost="{vhost.name}"' in line}

    named = [log for log in logs if log.get("vhost") == vhost.name]
    assert [(log["event"], log["queue"]) for log in named] == [("queue_fills", DEAD)]
    assert len(shown) > 3 * len(QUEUE_BYTES_MAX)


@pytest.mark.integration
async def test_the_monitor_sees_how_full_queues_are_and_does_nothing(vhost: Vhost) -> None:
    url, name = _monitor(vhost), vhost.name
    for method, path, body in _attempts(name):
        with pytest.raises(ManagementFailed, match=r"40[13]|not_authorised|access_refused"):
            await asyncio.to_thread(management._send, method, url, path, body)


def _attempts(vhost: str) -> Iterator[tuple[str, str, bytes | None]]:
    message = (
        b'{"properties": {}, "routing_key": "%s", "payload": "{}", "payload_encoding": "string"}'
    )
    take = b'{"count": 1, "ackmode": "ack_requeue_false", "encoding": "auto"}'
    yield "POST", f"/api/exchanges/{vhost}/amq.default/publish", message % WORK.encode()
    yield "POST", f"/api/queues/{vhost}/{WORK}/get", take
    yield "DELETE", f"/api/queues/{vhost}/{WORK}/contents", None
    yield "PUT", f"/api/queues/{vhost}/another", b"{}"
    yield "PUT", f"/api/policies/{vhost}/any", b'{"pattern": ".", "definition": {"max-length": 1}}'
    yield "GET", "/api/users", None
    yield "GET", "/api/definitions", None


def _monitor(vhost: Vhost) -> str:
    return as_user(vhost.management_url, MONITOR, PASSWORD, "")


def _figures() -> list[str]:
    return metrics.exposition().decode().splitlines()


async def _put(channel: AbstractChannel, queue: str, percent: int) -> None:
    """So many messages of a hundredth of the bound; a full queue may refuse the last ones."""
    body = b"x" * (BOUND_BYTES // 100)
    sent = (channel.default_exchange.publish(aio_pika.Message(body), queue) for _ in range(percent))
    await asyncio.gather(*sent, return_exceptions=True)


async def _hears(vhost: Vhost, alarm: Alarm, *words: str) -> None:
    told: list[str] = []

    async def is_heard() -> bool:
        here = [each for each in await depths(_monitor(vhost)) if each.vhost == vhost.name]
        told.extend(map(str, alarm.news(here)))
        return any(all(word in line for word in words) for line in told)

    await until(is_heard, SEEN_SECONDS, f"{words}, but {told}")
