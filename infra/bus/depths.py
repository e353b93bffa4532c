"""How full the broker's queues are, and when somebody should hear of it.

The broker counts every five seconds. It is asked as its user `monitor`, who may look and do nothing
else, by the gateway, which shows figures, and by the supervisor, which shows words.
"""

import asyncio
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from infra.bus import management
from infra.bus.management import ManagementFailed

LOOK_SECONDS = 5.0
FULL = 0.99  # the rest is less than the largest message
LEVELS = (0.5, 0.9, FULL)  # shares of its bound at which a queue is named
ROOM = 0.4  # the share below which it has room again; a queue that sways is named once
_MIB = 2**20


@dataclass(frozen=True, slots=True)
class Depth:
    """What one bounded queue holds."""

    vhost: str
    queue: str
    messages: int
    bytes: int
    bytes_max: int
    lets_go: bool  # of its oldest messages when it is full; any other takes nothing more

    @property
    def share(self) -> float:
        return self.bytes / self.bytes_max

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "share": round(self.share, 4)}

    def __str__(self) -> str:
        size = f"{self.bytes / _MIB:.1f} of {self.bytes_max / _MIB:.1f} MiB"
        return f"{self.queue} is {self.share:.0%} full: {self.messages} messages, {size}"


@dataclass(frozen=True, slots=True)
class News:
    """A queue that has reached a level, or has room again (level 0)."""

    depth: Depth
    level: float

    def __str__(self) -> str:
        if not self.level:
            return f"{self.depth}; it has room again"
        if self.level < FULL:
            return str(self.depth)
        loss = "lets go of its oldest messages" if self.depth.lets_go else "takes no more messages"
        return f"{self.depth}; it {loss}"


class Alarm:
    """Remembers what was told, so that each level of a queue is told once."""

    def __init__(self) -> None:
        self._told: dict[tuple[str, str], float] = {}

    def news(self, depths: Iterable[Depth]) -> Iterator[News]:
        for depth in depths:
            key, level = (depth.vhost, depth.queue), _level(depth)
            told = self._told.get(key, 0.0)
            if level > told:
                self._told[key] = level
                yield News(depth, level)
            elif told and depth.share < ROOM:
                del self._told[key]
                yield News(depth, 0.0)


async def depths(url: str) -> list[Depth]:
    """Every bounded queue that the user of `url` may see; the fullest first.

    Raises:
        ManagementFailed: the broker does not say.
    """
    found = await asyncio.to_thread(management.queues, url)
    try:
        bounded = [_depth(queue) for queue in found if _bound(queue)]
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise ManagementFailed(f"queues in no known form: {error!r}") from error
    return sorted(bounded, key=lambda each: (-each.share, each.vhost, each.queue))


def _level(depth: Depth) -> float:
    return max((level for level in LEVELS if depth.share >= level), default=0.0)


def _depth(queue: dict[str, Any]) -> Depth:
    policy = queue["effective_policy_definition"]
    return Depth(
        vhost=queue["vhost"],
        queue=queue["name"],
        messages=queue.get("messages") or 0,
        bytes=queue.get("message_bytes") or 0,
        bytes_max=_bound(queue),
        lets_go=policy.get("overflow", "drop-head") == "drop-head",
    )


def _bound(queue: dict[str, Any]) -> int:
    """0 for one without: of a queue of callers, which ends with its connection."""
    policy = queue.get("effective_policy_definition")
    return int(policy.get("max-length-bytes") or 0) if isinstance(policy, dict) else 0
