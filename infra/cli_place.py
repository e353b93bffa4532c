"""What every `bank` command needs: where its bank is, its output, and failures in one line."""

import asyncio
import logging
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import typer
from pydantic import ValidationError

from contracts.envelope import GATEWAY
from infra.dead import DeadQueueFailed
from infra.local import LocalError
from infra.local.home import Home, LocalSettings
from infra.local.keeper import Record
from infra.local.ports import Ports
from infra.local.secrets import Secrets
from infra.local.servers import Servers
from infra.local.terminal import plain

T = TypeVar("T")


def read_settings() -> LocalSettings:
    try:
        return LocalSettings()
    except ValidationError as error:
        [first, *_] = error.errors()
        name = f"BANK_{first['loc'][0]}".upper()
        raise failure(LocalError(f"{name}: {first['msg']}")) from None


def find_home() -> Home:
    """The home of this environment's bank, which may not be there yet."""
    return Home.of(read_settings())


def find_servers() -> Servers:
    """The servers of this environment's bank, which may be running or not."""
    settings = read_settings()
    home = Home.of(settings)
    with in_words():
        home.prepare()
        ports = Ports.from_base(running_base(home) or settings.port_base)
        secrets = Secrets.load(home.secrets)
    return Servers(home, settings, secrets, ports, echo)


def running_base(home: Home) -> int | None:
    """The port base of the bank that runs in this home, whatever this environment says."""
    record = Record.read(home.record) if home.is_running() else None
    found = {entry.name: entry.port for entry in record.processes} if record else {}
    return found.get(GATEWAY)


def until_done(work: Coroutine[Any, Any, T]) -> T:
    """Its result, or the end of the command."""
    # Libraries log the same failures once more, as warnings.
    logging.disable(logging.CRITICAL)
    with in_words():
        return asyncio.run(work)


@contextmanager
def in_words() -> Iterator[None]:
    """What the operator must mend becomes one line and a non-zero exit."""
    try:
        yield
    except (LocalError, DeadQueueFailed, OSError) as error:
        raise failure(error) from None


def failure(error: Exception) -> typer.Exit:
    typer.secho(plain(f"bank: {error}"), err=True, fg=typer.colors.RED)
    return typer.Exit(1)


def echo(text: str) -> None:
    typer.echo(plain(text))
