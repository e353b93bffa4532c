"""The pieces of RabbitMQ's definitions that a document of ours is made of, each in one vhost."""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

from contracts.topology import DEAD_QUEUES, Arguments

SALT_BYTES = 4  # as RabbitMQ reads a digest: the salt first
_HASHING = "rabbit_password_hashing_sha256"

Json = dict[str, Any]


def password_digest(password: str, salt: bytes) -> str:
    """As a user's definition has it; these passwords are long and random, so one round will do."""
    return b64encode(salt + sha256(salt + password.encode()).digest()).decode()


def user(name: str, digest: str, *, limits: Mapping[str, int], tags: Sequence[str] = ()) -> Json:
    return {
        "name": name,
        "limits": dict(limits),
        "password_hash": digest,
        "hashing_algorithm": _HASHING,
        "tags": list(tags),
    }


def exchange(name: str, kind: str = "topic") -> Json:
    how = {"type": kind, "durable": True, "auto_delete": False, "internal": False}
    return {"name": name, **how, "arguments": {}}


def queue(name: str, arguments: Arguments) -> Json:
    return {"name": name, "durable": True, "auto_delete": False, "arguments": arguments}


def binding(source: str, destination: str, key: str) -> Json:
    to = {"destination": destination, "destination_type": "queue"}
    return {"source": source, **to, "routing_key": key, "arguments": {}}


def bound(pattern: str, bytes_max: int) -> Json:
    """A policy; only a dead queue, whose own arguments say nothing else, lets go of its oldest."""
    overflow = "drop-head" if pattern == DEAD_QUEUES else "reject-publish"
    return {
        "name": f"bound of {pattern}", "pattern": pattern, "apply-to": "queues", "priority": 1,
        "definition": {"max-length-bytes": bytes_max, "overflow": overflow},
    }  # fmt: skip


def in_vhost(vhost: str, pieces: Sequence[Json]) -> list[Json]:
    return [{**each, "vhost": vhost} for each in pieces]
