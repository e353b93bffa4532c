"""The pieces of AsyncAPI 3.0 documents: the bank's own one, and that of each partner's lane."""

import inspect
from collections.abc import Iterable, Mapping
from typing import Any, Literal

from pydantic import BaseModel
from pydantic.json_schema import DEFAULT_REF_TEMPLATE, GenerateJsonSchema

from infra.bus.wire import JSON

ASYNCAPI = "3.0.0"
_BINDING = {"bindingVersion": "0.3.0"}

Object = dict[str, Any]
TEXT: Object = {"type": "string"}
UUID_TEXT: Object = {"type": "string", "format": "uuid"}


class _WithoutFieldTitles(GenerateJsonSchema):
    """A title on every field would only repeat its name."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


def schema_of(
    kind: type[BaseModel],
    mode: Literal["validation", "serialization"],
    refers_to: str = DEFAULT_REF_TEMPLATE,
) -> Object:
    """What a writer may write, or what a reader finds; `refers_to` is where its parts lie."""
    return kind.model_json_schema(
        mode=mode, ref_template=refers_to, schema_generator=_WithoutFieldTitles
    )


def broker(pathname: str, description: str, host: str = "localhost:8091") -> Object:
    return {
        "host": host,
        "protocol": "amqp",
        "protocolVersion": "0.9.1",
        "pathname": f"/{pathname}",
        "description": description,
        "security": [{"type": "userPassword"}],
    }


def exchange_binding(name: str, kind: str, vhost: str) -> Object:
    exchange = {
        "name": name, "type": kind, "durable": True, "autoDelete": False, "vhost": vhost,
    }  # fmt: skip
    return {"amqp": {"is": "routingKey", "exchange": exchange, **_BINDING}}


def queue_binding(name: str, vhost: str, arguments: Mapping[str, Any]) -> Object:
    queue = {
        "name": name, "durable": True, "exclusive": False, "autoDelete": False, "vhost": vhost,
        "x-arguments": dict(arguments),
    }  # fmt: skip
    return {"amqp": {"is": "queue", "queue": queue, **_BINDING}}


def message(name: str, kind: type[BaseModel]) -> Object:
    """What is said of every message whose body is this JSON."""
    return {
        "name": name,
        "title": name,
        "summary": inspect.getdoc(kind),
        "contentType": JSON,
        "bindings": message_binding(name),
    }


def message_binding(amqp_type: str) -> Object:
    return {"amqp": {"messageType": amqp_type, **_BINDING}}


def operation_binding(*, is_persistent: bool) -> Object:
    mode = 2 if is_persistent else 1
    how = {"deliveryMode": mode, "mandatory": True, "timestamp": True, "ack": True}
    return {"amqp": {**how, **_BINDING}}


def messages(names: Iterable[str]) -> Object:
    """Those of a channel, by their names among the components."""
    return {name: {"$ref": f"#/components/messages/{name}"} for name in names}


def messages_in(channel: str, names: Iterable[str]) -> list[Object]:
    """Those of an operation, by their names in its channel."""
    return [{"$ref": f"#/channels/{channel}/messages/{name}"} for name in names]
