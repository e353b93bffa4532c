"""One supervised process: its own process group, its own log, and never an orphan.

On Linux the kernel signals each child when its parent dies, however it dies (PR_SET_PDEATHSIG): our
own processes are killed, because one that still waits for a server would never see a polite signal.
Elsewhere a supervisor that is killed with SIGKILL leaves its children behind.
"""

import asyncio
import ctypes
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, STDOUT, Process
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from infra.deployment.local import LocalError
from infra.deployment.local.identity import Identity

PR_SET_PDEATHSIG = 1
READY_PAUSE_SECONDS = 0.05
LAST_WORDS_MAX = 300  # characters
STOP_SECONDS = 60.0  # where nobody has promised an earlier end
HURRY_SECONDS = 1.0  # for the signal in between, where a process knows one
KILL_SECONDS = 5.0  # between SIGKILL and giving up on a process that the kernel still holds

_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


@dataclass(slots=True)
class Child:
    """How to run one process, and the process while it runs."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] | None  # None: as its supervisor's
    log: Path
    identity: Identity = field(default_factory=Identity)
    folder: Path | None = None
    niceness: int = 0
    stop_signal: signal.Signals = signal.SIGTERM
    hurry_signal: signal.Signals | None = None  # a second request, before it is killed
    orphan_signal: signal.Signals = signal.SIGKILL
    process: Process | None = None

    @property
    def pid(self) -> int | None:
        return self.process.pid if self.process else None

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.returncode is None

    async def start(self) -> None:
        """Start it; its output is appended to its log."""
        with self.log.open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                *self.identity.prefix,
                *self.command,
                env=self.environment,
                cwd=self.folder,
                stdin=DEVNULL,
                stdout=log,
                stderr=STDOUT,
                start_new_session=True,
                preexec_fn=_before_exec(os.getpid(), self.orphan_signal, self.niceness),
                **self.identity.user,
            )

    async def ready(self, answers: Callable[[], Awaitable[bool]], seconds: float) -> None:
        """Return when it answers.

        Raises:
            LocalError: it ended, or did not answer in time.
        """
        try:
            async with asyncio.timeout(seconds):
                while not await answers():
                    if not self.is_running:
                        raise LocalError(f"{self.name} ended: {self.last_words()}")
                    await asyncio.sleep(READY_PAUSE_SECONDS)
        except TimeoutError:
            raise LocalError(f"{self.name} gave no answer in {seconds:.0f} s") from None

    async def wait(self) -> int:
        """Its exit status, once it has ended."""
        assert self.process is not None
        return await self.process.wait()

    async def stop(self, seconds: float) -> None:
        """Ask it to stop, and kill its group when it has not within this time."""
        if self.process is None:
            return
        for kind, patience in (
            (self.stop_signal, seconds),
            (self.hurry_signal, HURRY_SECONDS),
            (signal.SIGKILL, KILL_SECONDS),
        ):
            if kind is None:
                continue
            if not self.is_running:
                break
            with suppress(ProcessLookupError):
                self.process.send_signal(kind)
            with suppress(TimeoutError):
                await asyncio.wait_for(self.process.wait(), patience)
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)

    def last_words(self) -> str:
        """The end of its log in one line, to say why it died."""
        if not self.log.exists():
            return ""
        with self.log.open("rb") as log:
            log.seek(max(0, self.log.stat().st_size - 4096))
            words = log.read().decode(errors="replace")
        return " ".join(words.split())[-LAST_WORDS_MAX:]


async def run_once(
    command: Sequence[str | Path],
    *,
    environment: Mapping[str, str] | None = None,
    identity: Identity | None = None,
    folder: Path | None = None,
) -> tuple[int, str, str]:
    """Run a program to its end: its status, output and errors. Cancelled, it ends the program."""
    identity = identity or Identity()
    process = await asyncio.create_subprocess_exec(
        *identity.prefix,
        *command,
        env=environment,
        cwd=folder,
        stdin=DEVNULL,
        stdout=PIPE,
        stderr=PIPE,
        preexec_fn=_before_exec(os.getpid(), signal.SIGKILL, 0),
        **identity.user,
    )
    try:
        output, errors = await process.communicate()
    except asyncio.CancelledError:
        with suppress(ProcessLookupError):
            process.kill()
        raise
    status = process.returncode or 0
    return status, output.decode(errors="replace"), errors.decode(errors="replace")


def _before_exec(parent: int, orphan_signal: int, niceness: int) -> Callable[[], None]:
    """What runs between fork and exec: no imports, no locks, a few system calls."""

    def prepare() -> None:
        if _libc is not None:
            _libc.prctl(PR_SET_PDEATHSIG, orphan_signal)
            if os.getppid() != parent:  # it died before the line above
                os._exit(1)
        if niceness:
            os.nice(niceness)
            _step_back(niceness)

    return prepare


def _step_back(niceness: int) -> None:
    """Linux may share the processor between sessions before it looks at niceness within one; each
    child leads a session of its own, so the session has to be nice as well."""
    with suppress(OSError):
        session = os.open("/proc/self/autogroup", os.O_WRONLY)
        os.write(session, str(niceness).encode())
        os.close(session)
