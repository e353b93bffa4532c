"""Facts about the machine, without which a figure says little."""

import os
import platform
import re
from pathlib import Path

import asyncpg

from infra.deployment.local.child import run_once
from tests.benchmarks.pgbench import SCALE
from tests.fixtures.bank import Bank

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
