"""The folder that holds all data of one bank (`BANK_HOME`), and what the environment says of it."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from infra.deployment.local import LocalError
from infra.deployment.local.given import AmqpUrl, Folder, ManagementUrl, PostgresUrl
from infra.deployment.local.ports import DEFAULT_BASE, HIGHEST_BASE, LOWEST_BASE
from infra.deployment.migrations import ROOT

FREE_BYTES_MIN = 500 * 1024 * 1024  # for a fresh database, a broker and some hours of work


class LocalSettings(BaseSettings):
    """The environment of `make run` and of the `bank` command."""

    model_config = SettingsConfigDict(env_prefix="BANK_", extra="ignore", env_ignore_empty=True)

    demo: Literal["people", "none"] = "people"
    home: Folder = ROOT / ".bank"
    cache: Folder | None = None  # None: `cache` below the home
    port_base: int = Field(DEFAULT_BASE, ge=LOWEST_BASE, le=HIGHEST_BASE)
    postgres_url: PostgresUrl | None = None  # an administrator's, on a server that is there
    amqp_url: AmqpUrl | None = None  # an administrator's, on a broker that is there
    amqp_management_url: ManagementUrl | None = None  # None: port 15672 of the broker's host


@dataclass(frozen=True, slots=True)
class Home:
    """Where everything of one bank lies."""

    folder: Path
    cache: Path

    @classmethod
    def of(cls, settings: LocalSettings) -> "Home":
        folder = settings.home.expanduser().resolve()
        cache = settings.cache.expanduser().resolve() if settings.cache else folder / "cache"
        return cls(folder, cache)

    @property
    def logs(self) -> Path:
        return self.folder / "logs"

    @property
    def secrets(self) -> Path:
        return self.folder / "secrets.json"

    @property
    def record(self) -> Path:
        """Who runs with which pid on which port; see infra/deployment/local/keeper.py."""
        return self.folder / "run.json"

    def data(self, process: str) -> Path:
        """The folder of one process alone."""
        folder = self.folder / "data" / process
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return folder

    def prepare(self) -> None:
        """Make the folders.

        Raises:
            LocalError: they cannot be made.
        """
        try:
            for folder in (self.folder, self.logs, self.cache):
                folder.mkdir(parents=True, exist_ok=True)
            # The servers run as another user and must pass through; what is secret is closed.
            self.folder.chmod(0o711)
            self.logs.chmod(0o700)
        except OSError as error:
            raise LocalError(f"cannot write to {self.folder}: {error.strerror}") from error

    def require_space(self) -> None:
        """Refuse a start that would soon fail.

        Raises:
            LocalError: the disk is nearly full.
        """
        free = shutil.disk_usage(self.folder).free
        if free < FREE_BYTES_MIN:
            needed, found = FREE_BYTES_MIN >> 20, free >> 20
            raise LocalError(f"disk full: {self.folder} has {found} MB left and needs {needed} MB")

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold this home for one run; the lock goes with the process that holds it.

        Raises:
            LocalError: another run holds it.
        """
        with (self.folder / "lock").open("a+") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise LocalError(
                    f"this bank is already running in {self.folder} (process {self.holder()})"
                ) from None
            lock.truncate(0)
            lock.write(str(os.getpid()))
            lock.flush()
            yield

    def holder(self) -> str:
        """The process that holds the lock, as it has written there itself."""
        return (self.folder / "lock").read_text(errors="replace").strip() or "unknown"

    def is_running(self) -> bool:
        """True while some process holds the lock."""
        if not (self.folder / "lock").exists():
            return False
        with (self.folder / "lock").open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
        return False
