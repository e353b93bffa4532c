"""Partners that are told what happens on accounts, and what they hear."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.fixtures.partners import BALANCE, Partner
from tests.fixtures.waiting import until
from tests.ingress.paying import value
from tests.ingress.world import World

DEBITED, CREDITED = "bank.account-debited.v1", "bank.account-credited.v1"


@dataclass
class Heard:
    """One event, as a partner reads it."""

    type: str
    attributes: Mapping[str, str]
    data: dict[str, Any]


async def a_hearer(world: World, *accounts: str, **terms: Any) -> Partner:
    """A partner that is told of these accounts, once the ingress knows it and has come into its
    lane: what happens before that is told later, and so not in turn."""
    partner = await world.partner(event_accounts=accounts, **terms)

    async def is_known() -> bool:
        sql = "select count(*) from ingress.heard_accounts where partner = $1"
        return await value(world, sql, partner.name) == len(accounts)

    await until(is_known)
    await partner.ask(partner.message({"account_number": world.alice}, BALANCE))
    return partner


async def drain(partner: Partner) -> list[Heard]:
    found: list[Heard] = []
    async with partner.channel() as channel:
        queue = await channel.get_queue(partner.lane.events, ensure=False)
        while (message := await queue.get(no_ack=True, fail=False)) is not None:
            assert (message.user_id, message.content_type) == ("ingress", "application/json")
            attributes = {
                name.removeprefix("cloudEvents_"): str(text)
                for name, text in message.headers.items()
                if name.startswith("cloudEvents_")
            }
            found.append(Heard(message.type or "", attributes, json.loads(message.body)))
    return found


async def hear(partner: Partner, number: int) -> list[Heard]:
    """So many events, as they come, and no more are there."""
    found: list[Heard] = []

    async def all_there() -> bool:
        found.extend(await drain(partner))
        return len(found) >= number

    await until(all_there, 30, f"{number} events")
    assert len(found) == number, found
    return found
