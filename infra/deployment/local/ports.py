"""Which process listens where: the HTTP edge first, the servers far enough behind the services."""

import asyncio
import errno
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields

from contracts.topology import SERVICES
from infra.deployment.local import LocalError
from infra.deployment.local.rabbit import RabbitPorts

DEFAULT_BASE = 8000
LOWEST_BASE, HIGHEST_BASE = 1_024, 65_000
# Added to the base.
POSTGRES, AMQP, EPMD, DISTRIBUTION, MANAGEMENT, PROMETHEUS = 90, 91, 92, 93, 94, 95
ANSWER_BYTES_MAX = 64 * 1024
ANSWER_SECONDS = 5.0
POLL_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class Ports:
    """All ports of one bank, on loopback."""

    http: Mapping[str, int]  # the gateway and every service
    postgres: int
    rabbit: RabbitPorts

    @classmethod
    def from_base(cls, base: int) -> "Ports":
        names = ("gateway", *SERVICES)
        return cls(
            http={name: base + number for number, name in enumerate(names)},
            postgres=base + POSTGRES,
            rabbit=RabbitPorts(
                base + AMQP, base + EPMD, base + DISTRIBUTION, base + MANAGEMENT, base + PROMETHEUS
            ),
        )

    def listeners(self, *, with_postgres: bool, with_rabbit: bool) -> dict[str, int]:
        """Who needs which port, for the servers that are ours to start."""
        wanted = dict(self.http)
        if with_postgres:
            wanted["postgres"] = self.postgres
        if with_rabbit:
            kinds = (field.name for field in fields(self.rabbit))
            found = {f"rabbitmq {kind}": getattr(self.rabbit, kind) for kind in kinds}
            wanted |= {name: port for name, port in found.items() if port is not None}
        return wanted


async def require_free(wanted: Mapping[str, int], may_wait: Callable[[], bool]) -> None:
    """Return when all are free.

    Raises:
        LocalError: naming the first port that somebody else has, and who here needs it.
    """
    while taken := [(name, port) for name, port in wanted.items() if not is_free(port)]:
        if not may_wait():
            name, port = taken[0]
            raise LocalError(
                f"port {port}, which {name} needs, is taken by another program: "
                "stop that one, or choose other ports with BANK_PORT_BASE"
            )
        await asyncio.sleep(POLL_SECONDS)


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        # As servers do it: connections of an earlier run that are still closing do not count.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            if error.errno in (errno.EADDRINUSE, errno.EACCES):
                return False
            raise
    return True


async def http_status(port: int, path: str) -> int | None:
    """The status of a GET on loopback; None: nobody answers, or not in time."""
    found = await http_get(port, path)
    return found[0] if found else None


async def http_get(port: int, path: str) -> tuple[int, bytes] | None:
    """Status and body of a GET on loopback; None: nobody answers, or not in time."""
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            try:
                writer.write(f"GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n".encode())
                words = (await reader.readline()).split()
                _, _, body = (await reader.read(ANSWER_BYTES_MAX)).partition(b"\r\n\r\n")
            finally:
                writer.close()
    except (OSError, TimeoutError):
        return None
    return (int(words[1]), body) if len(words) > 1 and words[1].isdigit() else None
