"""Payments of ours that are asked back from other banks: asked, and listed."""

from uuid import UUID

from contracts.envelope import READERS, Command, Message, Query, Role
from contracts.payment.recalled import PaymentRecall, RecallReason, RecallState
from contracts.payment.steering import PaymentSteered
from contracts.words import Cursor, PageSize, Reason


class RecallPayment(Command):
    """Ask a completed payment back from the other bank, which says yes or no, often days later."""

    reply = PaymentSteered
    roles = frozenset({Role.MANAGER})
    about = "payment:{payment_id}"

    payment_id: UUID
    code: RecallReason  # the other bank reads it
    reason: Reason  # it does not


class PaymentRecalls(Message):
    """A page of them; `next_cursor` is None on the last one."""

    items: tuple[PaymentRecall, ...]
    next_cursor: str | None


class ListRecalls(Query):
    """Payments that were asked back, newest first."""

    reply = PaymentRecalls
    roles = READERS

    state: RecallState | None = None
    needs_attention: bool | None = None
    limit: PageSize = 25
    cursor: Cursor | None = None
