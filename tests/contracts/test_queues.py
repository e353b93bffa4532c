"""The published queues are the queues that the broker is given, argument by argument."""

from functools import cache
from typing import Any

import yaml

from infra.deployment.contracts.files import SCHEMAS
from infra.deployment.definitions import definitions, load_services


def test_the_document_shows_every_queue_as_it_is_declared_and_no_other() -> None:
    shown = _shown()

    declared: dict[str, Any] = {}
    for queue in definitions(load_services(), {})["queues"]:
        declared.setdefault(queue["name"], queue)  # the delays lie in each vhost, the bank's first

    assert set(shown) == set(declared)
    for name, queue in declared.items():
        assert shown[name]["x-arguments"] == queue["arguments"]
        assert shown[name]["durable"] == queue["durable"]
        assert shown[name]["autoDelete"] == queue["auto_delete"]
        assert shown[name]["vhost"] == queue["vhost"]


def test_the_document_shows_every_exchange_as_it_is_declared() -> None:
    bindings = _document()["components"]["channelBindings"]

    declared = {
        each["name"]: each for each in reversed(definitions(load_services(), {})["exchanges"])
    }

    assert set(bindings) <= set(declared)
    for name, binding in bindings.items():
        exchange = binding["amqp"]["exchange"]
        assert exchange["type"] == declared[name]["type"]
        assert exchange["vhost"] == declared[name]["vhost"]
        assert exchange["durable"] == declared[name]["durable"]
        assert exchange["autoDelete"] == declared[name]["auto_delete"]


def _shown() -> dict[str, Any]:
    bindings = [channel["bindings"].get("amqp") for channel in _with_bindings()]
    queues = [binding["queue"] for binding in bindings if binding and binding["is"] == "queue"]
    return {queue["name"]: queue for queue in queues}


def _with_bindings() -> list[dict[str, Any]]:
    return [channel for channel in _document()["channels"].values() if "bindings" in channel]


@cache
def _document() -> dict[str, Any]:
    text = (SCHEMAS / "asyncapi.yaml").read_text(encoding="utf-8")
    document: dict[str, Any] = yaml.load(text, Loader=yaml.CSafeLoader)
    return document
