"""RabbitMQ in a container, where neither it nor Debian's packages are to be had."""

import json
import shutil
import signal
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from infra.deployment.local.child import STOP_SECONDS, Child, run_once
from infra.deployment.local.rabbit import RabbitPorts, speaks_amqp

IMAGE = "rabbitmq:4-management"
# A client that was killed has left its container behind, and the name is taken.
RUN = 'docker rm --force "$0" >/dev/null 2>&1; exec docker run "$@"'
START_SECONDS = 1_800.0  # the image may have to be fetched first, over whatever line there is


class DockerRabbit:
    """One container on one data folder, run in the foreground; it goes when its child goes."""

    def __init__(self, folder: Path, ports: RabbitPorts) -> None:
        self.ports, self._folder = ports, folder
        self._data = folder / "container"
        name = f"bank-rabbitmq-{ports.amqp}"
        published = ["-p", f"127.0.0.1:{ports.amqp}:5672"]
        if ports.management is not None:
            published += ["-p", f"127.0.0.1:{ports.management}:15672"]
        if ports.prometheus is not None:  # the image has the plugin and its port by itself
            published += ["-p", f"127.0.0.1:{ports.prometheus}:15692"]
        mounts = {
            self._data: "/var/lib/rabbitmq",
            folder / "definitions.json": "/etc/rabbitmq/definitions.json:ro",
            folder / "container.conf": "/etc/rabbitmq/conf.d/20-bank.conf:ro",
        }
        volumes = [word for item in mounts.items() for word in ("-v", f"{item[0]}:{item[1]}")]
        run = ["--rm", "--name", name, "--hostname", "bank", *published, *volumes, IMAGE]
        self.child = Child(
            name="rabbitmq",
            command=["sh", "-c", RUN, name, *run],
            environment=None,
            log=folder / "rabbitmq.out",
            orphan_signal=signal.SIGTERM,  # which docker hands on to the container
        )
        self.children = [self.child]

    async def start(self, definitions: Mapping[str, Any]) -> None:
        """Start the container and return when it takes connections.

        Raises:
            LocalError: it ended, or did not answer in time.
        """
        self._data.mkdir(parents=True, exist_ok=True)
        document = self._folder / "definitions.json"
        document.write_text(json.dumps(definitions))
        document.chmod(0o644)  # the container's user is another one; the folder is closed
        settings = "load_definitions = /etc/rabbitmq/definitions.json\nmax_message_size = 1048576\n"
        (self._folder / "container.conf").write_text(settings)
        await self.child.start()
        await self.child.ready(lambda: speaks_amqp(self.ports.amqp), START_SECONDS)

    async def stop(self, seconds: float = STOP_SECONDS) -> None:
        await self.child.stop(seconds)


async def has_docker() -> bool:
    """True when there is a client and an engine that answers it."""
    if not shutil.which("docker"):
        return False
    status, _, _ = await run_once(["docker", "info"])
    return status == 0
