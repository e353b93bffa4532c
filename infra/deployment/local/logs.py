"""What the processes of a bank have written: the ends of their logs, and what comes after."""

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from infra.deployment.local import LocalError
from infra.deployment.local.home import Home

LINES_DEFAULT, LINES_MAX = 20, 10_000
_BLOCK = 1024 * 1024  # bytes read at once
_END_BYTES_MAX = 16 * _BLOCK  # how far back the last lines are looked for


@dataclass
class Log:
    """One file, up to a place that moves on when its lines are read."""

    process: str
    path: Path
    place: int = 0
    inode: int = 0
    begun: bytes = b""  # a line whose end is still to come

    def __post_init__(self) -> None:
        with suppress(FileNotFoundError):
            found = self.path.stat()
            self.place, self.inode = found.st_size, found.st_ino

    def last(self, number: int) -> list[str]:
        """So many lines before the place."""
        farthest, end = max(0, self.place - _END_BYTES_MAX), b""
        with suppress(FileNotFoundError), self.path.open("rb") as file:
            begin = self.place
            while begin > farthest and end.count(b"\n") <= number:
                step = min(_BLOCK, begin - farthest)
                begin = file.seek(begin - step)
                end = file.read(step) + end
        return _lines(end)[-number:] if number else []

    def more(self) -> list[str]:
        """The lines from the place on; another file that has taken the name is read whole."""
        with suppress(FileNotFoundError), self.path.open("rb") as file:
            found = os.fstat(file.fileno())
            if found.st_ino != self.inode or found.st_size < self.place:
                self.place, self.inode, self.begun = 0, found.st_ino, b""
            file.seek(self.place)
            read = file.read(_END_BYTES_MAX)
            self.place += len(read)
            whole, end, self.begun = (self.begun + read).rpartition(b"\n")
            return _lines(whole + end)
        return []


def logs_of(home: Home, process: str | None) -> list[Log]:
    """The files that one process, or every one, writes to now.

    Raises:
        LocalError: there are none in this home, or none of this process.
    """
    files = dict(_files(home))
    if not files:
        raise LocalError(f"there are no logs in {home.folder}")
    if process is not None and process not in files:
        raise LocalError(f"no log of {process}; there are those of {', '.join(sorted(files))}")
    return [Log(name, files[name]) for name in ([process] if process else files)]


def _files(home: Home) -> Iterator[tuple[str, Path]]:
    """The servers' lie beside their data."""
    for path in sorted(home.logs.glob("*.log")):
        yield path.stem, path
    for path in sorted(home.folder.glob("rabbitmq/log/*.log")):
        yield path.stem.replace("bank@localhost", "rabbitmq"), path
    if (home.folder / "postgres" / "log").is_file():
        yield "postgres", home.folder / "postgres" / "log"


def _lines(text: bytes) -> list[str]:
    # Not `splitlines`, which knows ends of lines that no writer meant.
    return text.decode(errors="replace").removesuffix("\n").split("\n") if text else []
