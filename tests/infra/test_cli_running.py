"""An operator looks at the bank that runs in a home, and stops that one and nothing else."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from infra.deployment.cli import app
from infra.deployment.local.home import Home
from infra.deployment.local.keeper import Record
from infra.deployment.local.pids import began_at
from infra.deployment.version import bank_version
from tests.fixtures.waiting import until

HELD = """
import asyncio, sys
from pathlib import Path
from infra.deployment.local.home import Home
from infra.deployment.local.keeper import Keeper
from infra.deployment.local.supervisor import stop_signal

async def main():
    home = Home(Path(sys.argv[1]), Path(sys.argv[1]))
    with home.locked():
        stop = stop_signal()
        Keeper(home.record, print).note()
        print("held", flush=True)
        await stop.wait()

asyncio.run(main())
"""
SLEEPER = [sys.executable, "-c", "print('here', flush=True); input()"]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(folder=tmp_path / "home", cache=tmp_path / "cache")
    home.prepare()
    return home


def bank(home: Home, *arguments: str) -> Result:
    return CliRunner().invoke(app, arguments, env={"BANK_HOME": str(home.folder)})


@contextmanager
def running(command: list[str]) -> Iterator["subprocess.Popen[bytes]"]:
    """A process that has said its first line."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, **pipes) as process:  # type: ignore[call-overload]
        try:
            process.stdout.readline()
            yield process
        finally:
            process.kill()


def test_the_version_is_that_of_the_project(home: Home) -> None:
    assert bank(home, "--version").stdout == f"bank {bank_version()}\n"


def test_a_bank_is_stopped_as_by_ctrl_c_and_is_down_afterwards(home: Home) -> None:
    with running([sys.executable, "-c", HELD, str(home.folder)]) as supervisor:
        done = bank(home, "stop")

        assert (done.exit_code, done.stdout) == (0, f"the bank in {home.folder} has stopped\n")
        assert not home.is_running()
        assert supervisor.wait(10) == 0


def test_where_no_bank_runs_there_is_nothing_to_stop(home: Home) -> None:
    done = bank(home, "stop")

    assert (done.exit_code, done.stdout) == (3, f"no bank runs in {home.folder}\n")


@pytest.mark.parametrize("began", ["", "1", None], ids=["unknown", "another", "no record"])
def test_a_process_that_is_not_the_recorded_bank_is_left_alone(
    home: Home, began: str | None
) -> None:
    with running(SLEEPER) as bystander, home.locked():
        if began is not None:
            Record(bystander.pid, (), began).write(home.record)

        done = bank(home, "stop")

        assert done.exit_code == 1
        assert f"is in use by process {os.getpid()}, which is not a bank" in done.stderr
        assert done.stderr.count("\n") == 1
        assert bystander.poll() is None


def test_a_bank_that_is_gone_stops_nobody_who_has_its_number_now(home: Home) -> None:
    with running(SLEEPER) as bystander:
        Record(bystander.pid, (), str(began_at(bystander.pid))).write(home.record)

        assert bank(home, "stop").exit_code == 3
        assert bystander.poll() is None


def write_logs(home: Home) -> None:
    for name, count in (("auth", 30), ("gateway", 2)):
        lines = [json.dumps({"process": name, "number": number}) for number in range(count)]
        (home.logs / f"{name}.log").write_text("\n".join(lines) + "\n")
    for place in ("postgres/log", "rabbitmq/log/bank@localhost.log"):
        (home.folder / place).parent.mkdir(parents=True, exist_ok=True)
        (home.folder / place).write_text(f"words of {place}\n")


def test_the_last_lines_of_a_process_are_shown_as_they_were_written(home: Home) -> None:
    write_logs(home)

    done = bank(home, "logs", "auth", "--lines", "2")

    assert [json.loads(line)["number"] for line in done.stdout.splitlines()] == [28, 29]
    assert len(bank(home, "logs", "auth").stdout.splitlines()) == 20
    assert bank(home, "logs", "auth", "--lines", "0").stdout == ""


def test_without_a_name_every_process_is_shown_under_its_name(home: Home) -> None:
    write_logs(home)

    shown = bank(home, "logs", "--lines", "1").stdout.splitlines()

    names = [line.split()[0] for line in shown]
    assert names == ["auth", "gateway", "rabbitmq", "postgres"]
    assert shown[-1].endswith("words of postgres/log")


@pytest.mark.parametrize("process", ["nobody", "../run", "../../etc/passwd", ""])
def test_a_process_without_a_log_is_told_in_one_line(home: Home, process: str) -> None:
    write_logs(home)

    done = bank(home, "logs", process)

    assert (done.exit_code, done.stdout) == (1, "")
    words = f"bank: no log of {process}; there are those of auth, gateway, postgres, rabbitmq\n"
    assert done.stderr == words


def test_a_home_without_logs_is_told_in_one_line(home: Home) -> None:
    nowhere = Home(home.folder / "nowhere", home.cache)

    for each in (home, nowhere):
        done = bank(each, "logs", "auth")
        assert (done.exit_code, done.stderr) == (1, f"bank: there are no logs in {each.folder}\n")
    assert not nowhere.folder.exists()


def test_what_is_in_a_log_gives_a_terminal_no_orders(home: Home) -> None:
    (home.logs / "auth.log").write_bytes(b"\x1b[2J\x9b31m\r\xe2\x80\xae\xff\x00\x0b\n")

    shown = bank(home, "logs", "auth").stdout

    assert shown.count("\n") == 1
    assert not set(shown) & set("\x1b\x9b\r\u202e\x00\x0b")


async def test_a_log_is_followed_when_another_file_takes_its_name(home: Home) -> None:
    write_logs(home)
    log, shown = home.logs / "auth.log", home.folder / "shown"
    command = [
        sys.executable,
        "-m",
        "infra.deployment.cli",
        "logs",
        "auth",
        "--follow",
        "--lines",
        "1",
    ]
    environment = {**os.environ, "BANK_HOME": str(home.folder), "PYTHONUNBUFFERED": "1"}
    with shown.open("wb") as output:
        follower = await asyncio.create_subprocess_exec(
            *command, env=environment, stdout=output, stderr=output, preexec_fn=_hear_ctrl_c
        )
    try:
        await until(lambda: '"number": 29' in shown.read_text(), 30, "the last line is shown")
        with log.open("a") as file:
            file.write("half")
            file.flush()
            file.write(" and whole\n")
        await until(lambda: "half and whole" in shown.read_text(), 10, "a new line is shown")
        log.rename(home.logs / "auth.log.1")
        log.write_text("afresh\n")
        await until(lambda: "afresh" in shown.read_text(), 10, "the new file is read")
    finally:
        follower.send_signal(signal.SIGINT)
    assert await asyncio.wait_for(follower.wait(), 10) == 0

    assert len(shown.read_text().splitlines()) == 3


def _hear_ctrl_c() -> None:
    """Also where the tests run in the background, whose children would not."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
