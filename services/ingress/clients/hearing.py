"""What happens on accounts and to their loans, on its way to the partners that are told of them."""

from collections.abc import Sequence
from typing import TypeVar
from uuid import uuid5

from contracts.lanes import PartnerLane
from infra.handling.context import Asked
from infra.handling.telling import Letter
from services.ingress.domain.events import Happening, account_of, cloud_event, type_of
from services.ingress.store import IngressStore

H = TypeVar("H", bound=Happening)


async def letters_about(batch: Sequence[Asked[H]], store: IngressStore) -> list[Letter]:
    """One to each partner that is told of such events of the account; most events have none."""
    places = [(account_of(asked.message), type_of(asked.message)) for asked in batch]
    hearers = await store.hearers({account for account, _ in places if account is not None})
    return [
        _letter(asked, partner)
        for asked, (account, kind) in zip(batch, places, strict=True)
        for partner, kinds in hearers.get(account or "", ())
        if kind in kinds
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
