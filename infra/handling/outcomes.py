"""What becomes of a message, and how a handler's outcome turns into answers, rows and parcels."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from contracts.approvals import ApprovalNeeded
from contracts.envelope import (
    DomainError,
    GetOutcome,
    Kind,
    Message,
    OutcomeFound,
    OutcomeState,
    Refused,
)
from contracts.topology import REFUSED, routing_key
from infra.bus.wire import Delivery, body_hash, dump
from infra.data.store import Store
from infra.handling.context import Context
from infra.handling.mailbox import Handled, Remembered, recall
from infra.handling.packing import Leaving
from infra.handling.service import Outcome
from infra.handling.telling import Told


@dataclass(frozen=True, slots=True)
class Answer:
    """What the sender of one message is told."""

    type: str
    body: bytes
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class Done:
    """Handled, and nobody waits for an answer."""


@dataclass(frozen=True, slots=True)
class Failed:
    """Not handled; `reason` is for operators, and `is_final` says that trying again is useless."""

    reason: str
    is_final: bool = False


Result = Answer | Done | Failed
DONE = Done()


class IdempotencyKeyReused(DomainError):
    """The same key was used before with another request."""


class Expired(DomainError):
    """The message came too late to be begun; nothing was done."""

    kind = Kind.UNAVAILABLE


class NotDone(DomainError):
    """It could not be done now, and nothing was changed."""

    kind = Kind.UNAVAILABLE


class NotAllowed(DomainError):
    """Your role does not allow this."""

    kind = Kind.FORBIDDEN


def answer_of(outcome: Outcome | Sequence[Any] | None) -> Result:
    if not outcome:
        return DONE
    if isinstance(outcome, DomainError):
        return refusal(outcome)
    message = outcome.reply if isinstance(outcome, Told) else outcome
    if isinstance(message, Message):
        type_ = REFUSED if isinstance(message, Refused) else routing_key(type(message))
        return Answer(type_, dump(message))
    return DONE


def leaving_of(outcome: Outcome | Sequence[Any] | None, delivery: Delivery) -> Leaving | None:
    """What a handler tells besides its reply, if anything."""
    if not outcome or isinstance(outcome, DomainError | Message):
        return None
    messages = outcome.messages if isinstance(outcome, Told) else outcome
    if not messages:
        return None
    return Leaving(
        messages,
        delivery.correlation_id,
        str(delivery.message_id),
        delivery.trace.child(),
    )


def fingerprint_of(type_: str, payload: object, key: bytes) -> bytes:
    """Equal for equal content, and of no use without the key: a plain hash beside a customer's
    other data would let a reader of the table try all identity numbers."""
    content = body_hash(type_, payload)
    return blake2b(content, key=key, digest_size=32).digest()


def handled_of(delivery: Delivery, answer: Result, key: bytes) -> Handled:
    spoken = answer if isinstance(answer, Answer) else None
    return Handled(
        delivery.message_id,
        delivery.type,
        delivery.subject.id,
        fingerprint_of(delivery.type, delivery.payload, key)
        if spoken
        else b"",  # only answers are given again
        spoken.type if spoken else None,
        spoken.body if spoken else None,
        delivery.trace.id,
    )


def again(before: Remembered, delivery: Delivery, key: bytes) -> Result:
    """What a message handled before is answered: the same, unless its content differs, or it comes
    for somebody else, who must not learn the answer."""
    if before.reply_type is None or before.reply is None:
        return DONE
    fingerprint = fingerprint_of(delivery.type, delivery.payload, key)
    if before.subject != delivery.subject.id or before.fingerprint != fingerprint:
        return REUSED
    return Answer(before.reply_type, before.reply, replayed=True)


def refusal(error: DomainError) -> Answer:
    return Answer(REFUSED, dump(error.refusal()))


REUSED = refusal(IdempotencyKeyReused())


async def get_outcome(query: GetOutcome, store: Store, context: Context) -> OutcomeFound:
    """What this service answered to a command; to others than its sender it looks unhandled."""
    known = (await recall(store.db, [query.message_id])).get(query.message_id)
    if known is None or known.subject != context.subject.id or known.reply is None:
        return OutcomeFound(state=OutcomeState.PENDING)
    return outcome_of(known.reply_type, known.reply)


def outcome_of(reply_type: str | None, reply: bytes) -> OutcomeFound:
    """A stored answer as it is told."""
    states = {
        REFUSED: OutcomeState.REFUSED,
        routing_key(ApprovalNeeded): OutcomeState.AWAITING_APPROVAL,
    }
    state = states.get(reply_type or "", OutcomeState.COMPLETED)
    return OutcomeFound(state=state, type=reply_type, body=reply.decode())
