"""One message class as a JSON Schema (2020-12)."""

from functools import cache
from typing import Any

from contracts.envelope import Command, Message, Query, Refused
from contracts.topology import REFUSED, routing_key
from infra.bus.asyncapi import schema_of

DIALECT = "https://json-schema.org/draft/2020-12/schema"


@cache
def json_schema(kind: type[Message]) -> dict[str, Any]:
    """What a sender may write into a command or query, and what a reader finds in the rest."""
    asked = issubclass(kind, Command | Query)
    schema = schema_of(kind, "validation" if asked else "serialization")
    return {"$schema": DIALECT, "$id": f"urn:bank:{amqp_type(kind)}", **schema}


def amqp_type(kind: type[Message]) -> str:
    """The AMQP property `type`: the routing key, whatever queue the message travels by."""
    return REFUSED if kind is Refused else routing_key(kind)


def schema_path(kind: type[Message]) -> str:
    """Relative to contracts/schemas: `account/account.place-hold.v1.json`."""
    return f"{kind.owner}/{amqp_type(kind)}.json"
