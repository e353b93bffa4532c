"""Operation ids: where a command's outcome can be asked for, without a table at the edge.

An id is opaque to clients and holds what is needed to ask the owner: the kind of the command, its
message id, its principal and its deadline, signed so that nobody can ask for another's outcome.
"""

import hmac
import struct
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import Self
from uuid import UUID

from pydantic import SecretStr

from contracts.approvals import ApprovalNeeded
from gateway.schemas import Answer, example
from infra.data.sealing import derived_key
from infra.data.texts import bytes_of, text_of

MAC_BYTES = 16
ID_CHARACTERS_MAX = 300
GRACE_SECONDS = 60  # a message begun just before its deadline may still be at work

# Of examples
APPROVAL = "01941f29-7c00-7000-8000-00000000000e"
OPERATION = (
    "49DeM_BCyJ-oQA_wO-9AdwEBlB8pfABwAIAAAAAAAAABaVZFoGFjY291bnQubWFrZS10cmFuc2Zlci52MQowMTk0MWYy"
    "OS03YzAwLTcwMDAtODAwMC0wMDAwMDAwMDAwMGE"
)

_HEAD = struct.Struct(">B16sI")  # version, message id, deadline
_VERSION = 1


class OperationState(StrEnum):
    """Pending until it is known what came of the call; failed: it was not begun in time."""

    PENDING = "pending"
    COMPLETED = "completed"
    REFUSED = "refused"
    AWAITING_APPROVAL = "awaiting-approval"  # nothing is done until somebody else approves it
    FAILED = "failed"  # its deadline passed and the owner did nothing


@dataclass(frozen=True, slots=True)
class Operation:
    """A command whose outcome was not known when its caller was answered."""

    message_id: UUID
    kind: str  # routing key, "account.make-transfer.v1"
    principal: str
    deadline: int  # POSIX seconds; the owner starts nothing after it

    @property
    def owner(self) -> str:
        return self.kind.partition(".")[0]

    def is_over(self, now: float) -> bool:
        """True when an outcome that is not there will not come any more."""
        return now > self.deadline + GRACE_SECONDS


class OperationIds:
    """Operations as texts and back, by a key derived from the gateway's secret."""

    def __init__(self, secret: SecretStr) -> None:
        self._key = derived_key(secret, "gateway operation ids")

    def seal(self, operation: Operation) -> str:
        head = _HEAD.pack(_VERSION, operation.message_id.bytes, operation.deadline)
        body = head + f"{operation.kind}\n{operation.principal}".encode()
        return text_of(self._mac(body) + body)

    def open(self, operation_id: str) -> Operation | None:
        """None unless this gateway's key sealed it."""
        if len(operation_id) > ID_CHARACTERS_MAX:
            return None
        try:
            raw = bytes_of(operation_id)
        except ValueError:
            return None
        mac, body = raw[:MAC_BYTES], raw[MAC_BYTES:]
        if not hmac.compare_digest(mac, self._mac(body)):
            return None
        _, message_id, deadline = _HEAD.unpack_from(body)
        kind, _, principal = body[_HEAD.size :].decode().partition("\n")
        return Operation(UUID(bytes=message_id), kind, principal, deadline)

    def _mac(self, body: bytes) -> bytes:
        return hmac.digest(self._key, body, sha256)[:MAC_BYTES]


class OperationAccepted(Answer):
    """Not finished in time: `status_url` tells what became of it."""

    model_config = example(
        operation_id=OPERATION, state="pending", status_url=f"/api/operations/{OPERATION}"
    )

    operation_id: str
    state: OperationState
    status_url: str

    @classmethod
    def of(cls, operation_id: str) -> Self:
        url = f"/api/operations/{operation_id}"
        return cls(operation_id=operation_id, state=OperationState.PENDING, status_url=url)


class ApprovalPending(Answer):
    """Somebody else has to approve it first: `approval_url` tells whether he has, and `status_url`
    what became of it."""

    model_config = example(
        operation_id=OPERATION, state="awaiting-approval",
        status_url=f"/api/operations/{OPERATION}",
        approval_id=APPROVAL, approval_url=f"/api/approvals/{APPROVAL}",
        expires_at="2026-01-04T10:00:00Z",
    )  # fmt: skip

    operation_id: str
    state: OperationState
    status_url: str
    approval_id: UUID
    approval_url: str
    expires_at: datetime

    @classmethod
    def of(cls, operation_id: str, needed: ApprovalNeeded) -> Self:
        return cls(
            operation_id=operation_id,
            state=OperationState.AWAITING_APPROVAL,
            status_url=f"/api/operations/{operation_id}",
            approval_id=needed.approval_id,
            approval_url=approval_url(needed.approval_id),
            expires_at=needed.expires_at,
        )


def approval_url(approval_id: UUID) -> str:
    return f"/api/approvals/{approval_id}"
