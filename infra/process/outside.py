"""A service's link to one system outside the bank, in the vhost that only these two share.

Connections of their own: what the system does there, to a queue or to the whole vhost, reaches no
message that goes between our services.
"""

from collections.abc import Callable
from urllib.parse import urlsplit, urlunsplit

from contracts.topology import OUTSIDE, OutsideSystem, outside_queue, outside_vhost
from infra.bus.publisher import Publisher
from infra.handling.lanes import Lane
from infra.process.consumers import consumers_at, dead_consumers, subscribe
from infra.runtime.waiting import patiently


class Link:
    """What is sent to one system, and what is heard from it."""

    def __init__(self, system: OutsideSystem, amqp_url: str) -> None:
        url = url_outside(amqp_url, system)
        self.system = system
        self.publisher = Publisher(url, system.partner)
        self._consumers = consumers_at(url)

    async def connect(self) -> None:
        await patiently(f"broker for {self.system.user}", self.publisher.start)

    async def listen(self, new_lane: Callable[..., Lane]) -> Lane:
        """Hear the system in a lane of its own, which sets aside what it must in this vhost."""
        lane = new_lane(outside_queue(self.system), publisher=self.publisher)
        subscribe(self._consumers, lane)
        await self._consumers.start()
        return lane

    async def stop_listening(self) -> None:
        await self._consumers.stop()

    def faults(self) -> list[str]:
        """What is wrong, in words for operators."""
        if not self.publisher.is_connected:
            return [f"not connected to the vhost of {self.system.user}"]
        return [f"not consuming {queue}" for queue in dead_consumers(self._consumers)]


def links(service: str, amqp_url: str) -> list[Link]:
    """One for each outside system that this service is the partner of."""
    return [Link(system, amqp_url) for system in OUTSIDE if system.partner == service]


def url_outside(amqp_url: str, system: OutsideSystem) -> str:
    """The same broker and user, in the vhost of the system instead of the bank's."""
    parts = urlsplit(amqp_url)
    return urlunsplit(parts._replace(path=outside_vhost(parts.path, system)))
