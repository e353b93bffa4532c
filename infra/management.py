"""RabbitMQ's management API, as far as we need it: take definitions, drop a vhost."""

import base64
import json
from collections.abc import Mapping
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote, unquote, urlsplit, urlunsplit
from urllib.request import Request, urlopen

TIMEOUT_SECONDS = 60.0


class ManagementFailed(Exception):
    """The management API was not reached or refused what it was asked."""


def upload(url: str, document: Mapping[str, Any]) -> None:
    """Declare all that the document holds; `url` carries an administrator's name and password.

    Raises:
        ManagementFailed: with the broker's words.
    """
    _send("POST", url, "/api/definitions", json.dumps(document).encode())


def drop_vhost(url: str, vhost: str) -> None:
    """Remove a vhost with everything in it."""
    _send("DELETE", url, f"/api/vhosts/{quote(vhost, safe='')}")


def _send(method: str, url: str, path: str, body: bytes | None = None) -> None:
    parts = urlsplit(url)
    address = parts._replace(netloc=parts.netloc.rpartition("@")[2], path=path)
    name = f"{unquote(parts.username or 'guest')}:{unquote(parts.password or 'guest')}"
    headers = {
        "Authorization": f"Basic {base64.b64encode(name.encode()).decode()}",
        "Content-Type": "application/json",
    }
    target = urlunsplit(address)
    request = Request(target, data=body, headers=headers, method=method)
    try:
        with urlopen(request, timeout=TIMEOUT_SECONDS) as answer:
            answer.read()
    except HTTPError as error:
        words = error.read().decode(errors="replace")[:300]
        raise ManagementFailed(f"{method} {target}: {error.code} {words}") from error
    except (URLError, TimeoutError) as error:
        raise ManagementFailed(f"{method} {target}: {error}") from error
