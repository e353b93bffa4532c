"""The `bank` commands about the bank that runs in this home: who it is, its logs, its end."""

import asyncio
import json
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict
from typing import Annotated

import typer

from infra.bus.depths import Depth, depths
from infra.bus.management import ManagementFailed
from infra.deployment.cli_place import echo, find_home, find_servers, until_done
from infra.deployment.local.home import Home
from infra.deployment.local.keeper import Record, table
from infra.deployment.local.logs import LINES_DEFAULT, LINES_MAX, Log, logs_of
from infra.deployment.local.stopping import stop_bank
from infra.deployment.local.terminal import in_one_line

NOT_RUNNING = 3  # an exit status, as of a stopped system service
NAME_WIDTH = 14
POLL_SECONDS = 0.2

Process = Annotated[str | None, typer.Argument(help="One of those of `bank status`; else all.")]
Lines = Annotated[
    int, typer.Option("--lines", "-n", min=0, max=LINES_MAX, help="So many of each process.")
]
Follow = Annotated[
    bool, typer.Option("--follow", "-f", help="Stay, and show what comes, until Ctrl-C.")
]
AsJson = Annotated[bool, typer.Option("--json", help="For programs.")]


def status(as_json: AsJson = False) -> None:
    """Who runs where, how often each was started again, and how full the queues are."""
    home = find_home()
    record = Record.read(home.record) if home.is_running() else None
    if record is None:
        raise not_running(home)
    queues = asyncio.run(_depths(find_servers().monitor_url()))
    if as_json:
        shown = None if queues is None else [each.as_json() for each in queues]
        echo(json.dumps({**asdict(record), "queues": shown}, indent=1))
        return
    for line in table(record.processes):
        echo(line)
    echo("\nqueues that hold something" if queues is not None else "\nthe queues are not seen")
    for each in queues or ():
        if each.messages:
            echo(f"  {each}")


def stop() -> None:
    """Stop the bank as Ctrl-C does, and return when it is down."""
    home = find_home()
    if not until_done(stop_bank(home)):
        raise not_running(home)
    echo(f"the bank in {home.folder} has stopped")


def logs(
    process: Process = None,
    is_followed: Follow = False,
    lines: Lines = LINES_DEFAULT,
) -> None:
    """The last lines that a process has written, or every process."""
    found = logs_of(find_home(), process)
    for log in found:
        _show(log, log.last(lines), is_named=process is None)
    with suppress(KeyboardInterrupt):
        while is_followed:
            time.sleep(POLL_SECONDS)
            for log in found:
                _show(log, log.more(), is_named=process is None)


def not_running(home: Home) -> typer.Exit:
    echo(f"no bank runs in {home.folder}")
    return typer.Exit(NOT_RUNNING)


def _show(log: Log, lines: Iterable[str], *, is_named: bool) -> None:
    for line in lines:
        shown = in_one_line(line)
        echo(f"{log.process:<{NAME_WIDTH}}{shown}" if is_named else shown)


async def _depths(monitor_url: str | None) -> list[Depth] | None:
    """None: the broker does not say."""
    try:
        return await depths(monitor_url) if monitor_url else None
    except ManagementFailed:
        return None
