"""Where the broker comes from: fetched once for all banks of a cache, from wherever it can be."""

import asyncio
import os
import shutil
from pathlib import Path

import pytest

from infra.deployment.local import LocalError
from infra.deployment.local.child import run_once
from infra.deployment.local.erlang import (
    SCRIPTS,
    Erlang,
    caution,
    find_erlang,
    make_movable,
    version_of,
)
from infra.deployment.local.progress import telling
from tests.fixtures.servers import download_cache
from tests.fixtures.waiting import until

APT = """#!/bin/sh
echo called >> "{folder}/calls"
sleep 0.5
for word; do
  case "$word" in Dir::Cache=*) touch "${{word#Dir::Cache=}}/archives/rabbitmq-server.deb";; esac
done
"""
DPKG = """#!/bin/sh
mkdir -p "$3/of-a-test/sbin"
sleep 0.5
touch "$3/of-a-test/sbin/rabbitmq-server"
"""
# As Debian's is where a place with a space in its name matters.
ENVIRONMENT = """
RABBITMQ_SCRIPTS_DIR=`dirname $SCRIPT_PATH`
. ${RABBITMQ_SCRIPTS_DIR}/rabbitmq-defaults
"""
SERVER = 'SCRIPT_PATH="$0"; . "$(dirname "$0")/rabbitmq-env"; echo "$BOOT_MODULE"\n'


@pytest.fixture
def apt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The notes of an apt that stands in for the machine's, which has no RabbitMQ yet."""
    monkeypatch.setattr("infra.deployment.local.erlang.HOMES", ("of-a-test",))
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    _program(tmp_path / "apt-get", APT.format(folder=tmp_path))
    _program(tmp_path / "dpkg-deb", DPKG)
    return tmp_path / "calls"


async def test_two_starts_with_one_cache_fetch_the_broker_once(apt: Path, tmp_path: Path) -> None:
    cache, told = tmp_path / "cache", list[str]()

    found = await asyncio.gather(*(find_erlang(cache, told.append) for _ in range(3)))

    assert {erlang.root for erlang in found if erlang is not None} == {cache / "rabbitmq"}
    assert apt.read_text().splitlines() == ["called"]
    assert (cache / "rabbitmq" / "of-a-test" / "sbin" / "rabbitmq-server").exists()


@pytest.mark.parametrize(
    ("names", "newest"),
    [
        (("3.10.8", "4.1.3"), "4.1.3"),
        (("4.1.3", "4.1.10"), "4.1.10"),
        (("3.9.27", "3.10.8"), "3.10.8"),
    ],
)
def test_of_several_brokers_the_newest_is_started(
    tmp_path: Path, names: tuple[str, str], newest: str
) -> None:
    for name in names:
        _a_broker(tmp_path / f"usr/lib/rabbitmq/lib/rabbitmq_server-{name}")

    found = Erlang(tmp_path).rabbit

    assert found is not None
    assert found.name == f"rabbitmq_server-{newest}"


def test_a_broker_says_its_version_wherever_it_is_installed(tmp_path: Path) -> None:
    _a_broker(tmp_path / "usr/lib/rabbitmq/lib/rabbitmq_server-3.10.8")
    other = _a_broker(tmp_path / "opt/rabbitmq")
    (other / "plugins/rabbit-4.1.3").mkdir(parents=True)

    assert Erlang(tmp_path).rabbit == other
    assert version_of(other) == (4, 1, 3)


def test_the_operator_is_told_of_a_broker_past_its_support(tmp_path: Path) -> None:
    told = [caution(_a_broker(tmp_path / f"rabbitmq{end}")) for end in ("-3.13.7", "-4.0.1", "")]

    assert told == [
        "RabbitMQ 3.13.7 is for looking and tests, not for production: docs/operations.md",
        None,
        None,
    ]


async def test_who_waits_for_another_start_can_be_stopped(apt: Path, tmp_path: Path) -> None:
    fetching = asyncio.create_task(find_erlang(tmp_path / "cache", print))
    await until(apt.exists)

    with pytest.raises(TimeoutError):
        await asyncio.wait_for(find_erlang(tmp_path / "cache", print), 0.1)

    assert await fetching is not None


async def test_packages_that_cannot_be_fetched_are_one_reason(apt: Path, tmp_path: Path) -> None:
    _program(tmp_path / "apt-get", "#!/bin/sh\necho 'no such host' >&2\nexit 100\n")

    with pytest.raises(LocalError, match=r"could not fetch rabbitmq-server \(no such host\)$"):
        await find_erlang(tmp_path / "cache", print)


async def test_an_unpacked_broker_starts_in_a_folder_with_a_space(tmp_path: Path) -> None:
    root = tmp_path / "a folder"
    scripts = root / SCRIPTS.replace("*", "4.0")
    scripts.mkdir(parents=True)
    _program(scripts / "rabbitmq-server", f"#!/bin/sh -e\n{SERVER}")
    (scripts / "rabbitmq-env").write_text(ENVIRONMENT)
    (scripts / "rabbitmq-defaults").write_text("BOOT_MODULE=rabbit\n")

    make_movable(root)

    assert await run_once([scripts / "rabbitmq-server"]) == (0, "rabbit\n", "")


async def test_the_scripts_that_were_unpacked_start_in_a_folder_with_a_space(
    tmp_path: Path,
) -> None:
    """The real ones, with an Erlang that only shows what it was told."""
    known = await find_erlang(download_cache(), print)
    if known is None or known.root == Path("/") or known.rabbit is None:
        pytest.skip("the machine's own RabbitMQ is used as it is")
    scripts = tmp_path / "a folder" / SCRIPTS.replace("*", "4.0")
    shutil.copytree(known.rabbit / "sbin", scripts)
    _program(tmp_path / "erl", '#!/bin/sh\necho "$@"\n')
    environment = {"PATH": f"{tmp_path}:/usr/bin:/bin", "RABBITMQ_ALLOW_INPUT": "1"}

    make_movable(tmp_path / "a folder")
    status, told, errors = await run_once([scripts / "rabbitmq-server"], environment=environment)

    assert status == 0, errors
    assert "-s rabbit boot" in told


async def test_what_takes_its_time_is_told_until_it_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("infra.deployment.local.progress.PROGRESS_SECONDS", 0.01)
    told: list[str] = []

    async with telling(told.append, lambda: f"line {len(told)}"):
        await until(lambda: len(told) >= 2)

    assert told[:2] == ["line 0", "line 1"]


def _a_broker(home: Path) -> Path:
    (home / "sbin").mkdir(parents=True)
    Erlang.programs(home).touch()
    return home


def _program(path: Path, text: str) -> None:
    path.write_text(text)
    path.chmod(0o755)
