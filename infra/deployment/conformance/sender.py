"""A partner who writes messages, good ones and any others."""

import json
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from infra.runtime.clock import utc_now
from services.ingress.domain.signing import signed_text

TRANSFER, BALANCE = "transfer-between-accounts.v1", "get-balance.v1"
PAYMENT, STATEMENT = "make-payment.v1", "get-statement.v1"
TYPES = (TRANSFER, BALANCE, PAYMENT, STATEMENT)
PAYEE = {"name": "Nobody", "account_number": "00000000000001", "ifsc": "OTHR0000001"}

Properties = dict[str, Any]  # of an aio_pika.Message


@dataclass(frozen=True, slots=True)
class Plan:
    """What is moved, and from where to where."""

    debit: str  # an account that the partner may debit
    credit: str  # another account of the bank
    amount: str
    currency: str
    types: tuple[str, ...] = TYPES  # that the partner is registered for


@dataclass(frozen=True)
class Sender:
    """Who sends."""

    user: str
    key_id: str
    key: Ed25519PrivateKey
    plan: Plan
    first_id: UUID = field(default_factory=uuid4)  # of the transfer that is sent again

    def transfer(self, **changes: Any) -> dict[str, Any]:
        body = {
            "from_account": self.plan.debit, "to_account": self.plan.credit,
            "amount": self.plan.amount, "currency": self.plan.currency,
        }  # fmt: skip
        return body | changes

    def payment(self, **changes: Any) -> dict[str, Any]:
        body = {
            "from_account": self.plan.debit, "beneficiary": PAYEE, "rail": "IMPS",
            "amount": self.plan.amount, "currency": self.plan.currency,
        }  # fmt: skip
        return body | changes

    def message(
        self,
        body: Mapping[str, Any] | bytes,
        kind: str = TRANSFER,
        *,
        message_id: UUID | None = None,
        age_seconds: int = 0,
        key: Ed25519PrivateKey | None = None,
    ) -> Properties:
        """All of a signed message."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        identity, at = str(message_id or uuid4()), int(utc_now().timestamp()) - age_seconds
        text = signed_text(self.user, identity, kind, at, raw)
        signature = b64encode((key or self.key).sign(text)).decode()
        return {
            "body": raw, "message_id": identity, "type": kind, "timestamp": at,
            "user_id": self.user, "content_type": "application/json",
            "headers": {"key-id": self.key_id, "signature": signature},
        }  # fmt: skip
