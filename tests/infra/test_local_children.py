"""Supervised processes: kept running, stopped with all they started, never orphans."""

import asyncio
import os
import signal
import sys
import time
from asyncio.subprocess import PIPE
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from infra.deployment.local import LocalError
from infra.deployment.local.child import Child, run_once
from infra.deployment.local.identity import Identity, server_identity
from infra.deployment.local.keeper import START_TRIES_MAX, Keeper, Record, how_ended, table
from infra.deployment.local.progress import unfailing
from infra.deployment.migrations import ROOT
from tests.fixtures.waiting import until

SLEEPER = "import time; print('up', flush=True); time.sleep(60)"
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN);" + SLEEPER
PARENT = "import subprocess, sys; subprocess.Popen([sys.executable, '-c', sys.argv[1]]);" + SLEEPER
SUPERVISOR = """
import asyncio, sys
from pathlib import Path
from infra.deployment.local.child import Child
async def main():
    child = Child("one", [sys.executable, "-c", sys.argv[1]], None, Path(sys.argv[2]))
    await child.start()
    print(child.pid, flush=True)
    await child.wait()
asyncio.run(main())
"""


def _child(folder: Path, program: str, name: str = "one", *words: str) -> Child:
    return Child(name, [sys.executable, "-c", program, *words], None, folder / f"{name}.log")


def _exists(pid: int) -> bool:
    """True for a process that runs; one that only waits to be buried does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


async def test_a_dead_child_is_started_again_reported_and_recorded(tmp_path: Path) -> None:
    told: list[str] = []
    keeper = Keeper(tmp_path / "run.json", told.append)
    child = _child(tmp_path, SLEEPER)
    await keeper.start(child, port=8001)
    first = child.pid

    assert first is not None
    os.kill(first, signal.SIGKILL)
    await until(lambda: child.pid != first and child.is_running)

    assert told == ["one ended (SIGKILL); it is started again in 0.2 s"]
    record = Record.read(tmp_path / "run.json")
    assert record is not None
    [entry] = record.processes
    assert (entry.name, entry.pid, entry.port, entry.restarts) == ("one", child.pid, 8001, 1)
    assert table(record.processes)[1].split() == ["one", "8001", str(child.pid), "1"]
    await keeper.stop(["one"], 5)
    assert not child.is_running


async def test_a_record_that_does_not_fit_on_the_disk_starts_nobody_twice(tmp_path: Path) -> None:
    told: list[str] = []
    keeper = Keeper(tmp_path / "run.json", told.append)
    child = _child(tmp_path, SLEEPER)
    await keeper.start(child)
    (tmp_path / "run.unfinished").symlink_to("/dev/full")

    for restarts in (1, 2):
        before = child.pid
        assert before is not None
        os.kill(before, signal.SIGKILL)
        await until(lambda: child.pid != before and child.is_running)  # noqa: B023
        assert len(told) == restarts

    assert all("one ended (SIGKILL)" in line for line in told)
    await keeper.stop(["one"], 5)


async def test_a_child_is_kept_though_nobody_can_be_told(tmp_path: Path) -> None:
    def refuse(line: str) -> None:
        raise BrokenPipeError

    keeper = Keeper(tmp_path / "run.json", unfailing(refuse))
    child = _child(tmp_path, SLEEPER)
    await keeper.start(child)
    first = child.pid

    assert first is not None
    os.kill(first, signal.SIGKILL)
    await until(lambda: child.pid != first and child.is_running)

    await keeper.stop(["one"], 5)


async def test_keeping_that_fails_is_not_a_secret(tmp_path: Path) -> None:
    def fail(line: str) -> None:
        raise RuntimeError("not foreseen")

    keeper = Keeper(tmp_path / "run.json", fail)
    await keeper.start(_child(tmp_path, "raise SystemExit('no such table')"))

    with pytest.raises(RuntimeError, match="not foreseen"):
        await asyncio.wait_for(keeper.failure(), 30)


def test_a_record_that_a_crash_cut_off_is_no_record(tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text("")

    assert Record.read(tmp_path / "run.json") is None


async def test_the_pauses_before_a_restart_grow(tmp_path: Path) -> None:
    told: list[str] = []
    keeper = Keeper(tmp_path / "run.json", told.append)

    await keeper.start(_child(tmp_path, "raise SystemExit('no such table')"))
    await until(lambda: len(told) >= START_TRIES_MAX)

    assert [line.rpartition("in ")[2] for line in told[:3]] == ["0.2 s", "0.4 s", "0.8 s"]
    with pytest.raises(LocalError, match=r"one does not start: .*no such table"):
        keeper.require_starting("one")
    await keeper.stop(["one"], 5)


async def test_a_child_that_ran_out_of_disk_says_so(tmp_path: Path) -> None:
    told: list[str] = []
    keeper = Keeper(tmp_path / "run.json", told.append)

    await keeper.start(
        _child(tmp_path, "import errno; raise OSError(errno.ENOSPC, 'No space left on device')")
    )
    await until(lambda: bool(told))

    assert told[0].startswith("one ended (disk full)")
    await keeper.stop(["one"], 5)


async def test_a_child_that_will_not_stop_is_killed_with_all_it_started(tmp_path: Path) -> None:
    child = _child(tmp_path, PARENT, "one", STUBBORN)
    child.stop_signal = signal.SIGCONT  # which does nothing, as if it hung
    await child.start()
    await until(lambda: child.log.read_text().count("up") == 2)
    grandchildren = _children(child.pid)

    began = time.monotonic()
    await child.stop(0.5)

    assert time.monotonic() - began < 3
    assert not child.is_running
    await until(lambda: not any(_exists(pid) for pid in grandchildren))


def _children(pid: int | None) -> list[int]:
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


async def test_a_child_that_does_not_stop_in_time_is_asked_to_hurry(tmp_path: Path) -> None:
    hurry = "import signal; signal.signal(signal.SIGQUIT, lambda *_: (print('hurried'), exit(4)));"
    child = _child(tmp_path, hurry + STUBBORN)
    child.hurry_signal = signal.SIGQUIT
    await child.start()
    await until(lambda: "up" in child.last_words())

    await child.stop(0.2)

    assert "hurried" in child.last_words()


async def test_a_child_dies_with_its_supervisor_however_that_dies(tmp_path: Path) -> None:
    log = tmp_path / "one.log"
    command = [sys.executable, "-c", SUPERVISOR, SLEEPER, str(log)]
    supervisor = await asyncio.create_subprocess_exec(*command, stdout=PIPE, cwd=ROOT)
    assert supervisor.stdout is not None
    pid = int(await supervisor.stdout.readline())
    await until(lambda: "up" in log.read_text())

    supervisor.kill()
    await supervisor.wait()

    await until(lambda: not _exists(pid))


async def test_waiting_for_an_answer_ends_with_the_child_and_with_time(tmp_path: Path) -> None:
    async def never() -> bool:
        return False

    dying, silent = _child(tmp_path, "raise SystemExit('bad setting')"), _child(tmp_path, SLEEPER)
    await _expect(dying, never, "one ended: bad setting")
    await _expect(silent, never, "one gave no answer in 1 s")


async def _expect(child: Child, answers: Callable[[], Awaitable[bool]], words: str) -> None:
    await child.start()
    with pytest.raises(LocalError, match=words):
        await child.ready(answers, 1 if "gave" in words else 10)
    await child.stop(5)


async def test_a_program_run_once_is_ended_when_nobody_waits_for_it(tmp_path: Path) -> None:
    started = tmp_path / "pid"
    program = f"import os, pathlib; pathlib.Path({str(started)!r}).write_text(str(os.getpid()));"
    task = asyncio.create_task(run_once([sys.executable, "-c", program + SLEEPER]))
    await until(lambda: started.exists() and bool(started.read_text()))

    task.cancel()
    await asyncio.wait([task])

    await until(lambda: not _exists(int(started.read_text())))


def test_an_end_is_told_in_words() -> None:
    assert how_ended(3) == "status 3"
    assert how_ended(-9) == "SIGKILL"


@pytest.mark.skipif(os.geteuid() == 0, reason="says how it is for a normal user")
def test_a_normal_user_runs_the_servers_as_himself(tmp_path: Path) -> None:
    assert server_identity([Path(sys.executable)], tmp_path) == Identity()


@pytest.mark.skipif(os.geteuid() != 0, reason="says how it is for root")
def test_root_lets_nobody_run_the_servers_where_nobody_can_reach_them(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)

    hidden = server_identity([Path("/bin/sh")], tmp_path)
    plain = server_identity([Path("/bin/sh")], Path("/"))

    assert plain.uid not in (None, 0)
    assert hidden.uid is None
    assert hidden.prefix[0] == "unshare"


async def test_a_patient_child_gives_way_between_sessions_too(tmp_path: Path) -> None:
    child = Child("one", [sys.executable, "-c", SLEEPER], None, tmp_path / "log", niceness=10)
    await child.start()
    try:
        assert child.pid is not None
        assert os.getpriority(os.PRIO_PROCESS, child.pid) == 10
        session = Path(f"/proc/{child.pid}/autogroup")
        assert not session.exists() or session.read_text().split()[-2:] == ["nice", "10"]
    finally:
        await child.stop(5)
