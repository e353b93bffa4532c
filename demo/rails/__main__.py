"""The other banks of one rail as a process: `python -m demo.rails rail-imps`."""

import asyncio
import signal
import sys
from pathlib import Path

import structlog
from pydantic_settings import BaseSettings, SettingsConfigDict

from demo.rails.memory import Memory
from demo.rails.serving import serve
from demo.rails.side import SIDES
from infra.runtime.telemetry import configure_logging

log = structlog.get_logger()


class RailSettings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="BANK_", extra="ignore")

    amqp_url: str  # of the rail's own vhost, as its own broker user
    data: Path
    log_level: str = "INFO"


async def main(user: str) -> None:
    settings = RailSettings()
    configure_logging(user, settings.log_level)
    memory = Memory(settings.data / "rail.jsonl", SIDES[user])
    serving = asyncio.create_task(serve(settings.amqp_url, memory, settings.data))
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, serving.cancel)
    try:
        await serving
    except asyncio.CancelledError:
        log.info("rail.stopped")
    finally:
        memory.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
