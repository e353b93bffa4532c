"""A bank's data, copied while it runs and put into a new home: whole, verified, or not at all.

    DIR/postgres      what `pg_basebackup` takes: all tables as of the end of the copy
    DIR/data          what the processes keep for themselves
    DIR/secrets.json  without which sealed data cannot be read; mode 0600

A backup grows in `DIR.unfinished` and gets its name last, so one that was cut off is never taken
for a whole one; a restored home likewise. RabbitMQ's messages are not part of it: a restored bank
is like one that has lost its broker's data.
"""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from infra.deployment.local import LocalError, Say
from infra.deployment.local.child import run_once
from infra.deployment.local.home import Home
from infra.deployment.local.postgres import ADMIN, Postgres, programs
from infra.deployment.local.servers import Servers

UNFINISHED = ".unfinished"


async def back_up(servers: Servers, folder: Path, say: Say) -> None:
    """Copy this bank, running or not, into a folder that is not there yet.

    Raises:
        LocalError: nothing was copied, or not all; no folder of this name is there.
    """
    unfinished = _new_folder(servers, folder)
    async with database_of(servers):
        await _copy_tables(servers, unfinished / "postgres")
    _copy_files(servers.home.folder, unfinished)
    await _verify(unfinished)
    _name(unfinished, folder)
    say(f"the bank of {servers.home.folder} is in {folder}")


async def restore(folder: Path, home: Home, say: Say) -> None:
    """Put a backup into a new home; the next start recovers its tables.

    Raises:
        LocalError: it is no whole backup, or the home is not empty. Nothing has changed.
    """
    if folder.name.endswith(UNFINISHED):
        raise LocalError(f"{folder} is a backup that was cut off")
    await _verify(folder)
    unfinished = _new_home(home)
    _copy_files(folder, unfinished)
    shutil.copytree(folder / "postgres", unfinished / "postgres" / "data")
    _name(unfinished, home.folder)
    say(f"{home.folder} has the bank of {folder}; start it with BANK_HOME={home.folder}")


def _new_folder(servers: Servers, folder: Path) -> Path:
    """Where the backup grows until it is whole."""
    if servers.settings.postgres_url is not None:
        raise LocalError("BANK_POSTGRES_URL names another server: back it up by its own means")
    if folder.exists():
        raise LocalError(f"{folder} is there already: name a new folder")
    if not (servers.home.folder / "postgres" / "data").exists():
        raise LocalError(f"there is no bank in {servers.home.folder}")
    unfinished = folder.with_name(folder.name + UNFINISHED)
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True, mode=0o700)
    return unfinished


def _name(unfinished: Path, whole: Path) -> None:
    # Without this a crash of the machine could keep the name and lose what it names.
    os.sync()
    unfinished.rename(whole)


def _new_home(home: Home) -> Path:
    """Where the home grows until it is whole: half of one would start as an empty bank."""
    if home.folder.exists() and any(home.folder.iterdir()):
        raise LocalError(f"{home.folder} is not empty: name a new home with BANK_HOME")
    unfinished = home.folder.with_name(home.folder.name + UNFINISHED)
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True, mode=0o700)
    (unfinished / "postgres").mkdir(mode=0o700)
    return unfinished


@asynccontextmanager
async def database_of(servers: Servers) -> AsyncIterator[None]:
    """The server while it is needed; its tables stay at the revisions that they have."""
    if servers.settings.postgres_url is not None or servers.home.is_running():
        yield
        return
    with servers.home.locked():
        folder, port = servers.home.folder / "postgres", servers.ports.postgres
        server = Postgres(folder, port, servers.secrets.postgres)
        try:
            await server.start()
            yield
        finally:
            await server.stop()


async def _copy_tables(servers: Servers, target: Path) -> None:
    place = ("-h", "127.0.0.1", "-p", str(servers.ports.postgres), "-U", ADMIN, "--no-password")
    copy = ("-D", target, "--wal-method=stream", "--checkpoint=fast")
    checked = "--manifest-checksums=SHA256"
    environment = {**os.environ, "PGPASSWORD": servers.secrets.postgres}
    await _run("pg_basebackup", *place, *copy, checked, environment=environment)


def _copy_files(source: Path, target: Path) -> None:
    if (source / "data").exists():
        shutil.copytree(source / "data", target / "data", copy_function=_copy_if_there)
    with open(os.open(target / "secrets.json", os.O_WRONLY | os.O_CREAT, 0o600), "wb") as file:
        file.write((source / "secrets.json").read_bytes())


def _copy_if_there(source: str, target: str) -> None:
    """A process may give a file its last name, or take it away, after it was listed."""
    with suppress(FileNotFoundError):
        shutil.copy2(source, target)


async def _verify(folder: Path) -> None:
    """Every file of the tables against its checksum, and the log that makes them consistent."""
    _require_parts(folder)
    await _run("pg_verifybackup", "--quiet", folder / "postgres")


def _require_parts(folder: Path) -> None:
    for name in ("postgres/backup_manifest", "secrets.json"):
        if not (folder / name).is_file():
            raise LocalError(f"{folder} is no backup: it has no {name}")


async def _run(
    program: str, *arguments: str | Path, environment: dict[str, str] | None = None
) -> None:
    status, _, errors = await run_once([programs() / program, *arguments], environment=environment)
    if status:
        raise LocalError(f"{program} failed: {' '.join(errors.split())[-300:]}")
