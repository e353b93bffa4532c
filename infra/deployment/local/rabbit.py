"""A private RabbitMQ node: loopback only, own port mapper, own cookie, definitions at boot."""

import asyncio
import json
import secrets
import shlex
import signal
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.deployment.local import LocalError
from infra.deployment.local.child import STOP_SECONDS, Child
from infra.deployment.local.erlang import Erlang
from infra.deployment.local.identity import server_identity

NODE = "bank@localhost"
START_SECONDS = 600.0  # a first boot takes 7 s on two idle cores; one with full queues takes more
PORT_MAPPER_STOP_SECONDS = 1.0  # it has nothing to put away
ANSWER_SECONDS = 2.0

# One scheduler that sleeps when it has nothing to do: the services need the cores more. Started
# without a shell in between, so that the child is the node itself and dies with what kills it.
ERL_ARGUMENTS = (
    "-noinput +S 1:1 +sbwt none +sbwtdcpu none +sbwtdio none "
    "-kernel inet_dist_use_interface {127,0,0,1}"
)
CONFIGURATION = """\
listeners.tcp.1 = 127.0.0.1:{amqp}
heartbeat = 10
max_message_size = 1048576
vm_memory_high_watermark.absolute = 1GB
disk_free_limit.absolute = 200MB
raft.wal_max_size_bytes = 64000000
collect_statistics_interval = 5000
log.console = false
log.file.level = info
definitions.import_backend = local_filesystem
definitions.local.path = {definitions}
"""
# How long a message whose delay is over is kept before it is offered to a full queue once more;
# three minutes by default. Only this file can say it.
ADVANCED = "[{rabbit, [{dead_letter_worker_publisher_confirm_timeout, 10000}]}].\n"
MANAGEMENT = """\
management.tcp.ip = 127.0.0.1
management.tcp.port = {port}
"""
PROMETHEUS = """\
prometheus.tcp.ip = 127.0.0.1
prometheus.tcp.port = {port}
"""


@dataclass(frozen=True, slots=True)
class RabbitPorts:
    amqp: int
    epmd: int
    distribution: int
    management: int | None = None  # None: without the management plugin
    prometheus: int | None = None  # None: without its figures for Prometheus


class Rabbit:
    """One node on one data folder; `children` are its port mapper and the node itself."""

    def __init__(self, folder: Path, ports: RabbitPorts, erlang: Erlang) -> None:
        self.ports = ports
        self._folder, self._erlang = folder, erlang
        home = erlang.rabbit
        if home is None:
            raise LocalError("there is no RabbitMQ to start")
        self._server = erlang.programs(home)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        programs = [self._server, erlang.epmd]
        self._identity = server_identity(programs, folder.parent)
        self.port_mapper = self._child("epmd", [str(erlang.epmd)])
        self.child = self._child("rabbitmq", [str(self._server)])
        self.children = [self.port_mapper, self.child]

    def url(self, user: str, password: str, vhost: str = "bank") -> str:
        return f"amqp://{user}:{password}@127.0.0.1:{self.ports.amqp}/{vhost}"

    @property
    def management_url(self) -> str:
        return f"http://127.0.0.1:{self.ports.management}"

    def configure(self, definitions: Mapping[str, Any]) -> None:
        """Write what the node reads at boot, users and queues included."""
        plugins, text = [], CONFIGURATION
        if self.ports.management is not None:
            plugins.append("rabbitmq_management")
            text += MANAGEMENT.format(port=self.ports.management)
        if self.ports.prometheus is not None:
            plugins.append("rabbitmq_prometheus")
            text += PROMETHEUS.format(port=self.ports.prometheus)
        path = self._folder / "definitions.json"
        settings = text.format(amqp=self.ports.amqp, definitions=path)
        self._write("definitions.json", json.dumps(definitions, indent=1))
        self._write("rabbitmq.conf", settings)
        self._write("advanced.config", ADVANCED)
        self._write("enabled_plugins", f"[{','.join(plugins)}].\n")
        self._write(".erlang.cookie", secrets.token_hex(20), mode=0o400)
        self._write("rabbitmqctl", self._control_script(), mode=0o700)
        for data in ("mnesia", "log"):
            (self._folder / data).mkdir(exist_ok=True)
        self._identity.give(self._folder, *self._folder.iterdir())

    async def start(self, definitions: Mapping[str, Any]) -> None:
        """Start the node and return when it takes connections.

        Raises:
            LocalError: it ended, or did not answer in time.
        """
        self.configure(definitions)
        for child in self.children:
            await child.start()
        # The listener opens last, when all definitions are imported.
        await self.child.ready(lambda: speaks_amqp(self.ports.amqp), START_SECONDS)

    async def stop(self, seconds: float = STOP_SECONDS) -> None:
        await self.child.stop(seconds)
        await self.port_mapper.stop(PORT_MAPPER_STOP_SECONDS)

    def _child(self, name: str, command: list[str]) -> Child:
        return Child(
            name=name,
            command=command,
            environment=self._environment(),
            log=self._folder / f"{name}.out",
            identity=self._identity,
            folder=self._folder,
            orphan_signal=signal.SIGTERM,
        )

    def _environment(self) -> dict[str, str]:
        folder = self._folder
        return {
            **self._erlang.environment(),
            "HOME": str(folder),
            "LANG": "C.UTF-8",
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "ERL_EPMD_PORT": str(self.ports.epmd),
            "RABBITMQ_ALLOW_INPUT": "1",
            "RABBITMQ_NODENAME": NODE,
            "RABBITMQ_DIST_PORT": str(self.ports.distribution),
            "RABBITMQ_CONF_ENV_FILE": "/dev/null",
            "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq.conf"),
            "RABBITMQ_ADVANCED_CONFIG_FILE": str(folder / "advanced.config"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "enabled_plugins"),
            "RABBITMQ_MNESIA_BASE": str(folder / "mnesia"),
            "RABBITMQ_LOG_BASE": str(folder / "log"),
            "RABBITMQ_PID_FILE": str(folder / "pid"),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": ERL_ARGUMENTS,
        }

    def _control_script(self) -> str:
        """`rabbitmqctl` for this node, for the operator."""
        kept = {k: v for k, v in self._environment().items() if k != "RABBITMQ_ALLOW_INPUT"}
        exports = "\n".join(f"export {name}={shlex.quote(value)}" for name, value in kept.items())
        program = shlex.quote(str(self._server.with_name("rabbitmqctl")))
        return f'#!/bin/sh\n{exports}\nexec {program} "$@"\n'

    def _write(self, name: str, text: str, mode: int = 0o600) -> None:
        path = self._folder / name
        path.unlink(missing_ok=True)
        path.touch(0o600)
        path.write_text(text)
        path.chmod(mode)


async def speaks_amqp(port: int) -> bool:
    """True when a broker answers there; a container's port is open before its broker is."""
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            try:
                writer.write(b"AMQP\x00\x00\x09\x01")
                return bool(await reader.read(1))
            finally:
                writer.close()
    except (OSError, TimeoutError):
        return False
