"""The events of a partner's accounts in the AsyncAPI document of its lane."""

from collections.abc import Iterable

from pydantic import BaseModel

from contracts.auth.partners import Partner
from contracts.ingress import PaymentCompletedTold, PaymentFailedTold, PaymentReturnedTold
from contracts.lanes import PartnerLane, lane_event_arguments
from contracts.partner_events import (
    ATTRIBUTE,
    SPEC_VERSION,
    Heard,
    InstalmentOverdueHeard,
    LoanClosedHeard,
    LoanDisbursedHeard,
    LoanRescheduledHeard,
    LoanToppedUpHeard,
    LoanWrittenOffHeard,
    MovementHeard,
    PaymentRequestedHeard,
    PenaltyChargedHeard,
    RepaymentReceivedHeard,
    RepaymentReversedHeard,
)
from contracts.topology import VHOST
from infra.bus import asyncapi
from infra.bus.asyncapi import TEXT, UUID_TEXT, Object

EVENTS = "events"  # the channel
SCHEMAS = "#/components/schemas/{model}"

_DATA: dict[Heard, type[BaseModel]] = {
    Heard.DEBITED: MovementHeard,
    Heard.CREDITED: MovementHeard,
    Heard.PAYMENT_REQUESTED: PaymentRequestedHeard,
    Heard.PAYMENT_COMPLETED: PaymentCompletedTold,
    Heard.PAYMENT_FAILED: PaymentFailedTold,
    Heard.PAYMENT_RETURNED: PaymentReturnedTold,
    Heard.LOAN_DISBURSED: LoanDisbursedHeard,
    Heard.LOAN_TOPPED_UP: LoanToppedUpHeard,
    Heard.REPAYMENT_RECEIVED: RepaymentReceivedHeard,
    Heard.REPAYMENT_REVERSED: RepaymentReversedHeard,
    Heard.INSTALMENT_OVERDUE: InstalmentOverdueHeard,
    Heard.PENALTY_CHARGED: PenaltyChargedHeard,
    Heard.LOAN_RESCHEDULED: LoanRescheduledHeard,
    Heard.LOAN_WRITTEN_OFF: LoanWrittenOffHeard,
    Heard.LOAN_CLOSED: LoanClosedHeard,
}


def channel(lane: PartnerLane, heard: Iterable[str]) -> Object:
    words = "The other queue that you read. When it is full its oldest go to the bank's dead queue."
    arguments = lane_event_arguments(lane.events)
    return {
        EVENTS: {
            "address": lane.events,
            "description": words,
            "messages": asyncapi.messages(heard),
            "bindings": asyncapi.queue_binding(lane.events, lane.vhost(VHOST), arguments),
        }
    }


def operation(heard: Iterable[str]) -> Object:
    return {
        "receive-events": {
            "action": "receive",
            "title": "events",
            "summary": "CloudEvents 1.0 in the binary mode of the AMQP binding, at least once.",
            "channel": {"$ref": f"#/channels/{EVENTS}"},
            "messages": asyncapi.messages_in(EVENTS, heard),
        }
    }


def messages(partner: Partner) -> dict[str, Object]:
    """By their types; none for a partner that is told of no account."""
    heard = [kind for kind in _DATA if kind in partner.event_types and partner.event_accounts]
    return {kind.value: _event(kind, partner) for kind in heard}


def _event(kind: Heard, partner: Partner) -> Object:
    sources = [f"/api/accounts/{account}" for account in partner.event_accounts]
    attributes = {
        "specversion": {**TEXT, "const": SPEC_VERSION},
        "id": UUID_TEXT,
        "source": {**TEXT, "enum": sources},
        "type": {**TEXT, "const": kind.value},
        "time": {**TEXT, "format": "date-time"},
        "subject": {**UUID_TEXT, "description": "The entry, the payment, or the loan."},
    }
    headers = {f"{ATTRIBUTE}{name}": schema for name, schema in attributes.items()}
    return {
        **asyncapi.message(kind.value, _DATA[kind]),
        "headers": {"type": "object", "required": list(headers), "properties": headers},
        "payload": asyncapi.schema_of(_DATA[kind], "serialization", SCHEMAS),
    }
