"""What an operation costs: processor time of all processes, PostgreSQL and RabbitMQ among them.

Seconds and operations are of one span, which begins before the first call of the warm-up and ends
when every event was heard by all who listen; every operation answered in it counts, those of the
warm-up and those that came after the time, too. What the same processes spend at rest in so many
seconds is taken off. Not in it: who makes the calls, sealing of the audit trail and letters that
have not begun within the span.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from infra.deployment.local.keeper import Record
from tests.fixtures.bank import Bank

_TICKS = os.sysconf("SC_CLK_TCK")
POSTGRES = "postgres"
SHOWN_SHARE = 0.01  # of the whole; processes below it are not named

Seconds = Mapping[str, float]  # of processor time, by process


@dataclass(frozen=True)
class Cost:
    """Microseconds of processor time for one operation, by process."""

    by_process: Mapping[str, float]
    operations: int
    heard_seconds: float  # from the last answer until every event was heard

    @property
    def microseconds(self) -> float:
        return sum(self.by_process.values())

    def __str__(self) -> str:
        ranked = sorted(self.by_process.items(), key=lambda item: -item[1])
        least = self.microseconds * SHOWN_SHARE
        return " · ".join(f"{name} {spent:,.0f}" for name, spent in ranked if spent > least)


def bank_processes(bank: Bank) -> dict[str, int]:
    """The id of each process of the bank, by name."""
    record = Record.read(bank.home / "run.json")
    assert record is not None
    return {entry.name: entry.pid for entry in record.processes if entry.pid is not None}


def spent(processes: Mapping[str, int]) -> dict[str, float]:
    """Processor seconds of each since it began."""
    seconds = {name: _seconds(pid) for name, pid in processes.items()}
    # A PostgreSQL session is a process of its own, whose time its parent has only afterwards.
    seconds[POSTGRES] += sum(_seconds(pid) for pid in _children(processes[POSTGRES]))
    return seconds


def difference(before: Seconds, after: Seconds) -> dict[str, float]:
    return {name: seconds - before[name] for name, seconds in after.items()}


def each(used: Seconds, at_rest: Seconds, operations: int, heard_seconds: float = 0.0) -> Cost:
    """What one of so many operations costs, beyond what is spent at rest meanwhile."""
    more = {name: max(seconds - at_rest.get(name, 0.0), 0.0) for name, seconds in used.items()}
    by_process = {name: seconds * 1e6 / max(operations, 1) for name, seconds in more.items()}
    return Cost(by_process, operations, heard_seconds)


def _seconds(pid: int) -> float:
    """User and system time of a process and of those of its children that have ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(int(ticks) for ticks in fields[11:15]) / _TICKS


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
