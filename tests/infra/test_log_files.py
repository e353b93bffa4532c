"""The log of a process is a bounded number of bounded files, and no line is lost at a turn."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import ValidationError

from infra.deployment.local.home import Home
from infra.deployment.local.processes import Plan
from infra.runtime.log_files import MEGABYTE, LogSettings

BYTES_MAX = 20_000
LINES = 500
PROGRAM = """
import os, sys, structlog
from infra.runtime.telemetry import configure_logging
configure_logging(sys.argv[1])
log = structlog.get_logger()
for number in range(int(sys.argv[2])):
    log.info("counted", number=number)
os.write(2, b"last words\\n")
"""


def writing(
    log: Path, kept: int, name: str = "toy", lines: int = LINES
) -> "subprocess.Popen[bytes]":
    """A process whose standard error is led into this file, as a supervisor does it."""
    environment = {
        **os.environ, "BANK_LOG_FILE": str(log), "BANK_LOG_FILES_KEPT": str(kept),
        "BANK_LOG_MEGABYTES_MAX": str(BYTES_MAX / MEGABYTE),
    }  # fmt: skip
    with log.open("ab") as output:
        return subprocess.Popen(
            [sys.executable, "-c", PROGRAM, name, str(lines)],
            env=environment, stdout=output, stderr=output,
        )  # fmt: skip


def files_of(log: Path) -> list[Path]:
    """The oldest first."""
    return [*sorted(log.parent.glob(f"{log.name}.*"), key=lambda p: -int(p.suffix[1:])), log]


def numbers_in(files: list[Path], name: str = "toy") -> list[int]:
    lines = [line for file in files for line in file.read_text().splitlines() if "{" in line]
    return [line["number"] for line in map(json.loads, lines) if line["process"] == name]


def test_a_log_that_is_full_is_turned_and_the_oldest_goes(tmp_path: Path) -> None:
    log = tmp_path / "toy.log"

    assert writing(log, kept=2).wait() == 0

    assert [file.name for file in files_of(log)] == ["toy.log.2", "toy.log.1", "toy.log"]
    assert all(file.stat().st_size <= BYTES_MAX for file in files_of(log))
    numbers = numbers_in(files_of(log))
    assert numbers == list(range(numbers[0], LINES))
    assert log.read_text().endswith("last words\n")


def test_the_next_process_goes_on_in_the_file_of_the_last(tmp_path: Path) -> None:
    log = tmp_path / "toy.log"

    assert writing(log, kept=1, lines=10).wait() == 0
    assert writing(log, kept=1, lines=10).wait() == 0

    assert numbers_in(files_of(log)) == [*range(10), *range(10)]


def test_processes_that_share_a_file_lose_no_line_and_break_none(tmp_path: Path) -> None:
    log = tmp_path / "toy.log"

    names = ["a", "b", "c"]
    for process in [writing(log, kept=50, name=name) for name in names]:
        assert process.wait() == 0

    for name in names:
        assert numbers_in(files_of(log), name) == list(range(LINES))


def test_a_log_that_cannot_be_turned_is_written_on(tmp_path: Path) -> None:
    log = tmp_path / "toy.log"
    (tmp_path / "toy.log.1").mkdir()
    (tmp_path / "toy.log.1" / "full").touch()

    assert writing(log, kept=1).wait() == 0

    assert numbers_in([log]) == list(range(LINES))


def test_each_process_of_a_bank_is_told_its_own_file(tmp_path: Path) -> None:
    child = Plan("account", ("toy",), {}).child(Home(tmp_path, tmp_path))

    assert child.environment is not None
    assert child.environment["BANK_LOG_FILE"] == str(child.log)


@pytest.mark.parametrize("bound", ["log_megabytes_max", "log_files_kept"])
def test_a_bound_that_would_keep_nothing_is_refused(bound: str) -> None:
    with pytest.raises(ValidationError):
        LogSettings.model_validate({bound: 0})
