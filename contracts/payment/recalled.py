"""Payments that are asked back from other banks: why, and what has come of it."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from contracts.money import Currency
from contracts.payment.values import Rail


class RecallReason(StrEnum):
    """Why a payment is asked back, by the codes of ISO 20022.

    DUPL   it was paid twice
    FRAD   it was made by fraud
    CUST   the payer asks for it
    AM09   of a wrong amount
    AC03   to a wrong account
    TECH   by a fault of a system
    """

    DUPL = "DUPL"
    FRAD = "FRAD"
    CUST = "CUST"
    AM09 = "AM09"
    AC03 = "AC03"
    TECH = "TECH"


class RecallState(StrEnum):
    """What has become of a recall.

    processing   the other bank has not answered; it is asked again, later and later
    agreed       the other bank says yes, and its return has not come yet
    refused      the other bank says no, `answer_code` says why
    returned     the payer has his money back
    """

    PROCESSING = "processing"
    AGREED = "agreed"
    REFUSED = "refused"
    RETURNED = "returned"


class PaymentRecall(BaseModel):
    """One recall of a payment, in minor units.

    A customer sees neither who has asked nor why.
    """

    model_config = ConfigDict(frozen=True)

    recall_id: UUID
    payment_id: UUID
    state: RecallState
    rail: Rail
    amount_minor: int
    currency: Currency
    code: RecallReason | None
    reason: str | None  # in the words of who asked; it does not leave the bank
    asked_by: str | None
    answer_code: str | None  # why the other bank says no
    answer_detail: str | None
    needs_attention: bool
    created_at: datetime
    updated_at: datetime
