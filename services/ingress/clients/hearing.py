"""What happens on accounts, on its way to the partners that are told of them."""

from collections.abc import Sequence
from typing import TypeVar
from uuid import uuid5

from contracts.lanes import PartnerLane
from infra.handling.context import Asked
from infra.handling.telling import Letter
from services.ingress.domain.events import Happening, account_of, cloud_event
from services.ingress.store import IngressStore

H = TypeVar("H", bound=Happening)


async def letters_about(batch: Sequence[Asked[H]], store: IngressStore) -> list[Letter]:
    """One to each partner that is told of the account; most events have none."""
    hearers = await store.hearers({account_of(asked.message) for asked in batch})
    return [
        _letter(asked, partner)
        for asked in batch
        for partner in hearers.get(account_of(asked.message), ())
    ]


def _letter(asked: Asked[H], partner: str) -> Letter:
    event_id = asked.context.message_id
    type_, headers, data = cloud_event(asked.message, event_id, asked.context.now)
    return Letter(
        exchange=PartnerLane(partner).events,
        type=type_,
        body=data,
        message_id=uuid5(event_id, partner),
        correlation_id=None,
        headers=headers,
    )
