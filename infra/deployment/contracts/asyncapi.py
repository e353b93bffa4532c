"""The whole bus as one AsyncAPI 3.0 document, seen from the owner of each message.

A message has a channel whose address is its routing key; that is where a sender publishes. The
queues behind it are channels too, named as operators see them.
"""

import inspect
from collections.abc import Iterable
from typing import Any

import contracts
from contracts import catalogue, envelope, topology
from contracts.envelope import Command, Event, Message, Query, Refused
from contracts.topology import (
    CARRIED,
    CARRIER,
    OUTSIDE,
    VHOST,
    exchange_name,
    outside_vhost,
    routing_key,
)
from infra.bus.asyncapi import ASYNCAPI, broker, exchange_binding, message_binding
from infra.bus.asyncapi import messages as references
from infra.bus.wire import XML
from infra.deployment.contracts.examples import example
from infra.deployment.contracts.headers import CARRIER_HEADERS, CARRIER_PATH, message_traits
from infra.deployment.contracts.operations import (
    answers,
    description,
    names,
    operation_bindings,
    operations,
    questions,
    replies_to,
    told_as,
)
from infra.deployment.contracts.queues import queue_channels
from infra.deployment.contracts.schemas import amqp_type, json_schema, schema_path

VERSION = "0.1.0"
ISO_20022 = "https://www.iso20022.org/iso-20022-message-definitions"

Object = dict[str, Any]


def document() -> Object:
    return {
        "asyncapi": ASYNCAPI,
        "info": {"title": "Messages of the bank", "version": VERSION, "description": _about()},
        "defaultContentType": "application/json",
        "servers": {"bank": _server()},
        "channels": {**_routing_channels(), **_answer_channels(), **queue_channels()},
        "operations": operations(),
        "components": {
            "messages": {
                "Carrier": _carrier(),
                **{
                    kind.__name__: _message(kind)
                    for kind in (*catalogue.COMMON, *catalogue.messages())
                },
            },
            "messageTraits": message_traits(),
            "channelBindings": _exchange_bindings(),
            "operationBindings": operation_bindings(),
        },
    }


def _about() -> str:
    """The words of the modules that every message rests on."""
    first, second, third = (inspect.getdoc(m) or "" for m in (contracts, envelope, topology))
    return f"{first}\n\n{second}\n\n```\n{third}\n```"


def _server() -> Object:
    return broker(
        VHOST,
        "The virtual host of the bank; every process has its own user. A system of others has "
        "a virtual host of its own beside it, named in the bindings of its channels.",
    )


def _routing_channels() -> Object:
    """One per message that can be sent."""
    asked = {
        question.key: _routing_channel(
            question.key,
            question.owner,
            exchange_name(question.kind),
            names(question.kind),
        )
        for question in questions()
    }
    told = {
        routing_key(kind): _routing_channel(
            routing_key(kind), kind.owner, exchange_name(kind), told_as(kind)
        )
        for kind in catalogue.events()
    }
    return asked | told


def _routing_channel(key: str, owner: str, exchange: str, messages: Iterable[str]) -> Object:
    return {
        "address": key,
        "messages": references(messages),
        "tags": [{"name": owner}],
        "bindings": {"$ref": f"#/components/channelBindings/{exchange}"},
    }


def _answer_channels() -> Object:
    """One per owner that answers the asker: all it may be answered with."""
    replies: dict[str, list[str]] = {}
    for question in questions():
        if not question.kind.exchange:
            replies.setdefault(question.owner, []).extend(names(*replies_to(question.kind)))
    return {
        answers(owner): {
            "address": None,
            "description": (
                f"Answers of {owner}, after the commit, under the `reply_to` of the question: "
                "to the queue of the asking connection or saga, over `bank.replies`. "
                "Several may share a carrier."
            ),
            "messages": references([*dict.fromkeys(messages), *names(Refused), "Carrier"]),
            "tags": [{"name": owner}],
        }
        for owner, messages in replies.items()
    }


def _exchange_bindings() -> Object:
    """By exchange: what the channels of the messages that go there have in common."""
    exchanges = sorted({exchange_name(k) for k in (*catalogue.asked(), *catalogue.events())})
    outside = {
        name: outside_vhost(VHOST, system)
        for system in OUTSIDE
        for name in (system.orders, system.answers)
    }
    return {name: exchange_binding(name, "topic", outside.get(name, VHOST)) for name in exchanges}


def _message(kind: type[Message]) -> Object:
    return {
        "name": amqp_type(kind),
        "title": kind.__name__,
        **description(kind),
        **_form(kind),
        "tags": [{"name": kind.owner}],
        "traits": [{"$ref": f"#/components/messageTraits/{_trait(kind)}"}],
        "payload": {"$ref": f"./{schema_path(kind)}"},
        "bindings": message_binding(amqp_type(kind)),
        "examples": [{"payload": example(json_schema(kind))}],
    }


def _form(kind: type[Message]) -> Object:
    """Of what travels as a document: its media type, and which document it is."""
    document = kind.document()
    if document is None:
        return {}
    about = (
        f"Travels as {document.name} of ISO 20022; the payload is what the document says, and its "
        "form as application/json, which is understood too."
    )
    words = description(kind).get("description")
    return {
        "contentType": XML,
        "description": f"{words}\n\n{about}" if words else about,
        "externalDocs": {"url": ISO_20022},
    }


def _trait(kind: type[Message]) -> str:
    """Which headers it carries. A reply that is also told as an event is described as the event."""
    for trait, family in (("command", Command), ("query", Query), ("event", Event)):
        if issubclass(kind, family):
            return trait
    return "reply"


def _carrier() -> Object:
    return {
        "name": CARRIED,
        "title": "Carrier",
        "description": (
            "Many messages in one. Our services tell the events of one commit in a carrier, in "
            "order; a queue gets it when it is bound to any kind inside, so a listener skips the "
            "kinds it does not know. Asking in carriers is left to our own edge and services."
        ),
        "contentType": CARRIER,
        "headers": {"type": "object", "properties": CARRIER_HEADERS},
        "payload": {"$ref": f"./{CARRIER_PATH}"},
        "bindings": message_binding(CARRIED),
    }
