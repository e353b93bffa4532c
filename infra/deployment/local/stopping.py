"""Stopping the bank of a home from another terminal, as Ctrl-C does in its own."""

import asyncio
from time import monotonic

from infra.deployment.local import LocalError
from infra.deployment.local.home import Home
from infra.deployment.local.keeper import Record
from infra.deployment.local.pids import ask_to_end, began_at

DOWN_SECONDS_MAX = 30.0  # 15 are promised, on a machine that is not busy
POLL_SECONDS = 0.1


async def stop_bank(home: Home) -> bool:
    """Ask it to stop and return when it is down; False: no bank runs in this home.

    Raises:
        LocalError: somebody else has this home, or the bank takes too long. Nobody is killed.
    """
    if not home.is_running():
        return False
    record = Record.read(home.record)
    if record is None or not ask_to_end(record.supervisor, record.began):
        raise LocalError(
            f"{home.folder} is in use by process {home.holder()}, which is not a bank that has"
            " started; nothing was stopped"
        )
    await _until_down(record)
    return True


async def _until_down(record: Record) -> None:
    # Not by its lock: to look at that is to hold it for a moment, and would refuse a new start.
    end = monotonic() + DOWN_SECONDS_MAX
    while began_at(record.supervisor) == record.began:
        if monotonic() > end:
            raise LocalError(
                f"the bank (process {record.supervisor}) was asked to stop, and still runs after"
                f" {DOWN_SECONDS_MAX:.0f} s"
            )
        await asyncio.sleep(POLL_SECONDS)
