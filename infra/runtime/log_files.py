"""The log file of a process, turned by the process itself before it grows beyond its bound.

Whoever starts a process leads its standard error into a file and names that file to it. So all
that the process says, a crash included, is in one place, nobody stands in between, and when the
file is full the process renames it (`.1` is the newest of the old ones) and leads its standard
error into a new one. Two processes that share a file by mistake turn it one after the other.
"""

import fcntl
import os
import sys
from logging.handlers import RotatingFileHandler
from pathlib import Path
from threading import Lock
from typing import TextIO

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

OUTPUT, ERRORS = 1, 2  # descriptors
MEGABYTE = 1_000_000


class LogSettings(BaseSettings):
    """Without a file lines go to standard error, and whoever reads it keeps them."""

    model_config = SettingsConfigDict(env_prefix="BANK_", extra="ignore", env_ignore_empty=True)

    log_file: Path | None = None  # where standard error already leads
    log_megabytes_max: float = Field(default=50, gt=0)  # of one file
    log_files_kept: int = Field(default=4, ge=1, le=1_000)  # beside the one that is written


class LogFile:
    """Writes to standard error, which is this file; a stream as loggers use it."""

    def __init__(self, path: Path, settings: LogSettings) -> None:
        self._path = path
        self._bytes_max = settings.log_megabytes_max * MEGABYTE
        kept = settings.log_files_kept
        self._files = RotatingFileHandler(path, backupCount=kept, delay=True)
        self._lock = Lock()

    def write(self, text: str) -> int:
        with self._lock:
            size = os.fstat(ERRORS).st_size
            if size and size + len(text) > self._bytes_max:
                self._turn()
            return sys.stderr.write(text)

    def flush(self) -> None:
        sys.stderr.flush()

    def _turn(self) -> None:
        """A full disk or a missing folder stops no process: it goes on in the file it has."""
        sys.stderr.flush()
        try:
            # Of the old file, and let go with it.
            fcntl.flock(ERRORS, fcntl.LOCK_EX)
            if self._is_ours():
                self._files.doRollover()
            fresh = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        except OSError:
            return
        for descriptor in (OUTPUT, ERRORS):
            os.dup2(fresh, descriptor)
        os.close(fresh)

    def _is_ours(self) -> bool:
        """False when another process has turned the file meanwhile."""
        return self._path.exists() and os.path.samestat(self._path.stat(), os.fstat(ERRORS))


def log_output() -> TextIO | LogFile:
    """Where the lines of this process go."""
    settings = LogSettings()
    if settings.log_file is None:
        return sys.stderr
    return LogFile(settings.log_file, settings)
