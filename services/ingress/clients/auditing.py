"""Rows of the audit trail about what partners send, each under the name of the lane's user."""

from collections.abc import Mapping
from uuid import UUID

from contracts.envelope import Refused, Role
from contracts.ingress import Offer
from contracts.lanes import PartnerLane
from contracts.topology import INGRESS
from infra.handling import audit
from infra.runtime.clock import new_id
from infra.runtime.tracing import Trace, new_trace
from services.ingress.domain.arrivals import Arrival
from services.ingress.domain.counting import BAD_SIGNATURES_MAX, most_frequent
from services.ingress.domain.wishes import Wish
from services.ingress.store import Admission

MANY = "many-refused.v1"  # of what is told in one row
CLOSED = "intake-closed.v1"  # of a lane that closes by itself
UNREADABLE = "unreadable.v1"  # the type of what bears none that the bank offers


def let_in(admission: Admission, wish: Wish, trace: Trace) -> audit.Entry:
    return _row(
        admission.partner, _named(admission.type), trace, message_id=admission.internal_id,
        about=f"account:{wish.account}", digest=admission.fingerprint,
    )  # fmt: skip


def refused(arrival: Arrival, partner: str, why: Refused, trace: Trace) -> audit.Entry:
    return _row(partner, _named(arrival.type), trace, outcome=audit.REFUSED, code=why.code)


def many_refused(partner: str, counts: Mapping[str, int], words: str) -> audit.Entry:
    """The one row of many."""
    code = most_frequent(counts)[0]
    return _row(partner, MANY, new_trace(), outcome=audit.REFUSED, code=code, reason=words)


def intake_closed(partner: str, code: str, trace: Trace) -> audit.Entry:
    words = f"{BAD_SIGNATURES_MAX} bad signatures within a minute: suspended until it is resumed"
    return _row(partner, CLOSED, trace, code=code, reason=words)


def _row(
    partner: str,
    name: str,
    trace: Trace,
    *,
    message_id: UUID | None = None,
    about: str | None = None,
    outcome: str = audit.DONE,
    code: str | None = None,
    reason: str | None = None,
    digest: bytes | None = None,
) -> audit.Entry:
    user = PartnerLane(partner).user
    return audit.Entry(
        message_id=message_id or new_id(), trace_id=trace.id, request_id=trace.given_id, actor=user,
        role=Role.SYSTEM, customer_id=None, approver=None, sender=user,
        command=f"{INGRESS}.{name}", object=about or f"partner:{partner}", outcome=outcome,
        code=code, reason=reason, source=None, digest=digest,
    )  # fmt: skip


def _named(type_: str | None) -> str:
    """As the audit trail calls it; what a stranger wrote in place of a type is not kept there."""
    return type_ if type_ in list(Offer) else UNREADABLE
