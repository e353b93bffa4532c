"""What must be random and stay the same: passwords of roles and users, one secret per process."""

import json
import os
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from secrets import token_hex, token_urlsafe
from typing import Annotated, Literal

from pydantic import ConfigDict, StringConstraints, TypeAdapter

from contracts.envelope import GATEWAY
from contracts.topology import SERVICES
from infra.deployment.definitions import broker_users
from infra.deployment.local import LocalError

PASSWORD_BYTES = 24
SECRET_BYTES = 32


# As they stand in URLs, and as keys are derived from them.
Password = Annotated[str, StringConstraints(pattern=r"^[\w%.~-]+$")]
Secret = Annotated[str, StringConstraints(pattern=rf"^[0-9a-f]{{{2 * SECRET_BYTES}}}$")]


@dataclass
class Secrets:
    """Generated once for a home, kept readable for its owner alone."""

    __pydantic_config__ = ConfigDict(extra="forbid", strict=True)

    postgres: Password | Literal[""] = ""  # of the server's administrator
    roles: dict[str, Password] = field(default_factory=dict)  # of the database, one per service
    users: dict[str, Password] = field(default_factory=dict)  # of the broker
    processes: dict[str, Secret] = field(default_factory=dict)  # hexadecimal, for keys of their own

    @classmethod
    def load(cls, path: Path) -> "Secrets":
        """Those of this file; what is missing, all of it at first, is made and written.

        Raises:
            LocalError: the file is damaged; it is left as it is.
        """
        written = path.read_bytes() if path.exists() else b"{}"
        secrets = cls._read(written, path)
        secrets.postgres = secrets.postgres or token_urlsafe(PASSWORD_BYTES)
        _complete(secrets.roles, SERVICES, _password)
        _complete(secrets.users, broker_users(), _password)
        _complete(secrets.processes, (GATEWAY, *SERVICES), _secret)
        complete = json.dumps(asdict(secrets), indent=1)
        if complete.encode() != written:
            _write(path, complete)
        return secrets

    @classmethod
    def _read(cls, written: bytes, path: Path) -> "Secrets":
        try:
            return TypeAdapter(cls).validate_json(written)
        except ValueError as error:
            # Not its words, which quote what they are about.
            raise LocalError(f"{path} is damaged: get it back from a backup") from error


def _complete(table: dict[str, str], names: Iterable[str], make: Callable[[], str]) -> None:
    for name in names:
        table.setdefault(name, make())


def _password() -> str:
    return token_urlsafe(PASSWORD_BYTES)


def _secret() -> str:
    return token_hex(SECRET_BYTES)


def _write(path: Path, text: str) -> None:
    """Whole or not at all: half a file of secrets would lock the bank out of its own data."""
    unfinished = path.with_suffix(".unfinished")
    with open(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    unfinished.rename(path)
