"""The folder of one bank: its lock, its secrets, its ports, and one clear line for each fault."""

import json
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from pydantic import ValidationError

from contracts.topology import SERVICES
from infra.deployment.local import LocalError
from infra.deployment.local.home import Home, LocalSettings
from infra.deployment.local.ports import Ports, is_free, require_free
from infra.deployment.local.secrets import Secrets
from tests.fixtures.ports import free_port

HOLDER = "import sys; from pathlib import Path; from infra.deployment.local.home import Home\n"
HOLDER += (
    "with Home(Path(sys.argv[1]), Path(sys.argv[1])).locked(): print('held', flush=True); input()"
)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "home", tmp_path / "home" / "cache")
    home.prepare()
    return home


def test_a_second_run_in_the_same_home_is_refused_and_told_who_holds_it(home: Home) -> None:
    command = [sys.executable, "-c", HOLDER, str(home.folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()

        assert home.is_running()
        with pytest.raises(LocalError, match=f"already running in .* \\(process {holder.pid}\\)"):
            home.locked().__enter__()
        holder.kill()

    assert not home.is_running()
    with home.locked():
        assert home.is_running()


def test_a_full_disk_is_named_before_anything_starts(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=3 << 20))

    with pytest.raises(LocalError, match=r"^disk full: .* has 3 MB left and needs 500 MB$"):
        home.require_space()


def test_a_home_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(LocalError, match=r"cannot write to .*: Not a directory"):
        Home(tmp_path / "file" / "home", tmp_path / "cache").prepare()


def test_the_home_lets_the_servers_user_through_but_shows_nothing(home: Home) -> None:
    Secrets.load(home.secrets)

    assert home.folder.stat().st_mode & 0o777 == 0o711
    assert home.logs.stat().st_mode & 0o777 == 0o700
    assert home.data("account").stat().st_mode & 0o777 == 0o700
    assert home.secrets.stat().st_mode & 0o777 == 0o600


def test_the_environment_says_where_everything_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BANK_HOME", str(tmp_path))
    monkeypatch.setenv("BANK_CACHE", "")
    monkeypatch.setenv("BANK_PORT_BASE", "9000")

    settings = LocalSettings()

    assert Home.of(settings) == Home(tmp_path, tmp_path / "cache")
    assert settings.port_base == 9000


def test_secrets_are_made_once_and_never_change(home: Home) -> None:
    first = Secrets.load(home.secrets)

    assert Secrets.load(home.secrets) == first
    assert set(first.roles) == set(SERVICES)
    assert {
        *SERVICES,
        "gateway",
        "operator",
        "rail-imps",
        "rail-rtgs",
        "rail-neft",
        "rail-upi",
    } <= set(first.users)
    assert all(len(bytes.fromhex(secret)) == 32 for secret in first.processes.values())
    everything = [*first.roles.values(), *first.users.values(), *first.processes.values()]
    assert len(set(everything)) == len(everything)


def test_a_new_service_is_given_secrets_beside_the_old_ones(home: Home) -> None:
    first = Secrets.load(home.secrets)
    known = json.loads(home.secrets.read_text())
    del known["roles"]["loan"], known["processes"]["loan"]
    home.secrets.write_text(json.dumps(known))

    second = Secrets.load(home.secrets)

    assert second.roles["account"] == first.roles["account"]
    assert second.roles["loan"] not in ("", first.roles["loan"])
    assert Secrets.load(home.secrets) == second


def test_the_ports_follow_from_their_base() -> None:
    ports = Ports.from_base(8000)

    assert ports.http["gateway"] == 8000
    assert [ports.http[name] for name in SERVICES] == list(range(8001, 8010))
    assert (ports.postgres, ports.rabbit.amqp) == (8090, 8091)
    wanted = ports.listeners(with_postgres=True, with_rabbit=True)
    assert len(set(wanted.values())) == len(wanted) == 16
    assert len(ports.listeners(with_postgres=False, with_rabbit=False)) == 10


@pytest.mark.parametrize("base", [80, 65_500])
def test_a_base_without_room_for_all_ports_is_refused(base: int) -> None:
    with pytest.raises(ValidationError, match="port_base"):
        LocalSettings(port_base=base)


async def test_a_taken_port_is_named_with_the_process_that_needs_it() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        assert not is_free(port)
        with pytest.raises(LocalError, match=f"port {port}, which account needs, is taken"):
            await require_free({"gateway": free_port(), "account": port}, lambda: False)

    assert is_free(port)
