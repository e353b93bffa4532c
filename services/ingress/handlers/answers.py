"""What the bank answers to what was let in."""

from collections.abc import Sequence
from uuid import UUID

from contracts.account.movements import TransferMade
from contracts.envelope import Message, Refused
from contracts.payment.payments import PaymentAccepted
from infra.handling.context import Asked
from infra.handling.telling import Letter, Outgoing
from services.ingress.clients.answering import answered
from services.ingress.handlers.registry import service
from services.ingress.store import IngressStore


@service.hears_replies(TransferMade, PaymentAccepted, Refused)
async def hear_answers(batch: Sequence[Asked[Message]], store: IngressStore) -> Outgoing:
    """Tell each partner what became of its message."""
    letters: list[Letter] = []
    for asked in batch:
        internal_id = UUID(asked.context.causation_id or "")
        letters += await answered(store, internal_id, asked.message, asked.context.now)
    return letters
