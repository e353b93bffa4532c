"""The keeper of lanes as a process: `python -m services.auth.lanes`."""

import asyncio
import signal

import structlog
from pydantic_settings import BaseSettings, SettingsConfigDict
from yarl import URL

from contracts.topology import LANES
from infra.bus.ask import AskClient
from infra.bus.liveness import watch
from infra.runtime.telemetry import configure_logging
from infra.runtime.waiting import patiently
from services.auth.lanes.keeping import Keeper

log = structlog.get_logger()

WATCHDOG_SECONDS = 15.0  # without a way to ask, the process ends itself and is started again


class LaneSettings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="BANK_", extra="ignore")

    amqp_url: str  # of the bank's vhost, as the user who makes lanes
    management_url: str  # the same user, at RabbitMQ's management API
    log_level: str = "INFO"


async def main() -> None:
    settings = LaneSettings()
    configure_logging(LANES, settings.log_level)
    client = AskClient(settings.amqp_url, LANES)
    await patiently("broker", client.start)
    vhost = URL(settings.amqp_url).path.removeprefix("/")
    work = [
        asyncio.create_task(Keeper(client, settings.management_url, vhost).run()),
        asyncio.create_task(
            watch(lambda: not client.is_connected, settings.amqp_url, WATCHDOG_SECONDS)
        ),
    ]
    for number in (signal.SIGTERM, signal.SIGINT):
        for task in work:
            asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    try:
        await asyncio.gather(*work)
    except asyncio.CancelledError:
        log.info("lanes.stopped")
    finally:
        await client.stop()


if __name__ == "__main__":
    asyncio.run(main())
