"""What travels around a payload: AMQP properties and headers, or the item of a carrier."""

from typing import Any

from contracts.envelope import ITEMS_MAX, Subject
from contracts.topology import CARRIED, CARRIER
from infra.bus.wire import JSON, XML
from infra.deployment.contracts.schemas import DIALECT

CARRIER_PATH = f"envelope/{CARRIED}.json"  # of its schema, below contracts/schemas

Object = dict[str, Any]

_TEXT: Object = {"type": "string"}
_UUID: Object = {"type": "string", "format": "uuid"}


def _subject() -> Object:
    """A schema without definitions of its own, so that it can stand inside others."""
    schema = Subject.model_json_schema()
    definitions = schema.pop("$defs")
    schema["properties"]["role"]["anyOf"][0] = definitions["Role"]
    return schema


# Basic properties of AMQP 0-9-1; every message has these.
PROPERTIES: dict[str, Object] = {
    "message_id": _UUID | {"description": "Unique; the owner answers a repeated id once more."},
    "correlation_id": _TEXT
    | {"description": "An answer has its question's, an event its command's."},
    "type": _TEXT | {"description": "The routing key, which names the schema of the body."},
    "app_id": _TEXT | {"description": "The process that published it."},
    "user_id": _TEXT | {"description": "The publisher's broker user, validated by the broker."},
    "timestamp": {"type": "integer", "description": "Published at, in seconds since 1970 (UTC)."},
    "content_type": _TEXT
    | {"description": f"`{JSON}`, `{CARRIER}`, or `{XML}` for a document of ISO 20022."},
    "content_encoding": _TEXT | {"description": "`deflate` (zlib) for a big carrier; else none."},
}
EXPIRATION: dict[str, Object] = {
    "expiration": _TEXT | {"description": "Milliseconds after which nobody waits any more."}
}
REPLY_TO: dict[str, Object] = {
    "reply_to": _TEXT | {"description": "`<sender>.replies`, or one queue of it: `….<random>`."}
}

# Application headers, in the `headers` table of the message or as fields of a carrier's item.
CAUSATION: dict[str, Object] = {
    "causation-id": _TEXT | {"description": "The message that this one follows from."}
}
TRACE: dict[str, Object] = {
    "traceparent": _TEXT | {"description": "W3C trace context: `00-<trace>-<span>-<flags>`."},
    "request-id": _TEXT
    | {"maxLength": 64, "description": "The caller's own X-Request-Id, where he gave one."},
}
ASKED: dict[str, Object] = {
    "subject": {
        "type": "string",
        "description": "On whose behalf, as JSON; without it the sender acts for itself.",
        "contentMediaType": JSON,
        "contentSchema": _subject(),
    },
    "deadline": {
        "type": "string",
        "format": "date-time",
        "description": "When the asker stops waiting; a later delivery is dropped.",
    },
    "source": _TEXT
    | {"maxLength": 64, "description": "Where the call came from; believed from the gateway only."},
}
TOLD: dict[str, Object] = {
    "aggregate": _TEXT | {"description": "What it is about; order holds per aggregate."},
    "sequence": {
        "type": "integer",
        "minimum": 1,
        "description": "1, 2, 3 … per aggregate, without gaps.",
    },
}
REPLAYED: dict[str, Object] = {
    "replayed": {"type": "boolean", "description": "The stored answer to a repeated message."}
}

# Of an AMQP message that is a carrier of events; the rest of their envelopes is in its items.
CARRIER_HEADERS: dict[str, Object] = PROPERTIES | {
    "business-date": {
        "type": "string",
        "format": "date",
        "description": "The bank's calendar day on which these events were told.",
    }
}

HEADERS: dict[str, dict[str, Object]] = {
    "command": PROPERTIES | EXPIRATION | REPLY_TO | CAUSATION | ASKED | TRACE,
    "query": PROPERTIES | EXPIRATION | REPLY_TO | CAUSATION | ASKED | TRACE,
    "event": PROPERTIES | CAUSATION | TRACE | TOLD,
    "reply": PROPERTIES | CAUSATION | TRACE | REPLAYED,
}


def message_traits() -> Object:
    """One trait per kind of message: its headers and where its correlation id stands."""
    return {
        kind: {
            "contentType": JSON,
            "correlationId": {"location": "$message.header#/correlation_id"},
            "headers": {"type": "object", "properties": headers},
        }
        for kind, headers in HEADERS.items()
    }


def carrier_schema() -> Object:
    """One AMQP message that holds many; each item has an envelope and an outcome of its own."""
    envelope = CAUSATION | ASKED | TRACE | TOLD | REPLAYED
    item = {
        "id": _UUID | {"description": "Stands for the property `message_id`."},
        "type": PROPERTIES["type"],
        "correlation_id": PROPERTIES["correlation_id"],
        **{name.replace("-", "_"): schema for name, schema in envelope.items()},
        "body": {"description": "The payload, by the schema that `type` names."},
    }
    return {
        "$schema": DIALECT,
        "$id": f"urn:bank:{CARRIED}",
        "title": "Carrier",
        "description": "Many messages in one, in order; its content type is `" + CARRIER + "`.",
        "type": "object",
        "required": ["items"],
        "properties": {
            "items": {
                "type": "array",
                "minItems": 1,
                "maxItems": ITEMS_MAX,
                "items": {
                    "type": "object",
                    "required": ["id", "type", "body"],
                    "properties": item,
                },
            }
        },
    }
