"""Payees as answers: who their bank says they are."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from contracts.payment.payees import LookupState, NameMatch, PayeeLookup
from contracts.payment.values import Payee
from gateway.schemas import Answer, example

LOOKUP = "01941f29-7c00-7000-8000-00000000000f"
A_LOOKUP = {
    "lookup_id": LOOKUP, "state": "completed",
    "beneficiary": {"name": "Asha Rao", "account_number": None, "ifsc": None,
                    "vpa": "asha.rao@okaxis"},
    "name": "Asha Rao", "bank": "OKAXIS", "account_ending": "7890", "match": "exact",
    "asked_at": "2026-01-01T10:00:00Z", "answered_at": "2026-01-01T10:00:01Z",
}  # fmt: skip


class PayeeLookupAnswer(Answer):
    """A question about a payee, and what his bank has answered."""

    model_config = example(**A_LOOKUP)
    location: ClassVar[str | None] = "/api/payees/lookups/{lookup_id}"
    tells = PayeeLookup

    lookup_id: UUID
    state: LookupState
    beneficiary: Payee
    name: str | None
    bank: str | None
    account_ending: str | None
    match: NameMatch | None
    asked_at: datetime
    answered_at: datetime | None
