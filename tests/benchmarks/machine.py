"""Facts about the machine, without which a figure says little, and who used its cores."""

import os
import platform
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg

from infra.deployment.local.child import run_once
from infra.deployment.local.keeper import Record
from tests.benchmarks.pgbench import SCALE
from tests.fixtures.bank import Bank

_TICKS = os.sysconf("SC_CLK_TCK")
_FSYNC = re.compile(r"^\s*fdatasync\s+([0-9.]+) ops/sec\s+([0-9.]+) usecs/op", re.MULTILINE)


async def facts(bank: Bank, fsync_program: Path) -> dict[str, str]:
    """What stands above every table of figures."""
    connection = await asyncpg.connect(bank.postgres_url)
    try:
        postgres = await connection.fetchval("show server_version")
    finally:
        await connection.close()
    system = platform.uname()
    return {
        "cores": f"{os.cpu_count()} of {_processor()}",
        "memory": f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GiB",
        "kernel": f"{system.system} {system.release}",
        "fdatasync of 8 KB": await _fsync(bank.home, fsync_program),
        "PostgreSQL": f"{postgres}, fsync on, synchronous_commit on",
        "RabbitMQ": _rabbit(bank),
        "Python": platform.python_version(),
        "pgbench": f"TPC-B, scale {SCALE}, prepared",
    }


@dataclass
class Usage:
    """Processor seconds of each process while something was measured."""

    seconds: dict[str, float] = field(default_factory=dict)

    def __str__(self) -> str:
        ranked = sorted(self.seconds.items(), key=lambda item: -item[1])
        return " · ".join(f"{name} {spent:.1f}" for name, spent in ranked if spent >= 0.05)


@contextmanager
def used_cores(bank: Bank) -> Iterator[Usage]:
    """The processor seconds that each process of the bank spends in this block."""
    usage, before = Usage(), _spent(bank)
    yield usage
    usage.seconds = {name: spent - before[name] for name, spent in _spent(bank).items()}


def _spent(bank: Bank) -> Mapping[str, float]:
    record = Record.read(bank.home / "run.json")
    assert record is not None
    named = {entry.name: entry.pid for entry in record.processes if entry.pid is not None}
    spent = {name: _seconds(pid) for name, pid in named.items()}
    # A PostgreSQL session is a process of its own, whose time its parent has only afterwards.
    spent["postgres"] += sum(_seconds(pid) for pid in _children(named["postgres"]))
    return spent


def _seconds(pid: int) -> float:
    """User and system time of a process and of those of its children that have ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(int(ticks) for ticks in fields[11:15]) / _TICKS


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


async def _fsync(folder: Path, program: Path) -> str:
    file = folder / "fsync.test"
    command = [str(program), "--secs-per-test=1", f"--filename={file}"]
    _, said, errors = await run_once(command)
    found = _FSYNC.search(said)
    return f"{float(found[2]):.0f} µs ({float(found[1]):.0f}/s)" if found else errors.strip()


def _rabbit(bank: Bank) -> str:
    words = Path(f"/proc/{bank.pid('rabbitmq')}/cmdline").read_text()
    erlang = re.search(r"erts-([0-9.]+)", words)
    log = (bank.home / "rabbitmq" / "log").glob("*.log")
    said = "".join(file.read_text(errors="replace") for file in log)
    version = re.search(r"Starting RabbitMQ ([0-9.]+) on Erlang ([0-9.]+)", said)
    if version is not None:
        return f"{version[1]} on Erlang {version[2]}, one scheduler, quorum queues"
    return f"erts {erlang[1] if erlang else 'unknown'}"


def _processor() -> str:
    found = re.search(r"^model name\s*:\s*(.*)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    return found[1] if found else platform.machine()
