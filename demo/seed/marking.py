"""The mark of a seeding that was finished: with it, nothing is asked any more."""

from pathlib import Path

from pydantic import ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from contracts.envelope import OPERATOR
from demo.seed.asking import Seeder
from demo.seed.seeding import Demo, seed
from infra.bus.ask import AskClient


class SeedSettings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="BANK_", extra="ignore")

    amqp_url: str  # as the broker user `operator`
    data: Path | None = None  # the folder for the mark; None: look at everything each time


def remembered(mark: Path) -> Demo | None:
    """The demo that was set up in this bank; None: not yet, or not to the end."""
    try:
        return Demo.model_validate_json(mark.read_bytes())
    except (FileNotFoundError, ValidationError):
        return None


def remember(mark: Path, demo: Demo) -> None:
    unfinished = mark.with_suffix(".unfinished")
    unfinished.write_text(demo.model_dump_json(indent=1))
    unfinished.rename(mark)


async def seeded_once(settings: SeedSettings) -> tuple[Demo, bool]:
    """The demo, and whether all its log-ins were made only now.

    Raises:
        SeedFailed, OSError: it was not set up, or not to the end.
    """
    mark = settings.data / "seeded.json" if settings.data else None
    known = remembered(mark) if mark else None
    if known is not None:
        return known, False
    client = AskClient(settings.amqp_url, OPERATOR)
    try:
        await client.start()
        seeder = Seeder(client)
        demo = await seed(seeder)
    finally:
        await client.stop()
    if mark:
        remember(mark, demo)
    return demo, not seeder.has_met_users
