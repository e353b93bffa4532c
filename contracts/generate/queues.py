"""Every queue that operators see, as AsyncAPI channels with its arguments."""

from typing import Any

from contracts.catalogue import commands
from contracts.rail import IMPS_EXCHANGE
from contracts.topology import (
    ASKERS,
    COMMANDS,
    DEAD,
    DELIVERY_LIMIT,
    QUERIES,
    REQUEUE,
    RETRY_SECONDS,
    SERVICES,
    command_queue,
    dead_queue,
    event_queue,
    exchange_name,
    query_queue,
    reply_queue,
    retry_queue,
)

LOOKS_MAX = 1_000_000  # a dead message is returned to its queue each time somebody looks at it

Object = dict[str, Any]


def queue_channels() -> Object:
    """By queue name: the lanes of every service, their dead queues, and the delays."""
    with_commands = {kind.owner for kind in commands() if exchange_name(kind) == COMMANDS}
    channels: Object = {}
    for service in SERVICES:
        channels |= _questions(query_queue(service), service)
        if service in with_commands:
            channels |= _work(command_queue(service), f"Commands to {service}, from `{COMMANDS}`.")
        channels |= _work(event_queue(service), f"What {service} hears, if anything.")
        if service in ASKERS:
            channels |= _work(reply_queue(service), f"Answers to the sagas of {service}.")
    channels |= _work(f"{IMPS_EXCHANGE}.in", f"What the rail is asked, from `{IMPS_EXCHANGE}`.")
    for seconds in RETRY_SECONDS:
        channels |= _delay(seconds)
    return channels


def _work(name: str, description: str) -> Object:
    """A replicated queue, and beside it the one that takes what was given up."""
    arguments = {
        "x-queue-type": "quorum",
        "x-dead-letter-exchange": DEAD,
        "x-dead-letter-routing-key": name,
        "x-dead-letter-strategy": "at-least-once",
        "x-overflow": "reject-publish",
        "x-delivery-limit": DELIVERY_LIMIT,
    }
    return {name: _channel(name, description, arguments)} | _dead(name)


def _questions(name: str, service: str) -> Object:
    """In memory, and without a dead-letter exchange: what expires there is nobody's loss."""
    description = f"Queries to {service}, from `{QUERIES}`, and its commands that hold a secret."
    return {name: _channel(name, description, {"x-queue-type": "classic"})} | _dead(name)


def _dead(queue: str) -> Object:
    description = f"What `{queue}` gave up, with the reason in a header; see `bank dead`."
    arguments = {"x-queue-type": "quorum", "x-delivery-limit": LOOKS_MAX}
    return {dead_queue(queue): _channel(dead_queue(queue), description, arguments)}


def _delay(seconds: int) -> Object:
    name = retry_queue(seconds)
    arguments = {
        "x-queue-type": "quorum",
        "x-message-ttl": seconds * 1000,
        "x-dead-letter-exchange": REQUEUE,
        "x-dead-letter-strategy": "at-least-once",
        "x-overflow": "reject-publish",
    }
    return {name: _channel(name, f"What failed waits here for {seconds} s.", arguments)}


def _channel(name: str, description: str, arguments: Object) -> Object:
    return {
        "address": name,
        "description": description,
        "bindings": {
            "amqp": {
                "is": "queue",
                "queue": {
                    "name": name,
                    "durable": True,
                    "exclusive": False,
                    "autoDelete": False,
                    "vhost": "bank",
                    "x-arguments": arguments,
                },
                "bindingVersion": "0.3.0",
            }
        },
    }
