"""How full the broker's queues are, as figures of the gateway and as lines of its log."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import structlog
from prometheus_client import Gauge

from infra.bus.depths import FULL, LOOK_SECONDS, Alarm, Depth, News, depths
from infra.bus.management import ManagementFailed
from infra.runtime.telemetry import REGISTRY

log = structlog.get_logger()

_LABELS = ["vhost", "queue"]
MESSAGES = Gauge("bank_queue_messages", "Messages that a queue holds", _LABELS, registry=REGISTRY)
BYTES = Gauge("bank_queue_bytes", "Bytes of the bodies it holds", _LABELS, registry=REGISTRY)
SHARE = Gauge("bank_queue_share", "Bytes as a share of its bound", _LABELS, registry=REGISTRY)


@asynccontextmanager
async def watched(url: str | None) -> AsyncIterator[None]:
    """Looks at the queues until the block ends; without a URL nobody looks."""
    watching = asyncio.create_task(_watch(url)) if url else None
    try:
        yield
    finally:
        if watching is not None:
            watching.cancel()
            await asyncio.wait([watching])


async def _watch(url: str) -> None:
    alarm, is_unseen = Alarm(), False
    while True:
        try:
            found = await depths(url)
            is_unseen = False
        except ManagementFailed as failure:
            found = []
            if not is_unseen:
                log.warning("queues_unseen", reason=str(failure))
            is_unseen = True
        show(found)
        for news in alarm.news(found):
            _log(news)
        await asyncio.sleep(LOOK_SECONDS)


def show(found: Sequence[Depth]) -> None:
    """These and no others: a figure that nobody measures any more is worse than none."""
    for gauge in (MESSAGES, BYTES, SHARE):
        gauge.clear()
    for each in found:
        MESSAGES.labels(each.vhost, each.queue).set(each.messages)
        BYTES.labels(each.vhost, each.queue).set(each.bytes)
        SHARE.labels(each.vhost, each.queue).set(each.share)


def _log(news: News) -> None:
    depth = news.depth
    event = "queue_full" if news.level >= FULL else "queue_fills"
    log.warning(
        event if news.level else "queue_has_room", queue=depth.queue, vhost=depth.vhost,
        share=round(depth.share, 3), messages=depth.messages, bytes=depth.bytes,
        bytes_max=depth.bytes_max, lets_go=depth.lets_go,
    )  # fmt: skip
