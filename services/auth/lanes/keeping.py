"""What the broker has is made what auth says, again and again: a lane that was lost comes back."""

import asyncio
from collections.abc import Awaitable, Collection, Sequence
from dataclasses import dataclass, field

import structlog
from aio_pika.exceptions import AMQPError

from contracts.auth.partners import Lane, Lanes, ListLanes
from contracts.envelope import Subject
from contracts.lanes import PartnerLane
from contracts.topology import LANES
from infra.bus import management
from infra.bus.ask import AskClient, NoAnswer, Unavailable
from infra.bus.management import ManagementFailed
from services.auth.lanes.document import documents

log = structlog.get_logger()

LOOK_SECONDS = 1.0
ANSWER_SECONDS = 5.0


@dataclass
class Keeper:
    """Of all lanes beside one bank's vhost."""

    client: AskClient
    management_url: str
    bank_vhost: str
    _seen: dict[str, Lane] = field(default_factory=dict)  # made or checked by this process

    async def run(self) -> None:
        """Until cancelled; whatever fails is tried again."""
        while True:
            try:
                await self.look()
            except (ManagementFailed, NoAnswer, Unavailable, AMQPError, OSError) as error:
                log.warning("lanes_wait", reason=str(error))
            await asyncio.sleep(LOOK_SECONDS)

    async def look(self) -> None:
        """Make what lanes lack, and take away those that are closed."""
        lanes = await self._wanted()
        users = await asyncio.to_thread(management.user_hashes, self.management_url)
        vhosts = await asyncio.to_thread(management.vhosts, self.management_url)
        lacking = [lane for lane in lanes if lane.is_open and self._lacks(lane, users, vhosts)]
        for lane in lacking:
            if users.get(PartnerLane(lane.name).user, lane.password_hash) != lane.password_hash:
                await self._or_later(lane, self._drop_user(lane))  # which ends its connections
        await self._make_all(lacking)
        for lane in lanes:
            if not lane.is_open:
                await self._or_later(lane, self._take_away(lane, users, vhosts))

    async def _make_all(self, lacking: Sequence[Lane]) -> None:
        """At once; should the broker refuse, one by one, so that none holds up the others."""
        if not lacking:
            return
        try:
            await self._make(lacking)
        except ManagementFailed:
            for lane in lacking:
                await self._or_later(lane, self._make([lane]))

    async def _make(self, lanes: Sequence[Lane]) -> None:
        for part in documents(lanes, self.bank_vhost):
            await asyncio.to_thread(management.upload, self.management_url, part)
        self._seen |= {lane.name: lane for lane in lanes}
        log.info("lanes_made", partners=[lane.name for lane in lanes])

    async def _or_later(self, lane: Lane, work: Awaitable[None]) -> None:
        """What the broker refuses for one lane is tried again with the next look."""
        try:
            await work
        except ManagementFailed as error:
            log.warning("lane_waits", partner=lane.name, reason=str(error))

    def _lacks(self, lane: Lane, users: dict[str, str], vhosts: Collection[str]) -> bool:
        place = PartnerLane(lane.name)
        is_there = place.vhost(self.bank_vhost) in vhosts
        return (
            self._seen.get(lane.name) != lane
            or users.get(place.user) != lane.password_hash
            or not is_there
        )

    async def _take_away(self, lane: Lane, users: dict[str, str], vhosts: Collection[str]) -> None:
        place = PartnerLane(lane.name)
        if place.user in users:
            await self._drop_user(lane)
        if (vhost := place.vhost(self.bank_vhost)) in vhosts:
            await asyncio.to_thread(management.drop_vhost, self.management_url, vhost)
            log.info("lane_taken_away", partner=lane.name)

    async def _drop_user(self, lane: Lane) -> None:
        user = PartnerLane(lane.name).user
        await asyncio.to_thread(management.drop_user, self.management_url, user)

    async def _wanted(self) -> Sequence[Lane]:
        lanes: list[Lane] = []
        while True:
            query = ListLanes(after=lanes[-1].name if lanes else None)
            reply = await self.client.ask(
                query, subject=Subject(id=LANES), wait_seconds=ANSWER_SECONDS
            )
            if not isinstance(reply.message, Lanes):
                raise Unavailable(f"auth refused to tell the lanes: {reply.message}")
            lanes += reply.message.items
            if reply.message.is_complete:
                return lanes
