"""RabbitMQ's management API, as far as we need it: take definitions; tell depths, users and vhosts;
drop users and vhosts."""

import base64
import json
from collections.abc import Mapping
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote, unquote, urlsplit, urlunsplit
from urllib.request import ProxyHandler, Request, build_opener

TIMEOUT_SECONDS = 60.0
LOOK_SECONDS_MAX = 5.0  # of a look at the queues; the next one comes soon
WORDS_MAX = 300  # characters of what the broker says
COLUMNS = ("vhost", "name", "messages", "message_bytes", "effective_policy_definition")

# A broker is as near as AMQP needs it; a proxy of the environment would see our passwords.
_DIRECTLY = build_opener(ProxyHandler({}))


class ManagementFailed(Exception):
    """The management API was not reached or refused what it was asked."""


def upload(url: str, document: Mapping[str, Any]) -> None:
    """Declare all that the document holds; `url` carries an administrator's name and password.

    Raises:
        ManagementFailed: with the broker's words.
    """
    _send("POST", url, "/api/definitions", json.dumps(document).encode())


def queues(url: str) -> list[dict[str, Any]]:
    """Every queue that the user of `url` may see, with what it holds and the policy it is under.

    Raises:
        ManagementFailed: with the broker's words.
    """
    return _listed(url, f"/api/queues?columns={','.join(COLUMNS)}")


def user_hashes(url: str) -> dict[str, str]:
    """The salted digest of each user's password, by name; `url` carries an administrator's.

    Raises:
        ManagementFailed: with the broker's words.
    """
    return {str(each["name"]): str(each["password_hash"]) for each in _listed(url, "/api/users")}


def vhosts(url: str) -> set[str]:
    """The names of all vhosts that the user of `url` may see.

    Raises:
        ManagementFailed: with the broker's words.
    """
    return {str(each["name"]) for each in _listed(url, "/api/vhosts?columns=name")}


def drop_vhost(url: str, vhost: str) -> None:
    """Remove a vhost with everything in it."""
    _send("DELETE", url, f"/api/vhosts/{quote(vhost, safe='')}")


def drop_user(url: str, user: str) -> None:
    """Remove a user; the broker ends its connections."""
    _send("DELETE", url, f"/api/users/{quote(user, safe='')}")


def _listed(url: str, path: str) -> list[dict[str, Any]]:
    try:
        found = json.loads(_send("GET", url, path, seconds=LOOK_SECONDS_MAX))
    except ValueError as error:
        raise ManagementFailed(f"GET {path}: no JSON") from error
    if not isinstance(found, list):
        raise ManagementFailed(f"GET {path}: no list")
    # What is taken away at this moment is told as an empty list in place of an object.
    return [each for each in found if isinstance(each, dict)]


def _send(
    method: str, url: str, path: str, body: bytes | None = None, seconds: float = TIMEOUT_SECONDS
) -> bytes:
    parts = urlsplit(url)
    target = urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2], path="")) + path
    name = f"{unquote(parts.username or 'guest')}:{unquote(parts.password or 'guest')}"
    headers = {
        "Authorization": f"Basic {base64.b64encode(name.encode()).decode()}",
        "Content-Type": "application/json",
    }
    request = Request(target, data=body, headers=headers, method=method)
    try:
        with _DIRECTLY.open(request, timeout=seconds) as answer:
            return bytes(answer.read())
    except HTTPError as error:
        raise ManagementFailed(f"{method} {target}: {error.code} {_words(error)}") from error
    except (OSError, HTTPException) as error:
        raise ManagementFailed(f"{method} {target}: {error}") from error


def _words(error: HTTPError) -> str:
    """What the broker says besides, as far as it came."""
    try:
        return error.read().decode(errors="replace")[:WORDS_MAX]
    except (OSError, HTTPException):
        return ""
