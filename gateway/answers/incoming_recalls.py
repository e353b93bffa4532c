"""What other banks ask for, as answers."""

from datetime import datetime
from uuid import UUID

from contracts.money import Currency
from contracts.payment.incoming_recalls import (
    IncomingRecall,
    IncomingRecalls,
    IncomingRecallState,
    RecallRefusalCode,
)
from contracts.payment.values import Rail
from gateway.answers.accounts import ACCOUNT
from gateway.answers.incoming import INCOMING
from gateway.money import MoneyText
from gateway.schemas import Answer, Page, example

INCOMING_RECALL = "01941f29-7c00-7000-8000-000000000044"
AN_INCOMING_RECALL = {
    "recall_id": INCOMING_RECALL, "state": "pending", "rail": "IMPS",
    "given_recall_id": "01941f29-7c00-7000-8000-000000000045",
    "transfer_id": "01941f29-7c00-7000-8000-000000000019", "incoming_id": INCOMING,
    "to_account": ACCOUNT, "amount": "250.00", "currency": "INR", "code": "DUPL",
    "detail": "Paid twice by our customer.", "answer_code": None, "reason": None,
    "refused_because": None, "decided_by": None, "needs_attention": True,
    "created_at": "2026-01-02T10:00:00Z", "updated_at": "2026-01-02T10:00:00Z",
}  # fmt: skip


class IncomingRecallAnswer(Answer):
    """What another bank asks for that it has paid to a customer of ours."""

    model_config = example(**AN_INCOMING_RECALL)
    tells = IncomingRecall

    recall_id: UUID
    state: IncomingRecallState
    rail: Rail
    given_recall_id: UUID
    transfer_id: UUID
    incoming_id: UUID | None
    to_account: str | None
    amount: MoneyText
    currency: Currency
    code: str
    detail: str
    answer_code: RecallRefusalCode | None
    reason: str | None
    refused_because: str | None
    decided_by: str | None
    needs_attention: bool
    created_at: datetime
    updated_at: datetime


class IncomingRecallsAnswer(Page[IncomingRecallAnswer]):
    """What other banks ask for, newest first."""

    model_config = example(items=[AN_INCOMING_RECALL], next_cursor=None)
    tells = IncomingRecalls
