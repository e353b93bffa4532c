"""RabbitMQ in a container, with a stand-in for Docker that notes what it is told."""

import os
import sys
from pathlib import Path

import pytest

from infra.deployment.local import LocalError
from infra.deployment.local.docker import IMAGE, DockerRabbit, has_docker
from infra.deployment.local.home import Home, LocalSettings
from infra.deployment.local.ports import Ports
from infra.deployment.local.rabbit import RabbitPorts
from infra.deployment.local.secrets import Secrets
from infra.deployment.local.servers import Servers
from tests.fixtures.ports import free_port

STAND_IN = """#!{python}
import pathlib, socket, sys
pathlib.Path({notes!r}).open("a").write(" ".join(sys.argv[1:]) + "\\n")
if sys.argv[1] == "run":
    port = int(sys.argv[sys.argv.index("-p") + 1].split(":")[1])
    with socket.create_server(("127.0.0.1", port)) as server:
        while True:
            server.accept()[0].sendall(b"A")
"""


@pytest.fixture
def notes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the stand-in on the PATH writes its arguments, a line per call."""
    notes, program = tmp_path / "notes", tmp_path / "docker"
    program.write_text(STAND_IN.format(python=sys.executable, notes=str(notes)))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    return notes


async def test_a_container_is_run_on_loopback_with_our_definitions_and_data(
    notes: Path, tmp_path: Path
) -> None:
    amqp, figures = free_port(), free_port()
    ports = RabbitPorts(amqp, free_port(), free_port(), prometheus=figures)
    node = DockerRabbit(tmp_path, ports)
    assert await has_docker()

    await node.start({"vhosts": [{"name": "bank"}]})
    await node.stop()

    info, remove, run = _lines(notes)
    assert info == "info"
    assert remove == f"rm --force bank-rabbitmq-{amqp}"
    assert run.startswith(f"run --rm --name bank-rabbitmq-{amqp} --hostname bank")
    assert f"-p 127.0.0.1:{amqp}:5672" in run
    assert f"-p 127.0.0.1:{figures}:15692" in run
    assert run.endswith(IMAGE)
    assert '{"vhosts": [{"name": "bank"}]}' in _lines(tmp_path / "definitions.json")
    assert any("load_definitions" in line for line in _lines(tmp_path / "container.conf"))


async def test_where_apt_fetches_nothing_a_container_is_run(
    notes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("infra.deployment.local.erlang.HOMES", ())
    for program in ("apt-get", "dpkg-deb"):
        (tmp_path / program).write_text("#!/bin/sh\necho offline >&2\nexit 100\n")
        (tmp_path / program).chmod(0o755)
    ports = Ports({}, free_port(), RabbitPorts(free_port(), free_port(), free_port()))
    home = Home(tmp_path / "home", tmp_path / "cache")
    home.prepare()
    servers = Servers(home, LocalSettings(), Secrets.load(home.secrets), ports, print)

    await servers.start_broker()
    await servers.stop()

    assert _lines(notes)[-1].endswith(IMAGE)

    (tmp_path / "docker").write_text("#!/bin/sh\nexit 1\n")
    with pytest.raises(LocalError, match=r"^no RabbitMQ: apt-get could not .*offline.*; install"):
        await servers.start_broker()


async def test_without_a_client_or_an_engine_there_is_no_docker(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert not await has_docker()

    (tmp_path / "docker").write_text("#!/bin/sh\nexit 1\n")
    (tmp_path / "docker").chmod(0o755)
    assert not await has_docker()


def _lines(path: Path) -> list[str]:
    return path.read_text().splitlines()
