"""Every queue that operators see, as AsyncAPI channels with its arguments."""

from typing import Any

from contracts.catalogue import commands
from contracts.topology import (
    ANSWERED,
    BATCH,
    COMMANDS,
    LISTENERS,
    OUTSIDE,
    QUERIES,
    RETRY_SECONDS,
    SERVICES,
    VHOST,
    OutsideSystem,
    batch_queue,
    command_queue,
    dead_arguments,
    dead_queue,
    event_queue,
    exchange_name,
    inbox_queue,
    outside_queue,
    outside_vhost,
    query_arguments,
    query_queue,
    reply_queue,
    retry_arguments,
    retry_queue,
    work_arguments,
)
from infra.bus.asyncapi import queue_binding

Object = dict[str, Any]


def queue_channels() -> Object:
    """By queue name: the lanes of every service, their dead queues, and the delays."""
    with_commands = {kind.owner for kind in commands() if exchange_name(kind) == COMMANDS}
    with_batches = {kind.owner for kind in commands() if exchange_name(kind) == BATCH}
    channels: Object = {}
    for service in SERVICES:
        channels |= _questions(service)
        if service in with_commands:
            channels |= _work(command_queue(service), f"Commands to {service}, from `{COMMANDS}`.")
        if service in with_batches:
            channels |= _work(batch_queue(service), f"Bulk work of {service}, from `{BATCH}`.")
        if service in LISTENERS:
            channels |= _work(event_queue(service), f"What {service} hears.")
        if service in ANSWERED:
            channels |= _work(reply_queue(service), f"Answers to the commands of {service}.")
    for system in OUTSIDE:
        channels |= _outside(system)
    for seconds in RETRY_SECONDS:
        channels |= _delay(seconds)
    return channels


def _outside(system: OutsideSystem) -> Object:
    """What a system of others and its partner share; their delays are like the bank's."""
    vhost, user = outside_vhost(VHOST, system), system.user
    asked = f"What `{user}` is asked, from `{system.orders}`."
    heard = f"What {system.partner} hears of `{user}`, from `{system.answers}`."
    return _work(inbox_queue(system.orders), asked, vhost) | _work(
        outside_queue(system), heard, vhost
    )


def _work(name: str, description: str, vhost: str = VHOST) -> Object:
    """A queue, and beside it the one that takes what was given up."""
    given_up = f"What `{name}` gave up, with the reason in a header; see `bank dead`."
    return _channel(name, description, work_arguments(name), vhost) | _channel(
        dead_queue(name), given_up, dead_arguments(), vhost
    )


def _questions(service: str) -> Object:
    """What is given up here is logged and dropped."""
    description = f"Queries to {service}, from `{QUERIES}`, and its commands that hold a secret."
    return _channel(query_queue(service), description, query_arguments())


def _delay(seconds: int) -> Object:
    description = f"What failed waits here for {seconds} s; there is one in each virtual host."
    return _channel(retry_queue(seconds), description, retry_arguments(seconds))


def _channel(name: str, description: str, arguments: Object, vhost: str = VHOST) -> Object:
    bindings = queue_binding(name, vhost, arguments)
    return {name: {"address": name, "description": description, "bindings": bindings}}
