"""An administrator made by the operator: `python -m services.auth.first_admin NAME`.

A bank without a demo has no users, and over HTTP only an administrator can make the first one. The
password is asked for twice without echo, or is the first line of a standard input that is no
terminal; it is judged like every other.
"""

import asyncio
import sys
from getpass import getpass

from pydantic import SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from contracts.auth import CreateUser
from contracts.envelope import OPERATOR, Refused, Role, Subject
from infra.bus.ask import AskClient, NoAnswer, Unavailable

ANSWER_SECONDS = 10.0


class AdminSettings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="BANK_", extra="ignore")

    amqp_url: str  # as the broker user `operator`


class NotMade(Exception):
    """There is no such administrator now; the text says why."""


def read_password() -> str:
    """What the operator types, or gives on standard input.

    Raises:
        NotMade: the two that were typed differ.
    """
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    password = getpass("password: ")
    if getpass("the same again: ") != password:
        raise NotMade("the two passwords differ")
    return password


def asked(username: str, password: str) -> CreateUser:
    """The command, or what is wrong with the name or the password in one line."""
    try:
        return CreateUser(username=username, password=SecretStr(password), role=Role.ADMIN)
    except ValidationError as error:
        [first, *_] = error.errors()
        raise NotMade(f"{first['loc'][0]}: {first['msg']}") from None


async def make(command: CreateUser, settings: AdminSettings) -> None:
    """Ask the auth service for this user.

    Raises:
        NotMade: it refused, or gave no answer.
        OSError: the broker is not there.
    """
    client = AskClient(settings.amqp_url, OPERATOR)
    try:
        await client.start()
        subject = Subject(id=OPERATOR)
        reply = await client.ask(command, subject=subject, wait_seconds=ANSWER_SECONDS)
    except (NoAnswer, Unavailable) as error:
        raise NotMade(f"the auth service gave no answer: {error}") from error
    finally:
        await client.stop()
    if isinstance(reply.message, Refused):
        raise NotMade(reply.message.detail)


def main() -> int:
    username = sys.argv[1]
    try:
        asyncio.run(make(asked(username, read_password()), AdminSettings()))
    except (NotMade, OSError, KeyboardInterrupt, EOFError) as error:
        sys.stderr.write(f"bank: no administrator was made: {error or 'interrupted'}\n")
        return 1
    sys.stdout.write(f"{username} is an administrator\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
