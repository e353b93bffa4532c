"""The lane of one partner as an AsyncAPI 3.0 document, written from the partner's side.

It has what this partner may do and no more: its exchange and its queue, the types that it is
registered for, its accounts, its keys and its limits.
"""

import inspect
from typing import NamedTuple

from pydantic import BaseModel

from contracts.auth.partners import Partner
from contracts.ingress import (
    FRESH_SECONDS,
    Answered,
    BalanceTold,
    GetAccountBalance,
    GetStatement,
    Offer,
    PayAnotherBank,
    PaymentCompletedTold,
    PaymentFailedTold,
    PaymentReturnedTold,
    PaymentTold,
    RefusalTold,
    StatementTold,
    TransferBetweenAccounts,
    TransferTold,
)
from contracts.lanes import PartnerLane, lane_answer_arguments
from contracts.money import DEFAULT_CURRENCY, format_minor
from contracts.payment.values import Rail
from contracts.topology import INGRESS, OUTSIDE_CONNECTIONS_MAX, VHOST
from gateway import partner_events
from gateway.partner_events import SCHEMAS
from infra.bus import asyncapi
from infra.bus.asyncapi import TEXT, UUID_TEXT, Object
from infra.bus.wire import JSON, OUTSIDER_BYTES_MAX

COMMANDS, ANSWERS = "commands", "answers"  # its channels
PAYEE = "AC-20250709-123457"
BENEFICIARY = {"name": "Asha Rao", "account_number": "50100234567890", "ifsc": "OTHR0000001"}

_ACCOUNTS = ("from_account", "account_number")  # fields that hold one that it may debit


class _Kind(NamedTuple):
    """What may be sent, and what it is answered with where it is not refused, in this order."""

    sent: type[BaseModel]
    answers: tuple[Answered, ...]


_KINDS = {
    Offer.TRANSFER: _Kind(TransferBetweenAccounts, (Answered.TRANSFERRED,)),
    Offer.BALANCE: _Kind(GetAccountBalance, (Answered.BALANCE,)),
    Offer.STATEMENT: _Kind(GetStatement, (Answered.STATEMENT,)),
    Offer.PAYMENT: _Kind(
        PayAnotherBank,
        (
            Answered.PAYMENT_ACCEPTED,
            Answered.PAYMENT_COMPLETED,
            Answered.PAYMENT_FAILED,
            Answered.PAYMENT_RETURNED,
        ),
    ),
}
_TOLD: dict[Answered, type[BaseModel]] = {
    Answered.TRANSFERRED: TransferTold,
    Answered.BALANCE: BalanceTold,
    Answered.STATEMENT: StatementTold,
    Answered.PAYMENT_ACCEPTED: PaymentTold,
    Answered.PAYMENT_COMPLETED: PaymentCompletedTold,
    Answered.PAYMENT_FAILED: PaymentFailedTold,
    Answered.PAYMENT_RETURNED: PaymentReturnedTold,
    Answered.REFUSED: RefusalTold,
}


def document(partner: Partner) -> Object:
    """As it is registered now."""
    lane = PartnerLane(partner.name)
    answers = _answers(partner)
    told = {kind: asyncapi.schema_of(_TOLD[kind], "serialization", SCHEMAS) for kind in answers}
    heard = partner_events.messages(partner)
    sent = {kind.value: _command(kind, partner) for kind in partner.allowed_types}
    payloads = [*told.values(), *(each["payload"] for each in (*sent.values(), *heard.values()))]
    parts = {name: part for schema in payloads for name, part in schema.pop("$defs", {}).items()}
    return {
        "asyncapi": asyncapi.ASYNCAPI,
        "info": _info(partner),
        "servers": {"bank": _server(lane)},
        "channels": _channels(lane, list(sent), answers)
        | (partner_events.channel(lane, heard) if heard else {}),
        "operations": {
            **{f"send-{kind}": _send(kind, partner) for kind in partner.allowed_types},
            "receive-answers": _receive(answers),
            **(partner_events.operation(heard) if heard else {}),
        },
        "components": {
            "messages": {
                **sent,
                **{kind.value: _answer(kind, told[kind]) for kind in answers},
                **heard,
            },
            "schemas": parts,
            "securitySchemes": {"password": {"type": "userPassword"}},
        },
    }


def _info(partner: Partner) -> Object:
    return {
        "title": f"Lane of {partner.name}",
        "version": f"{partner.version}.0.0",
        "description": (
            "What you may send to the bank and what you are answered, from your side. How messages "
            "are signed, repeated and refused is in the bank's page for other banks."
        ),
        "x-state": partner.state.value,
    }


def _server(lane: PartnerLane) -> Object:
    words = (
        f"Your virtual host; your user is `{lane.user}`. "
        f"At most {OUTSIDE_CONNECTIONS_MAX} connections are open at once."
    )
    host = {"default": "localhost:8091", "description": "Where the bank says that its broker is."}
    return {
        **asyncapi.broker(lane.vhost(VHOST), words, "{host}"),
        "variables": {"host": host},
        "security": [{"$ref": "#/components/securitySchemes/password"}],
    }


def _channels(lane: PartnerLane, sent: list[str], answers: list[Answered]) -> Object:
    vhost = lane.vhost(VHOST)
    return {
        COMMANDS: {
            "address": lane.user,
            "description": "The exchange that you write, with any routing key.",
            "messages": asyncapi.messages(sent),
            "bindings": asyncapi.exchange_binding(lane.user, "fanout", vhost),
        },
        ANSWERS: {
            "address": lane.answers,
            "description": "The queue that you read. When it is full it lets go of its oldest.",
            "messages": asyncapi.messages(answers),
            "bindings": asyncapi.queue_binding(lane.answers, vhost, lane_answer_arguments()),
        },
    }


def _answers(partner: Partner) -> list[Answered]:
    told = [each for kind in partner.allowed_types for each in _KINDS[kind].answers]
    return [*told, Answered.REFUSED]


def _send(kind: Offer, partner: Partner) -> Object:
    replies = [*_KINDS[kind].answers, Answered.REFUSED]
    return {
        "action": "send",
        "title": kind.value,
        "summary": inspect.getdoc(_KINDS[kind].sent),
        "channel": {"$ref": f"#/channels/{COMMANDS}"},
        "messages": asyncapi.messages_in(COMMANDS, [kind]),
        "bindings": asyncapi.operation_binding(is_persistent=True),
        "reply": {
            "channel": {"$ref": f"#/channels/{ANSWERS}"},
            "messages": asyncapi.messages_in(ANSWERS, replies),
        },
        "x-limits": _limits(partner),
    }


def _limits(partner: Partner) -> Object:
    """Of all that it sends, in its currency."""
    return {
        "currency": partner.currency.value,
        "amount": format_minor(partner.command_limit_minor, partner.currency),
        "amount-a-day": format_minor(partner.daily_limit_minor, partner.currency),
        "messages-a-minute": partner.per_minute,
        "body-bytes": OUTSIDER_BYTES_MAX,
        "age-seconds": FRESH_SECONDS,
    }


def _receive(answers: list[Answered]) -> Object:
    return {
        "action": "receive",
        "title": "answers",
        "summary": "An answer has the message_id of what it answers as its correlation_id.",
        "channel": {"$ref": f"#/channels/{ANSWERS}"},
        "messages": asyncapi.messages_in(ANSWERS, answers),
    }


def _command(kind: Offer, partner: Partner) -> Object:
    payload = asyncapi.schema_of(_KINDS[kind].sent, "validation", SCHEMAS)
    payload.get("$defs", {}).pop("Currency", None)  # which is one of them
    fields = payload["properties"]
    for name in fields.keys() & set(_ACCOUNTS):
        fields[name]["enum"] = list(partner.accounts)
    if "currency" in fields:
        fields["currency"] = {**TEXT, "enum": [partner.currency.value]}
        if partner.currency is not DEFAULT_CURRENCY:
            payload["required"].append("currency")
    return {
        **asyncapi.message(kind.value, _KINDS[kind].sent),
        "headers": _signed(kind, partner),
        "payload": payload,
        "examples": [{"payload": _example(payload, partner)}],
    }


def _example(payload: Object, partner: Partner) -> Object:
    """The least that may be sent, and no more than its limit."""
    amount = format_minor(partner.command_limit_minor, partner.currency)
    values = {
        **dict.fromkeys(_ACCOUNTS, partner.accounts[0]),
        "to_account": PAYEE, "amount": amount, "currency": partner.currency.value,
        "beneficiary": BENEFICIARY, "rail": Rail.IMPS.value,
    }  # fmt: skip
    return {name: values[name] for name in payload["required"]}


def _signed(kind: Offer, partner: Partner) -> Object:
    """AMQP properties and headers; no others are read."""
    keys = [key.key_id for key in partner.keys]
    fields = {
        "user_id": {**TEXT, "const": PartnerLane(partner.name).user},
        "message_id": UUID_TEXT | {"description": "New for each command, the same for a repeat."},
        "type": {**TEXT, "const": kind.value},
        "timestamp": {"type": "integer", "description": "Now, in seconds since 1970."},
        "content_type": {**TEXT, "const": JSON},
        "key-id": {**TEXT, "enum": keys},
        "signature": {**TEXT, "pattern": "^[A-Za-z0-9+/]{86}==$"},
    }
    return {"type": "object", "required": list(fields), "properties": fields}


def _answer(kind: Answered, payload: Object) -> Object:
    headers = {
        "user_id": {**TEXT, "const": INGRESS},
        "type": {**TEXT, "const": kind.value},
        "correlation_id": TEXT | {"description": "The message_id of what is answered."},
        "replayed": {"type": "boolean", "description": "The answer to a repeat."},
    }
    return {
        **asyncapi.message(kind.value, _TOLD[kind]),
        "correlationId": {"location": "$message.header#/correlation_id"},
        "headers": {"type": "object", "properties": headers},
        "payload": payload,
    }
