"""What an operator gives by the environment, judged before anything is done with it."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator

PORT_MAX = 65_535


def _server(*schemes: str) -> Callable[[str], str]:
    """A check of a server's URL, which may name several hosts; its password is never quoted."""

    def check(url: str) -> str:
        parts = urlsplit(url)
        places = parts.netloc.rpartition("@")[2].split(",")
        if parts.scheme not in schemes or not all(map(_is_place, places)):
            raise ValueError(f"must be a URL such as {schemes[0]}://name:password@host:1234/")
        return url

    return check


def _is_place(place: str) -> bool:
    """A host with or without a port; an IPv6 address has its own colons in brackets."""
    host, _, behind = place.partition("]") if place.startswith("[") else place.partition(":")
    port = behind.removeprefix(":")
    return bool(host) and (not port or (port.isdecimal() and 0 < int(port) <= PORT_MAX))


def require_folder(path: Path) -> Path:
    """A path at which there is a folder, or can be one."""
    place = path.expanduser().absolute()
    there = next(each for each in (place, *place.parents) if each.exists())
    if not there.is_dir():
        raise ValueError(f"{there} is a file and no folder")
    return path


require_amqp = _server("amqp", "amqps")

Folder = Annotated[Path, AfterValidator(require_folder)]
PostgresUrl = Annotated[str, AfterValidator(_server("postgresql", "postgres"))]
AmqpUrl = Annotated[str, AfterValidator(require_amqp)]
ManagementUrl = Annotated[str, AfterValidator(_server("http", "https"))]
