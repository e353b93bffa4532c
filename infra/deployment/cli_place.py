"""What every `bank` command needs: where its bank is, and its output."""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any, TypeVar

import typer

from contracts.envelope import GATEWAY
from infra.deployment.local import LocalError
from infra.deployment.local.home import Home, LocalSettings
from infra.deployment.local.keeper import Record
from infra.deployment.local.ports import Ports
from infra.deployment.local.secrets import Secrets
from infra.deployment.local.servers import Servers
from infra.deployment.local.terminal import plain

T = TypeVar("T")


def find_home() -> Home:
    """The home of this environment's bank, which may not be there yet."""
    return Home.of(LocalSettings())


def find_servers() -> Servers:
    """The servers of this environment's bank, which may be running or not, or new."""
    settings = LocalSettings()
    home = Home.of(settings)
    home.prepare()
    ports = Ports.from_base(running_base(home) or settings.port_base)
    return Servers(home, settings, Secrets.load(home.secrets), ports, echo)


def known_servers() -> Servers:
    """The same of a bank that is there already.

    Raises:
        LocalError: there is none in this home; nothing was made.
    """
    home = find_home()
    if not home.secrets.exists():
        raise LocalError(f"there is no bank in {home.folder}")
    return find_servers()


def running_base(home: Home) -> int | None:
    """The port base of the bank that runs in this home, whatever this environment says."""
    record = Record.read(home.record) if home.is_running() else None
    found = {entry.name: entry.port for entry in record.processes} if record else {}
    return found.get(GATEWAY)


def until_done(work: Coroutine[Any, Any, T]) -> T:
    # Libraries log what fails once more, as warnings.
    logging.disable(logging.CRITICAL)
    return asyncio.run(work)


def echo(text: str) -> None:
    typer.echo(plain(text))
