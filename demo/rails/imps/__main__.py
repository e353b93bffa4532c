"""The other bank as a process: `python -m demo.rails.imps`."""

import asyncio
import signal
from pathlib import Path

import structlog
from pydantic_settings import BaseSettings, SettingsConfigDict

from contracts.topology import IMPS
from demo.rails.imps.memory import Memory
from demo.rails.imps.serving import serve
from infra.runtime.telemetry import configure_logging

log = structlog.get_logger()


class RailSettings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="BANK_", extra="ignore")

    amqp_url: str  # of the rail's own vhost, as its own broker user
    data: Path
    log_level: str = "INFO"


async def main() -> None:
    settings = RailSettings()
    configure_logging(IMPS.user, settings.log_level)
    memory = Memory(settings.data / "rail.jsonl")
    serving = asyncio.create_task(serve(settings.amqp_url, memory))
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, serving.cancel)
    try:
        await serving
    except asyncio.CancelledError:
        log.info("rail.stopped")
    finally:
        memory.close()


if __name__ == "__main__":
    asyncio.run(main())
