"""Children kept running: one that dies is started again, reported in one line, and recorded."""

import asyncio
import errno
import json
import os
import signal
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

from pydantic import Field, TypeAdapter

from infra.deployment.local import LocalError, Say
from infra.deployment.local.child import Child
from infra.deployment.local.given import PORT_MAX
from infra.deployment.local.pids import began_at, lives

PAUSE_SECONDS_MIN, PAUSE_SECONDS_MAX = 0.2, 5.0
SETTLED_SECONDS = 30.0  # one that lived so long starts again without a longer pause
START_TRIES_MAX = 4  # deaths before the bank was ready for the first time
NO_SPACE = os.strerror(errno.ENOSPC)


@dataclass(slots=True)
class Entry:
    """One line of the record: who runs, where, and how often it was started again."""

    name: str
    pid: int | None
    port: Annotated[int, Field(gt=0, le=PORT_MAX)] | None
    restarts: int = 0


@dataclass(frozen=True)
class Record:
    """What `bank status` shows; it lies in the bank's home while the bank runs."""

    supervisor: int
    processes: tuple[Entry, ...]
    began: str = ""  # the supervisor, so that no other process is taken for it

    @classmethod
    def read(cls, path: Path) -> "Record | None":
        """None: nothing runs, or the machine stopped before the file was on its disk."""
        try:
            return _RECORD.validate_json(path.read_bytes(), strict=True)
        except (OSError, ValueError):
            return None

    def is_anyone_left(self) -> bool:
        """True while a process of this record lives."""
        return any(entry.pid is not None and lives(entry.pid) for entry in self.processes)

    def write(self, path: Path) -> None:
        unfinished = path.with_suffix(".unfinished")
        unfinished.write_text(json.dumps(asdict(self), indent=1))
        unfinished.rename(path)


_RECORD = TypeAdapter(Record)


class Keeper:
    """Keeps every child that it was given, until it is told to stop it."""

    def __init__(self, record: Path, say: Say) -> None:
        self._record, self._say = record, say
        self._began = began_at(os.getpid()) or ""
        self._entries: dict[str, Entry] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._children: dict[str, Child] = {}
        self._failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    @property
    def entries(self) -> list[Entry]:
        return list(self._entries.values())

    def note(self) -> None:
        """Write the record as it is now."""
        # One that grows old on a full disk harms nobody; only other `bank` commands read it.
        with suppress(OSError):
            Record(os.getpid(), tuple(self.entries), self._began).write(self._record)

    async def start(self, child: Child, port: int | None = None) -> None:
        await child.start()
        self.keep(child, port)

    def keep(self, child: Child, port: int | None = None) -> None:
        """Keep a child that has been started."""
        self._children[child.name] = child
        self._entries[child.name] = Entry(child.name, child.pid, port)
        self._tasks[child.name] = asyncio.create_task(self._keep(child))
        self._tasks[child.name].add_done_callback(self._note_end)
        self.note()

    def pid(self, name: str) -> int | None:
        return self._entries[name].pid

    def kill(self, name: str) -> None:
        """End it at once; it is started again like one that died by itself."""
        process = self._children[name].process
        if process is not None:
            with suppress(ProcessLookupError):
                process.kill()

    async def failure(self) -> None:
        """Never returns: raises what ended the keeping of a child, if anything ever does."""
        await self._failed

    def require_starting(self, name: str) -> None:
        """Nothing, while there is hope.

        Raises:
            LocalError: it died again and again; with its last words.
        """
        if self._entries[name].restarts >= START_TRIES_MAX:
            words = self._children[name].last_words()
            raise LocalError(f"{name} does not start: {words} (more in {self._children[name].log})")

    async def stop(self, names: Iterable[str], seconds: float) -> None:
        """Stop these together, each within this time, and keep them no longer."""
        chosen = [name for name in names if name in self._tasks]
        await self.forget(chosen)
        await asyncio.gather(*(self._children[name].stop(seconds) for name in chosen))

    async def forget(self, names: Iterable[str] | None = None) -> None:
        """Keep these no longer, or nobody; what still runs is left to who owns it."""
        tasks = [self._tasks.pop(name) for name in list(self._tasks if names is None else names)]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _keep(self, child: Child) -> None:
        entry, pause = self._entries[child.name], 0.0
        while True:
            born = time.monotonic()
            status = await child.wait()
            is_settled = time.monotonic() - born > SETTLED_SECONDS
            pause = PAUSE_SECONDS_MIN if is_settled or not pause else pause * 2
            pause = min(pause, PAUSE_SECONDS_MAX)
            reason = "disk full" if NO_SPACE in child.last_words() else how_ended(status)
            self._say(f"{child.name} ended ({reason}); it is started again in {pause:.1f} s")
            entry.restarts += 1
            await asyncio.sleep(pause)
            await self._restart(child)
            entry.pid = child.pid
            self.note()

    async def _restart(self, child: Child) -> None:
        """Until it starts: a machine out of space or processes may have some again later."""
        while True:
            try:
                await child.start()
                return
            except OSError as error:
                self._say(f"{child.name} cannot be started: {error.strerror}")
            await asyncio.sleep(PAUSE_SECONDS_MAX)

    def _note_end(self, keeping: asyncio.Task[None]) -> None:
        reason = None if keeping.cancelled() else keeping.exception()
        if reason is not None and not self._failed.done():
            self._failed.set_exception(reason)


def table(entries: Iterable[Entry]) -> list[str]:
    """What runs where, for a terminal."""
    rows = [("process", "port", "pid", "restarts")]
    rows += [(e.name, str(e.port or "-"), str(e.pid or "-"), str(e.restarts)) for e in entries]
    return [f"{name:<14}{port:>6}{pid:>9}{restarts:>10}" for name, port, pid, restarts in rows]


def how_ended(status: int) -> str:
    """`status 1`, or the name of the signal."""
    return signal.Signals(-status).name if status < 0 else f"status {status}"
