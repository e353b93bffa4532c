"""The `bank partner check` command: the whole contract of docs/partners.md against a lane.

A partner's engineer runs it with the partner's own credentials, as demo/partner.py has them, and
needs no bank in a home. Without them a partner of the operator's is registered, checked and closed.
"""

import json
import os
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal, InvalidOperation
from functools import partial
from pathlib import Path
from secrets import token_hex
from typing import Annotated, NamedTuple
from urllib.parse import unquote, urlsplit

import typer
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
)

from gateway.answers import partners as answers
from gateway.routes import partners as routes
from infra.deployment.cli_partners import created, lane_url, told
from infra.deployment.cli_place import echo, until_done
from infra.deployment.conformance.lane import Result, checked, until_open
from infra.deployment.conformance.sender import TYPES, Plan, Sender
from infra.deployment.local import LocalError
from infra.deployment.local.given import require_amqp
from infra.deployment.local.terminal import in_one_line

KEY_ID = "check"  # of the operator's own partner
AMOUNTS_A_DAY = 10  # that it may move
PER_MINUTE = 600

Debit = Annotated[str, typer.Argument(help="An account that the partner may debit.")]
Credit = Annotated[str, typer.Argument(help="An account of the bank that gets the money.")]
Amount = Annotated[str, typer.Option(help="What is moved, once.")]
Currency = Annotated[str, typer.Option(help="Of the amount.")]
Kinds = Annotated[
    list[str] | None, typer.Option("--type", help="One that it is registered for; else all.")
]


class Credentials(NamedTuple):
    """What a partner has to have."""

    url: str
    key_id: str
    key: Ed25519PrivateKey
    closes: bool = False  # the lane may be left suspended

    @property
    def user(self) -> str:
        return unquote(urlsplit(self.url).username or "")


def check_partner(
    debit: Debit,
    credit: Credit,
    amount: Amount = "1.00",
    currency: Currency = "INR",
    kinds: Kinds = None,
) -> None:
    """Send all that a lane must take, refuse and cut off; the amount is moved, once."""
    if unknown := set(kinds or ()) - set(TYPES):
        raise typer.BadParameter(f"there is no type {', '.join(unknown)}")
    plan = Plan(debit, credit, amount, currency, tuple(kinds or TYPES))
    with _credentials(plan) as who:
        results = until_done(_shown(who, plan))
    good = sum(result.is_good for result in results)
    echo(f"{good} of {len(results)} as docs/partners.md has them")
    if good < len(results):
        raise typer.Exit(1)


def _given() -> Credentials | None:
    """Those of the environment, which a partner's engineer has.

    Raises:
        LocalError: a part of them is missing or none.
    """
    if not (url := os.environ.get("PARTNER_URL")):
        return None
    try:
        key_id, file = os.environ["PARTNER_KEY_ID"], Path(os.environ["PARTNER_KEY"])
        key = load_pem_private_key(file.read_bytes(), password=None)
        require_amqp(url)
    except KeyError as error:
        raise LocalError(f"PARTNER_URL is set, and {error.args[0]} is not") from None
    except (ValueError, TypeError) as error:
        raise LocalError(f"PARTNER_URL or PARTNER_KEY: {error}") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise LocalError("PARTNER_KEY: it is no Ed25519 key")
    return Credentials(url, key_id, key)


@contextmanager
def _credentials(plan: Plan) -> Iterator[Credentials]:
    """Those that are given; else of a partner who is there for the check alone."""
    if (given := _given()) is not None:
        yield given
        return
    key, name = Ed25519PrivateKey.generate(), f"check-{token_hex(4)}"
    public = b64encode(key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)).decode()
    terms = {
        "name": name, "allowed_types": plan.types, "accounts": [plan.debit],
        "currency": plan.currency, "command_limit": plan.amount,
        "daily_limit": _often(plan.amount), "per_minute": PER_MINUTE,
        "keys": [{"key_id": KEY_ID, "public_key": public}],
    }  # fmt: skip
    made = told(partial(created, json.dumps(terms).encode()), answers.NewPartnerAnswer)
    who = Credentials(lane_url(name, made.password), KEY_ID, key, closes=True)
    try:
        until_done(until_open(who.url, who.user))
        yield who
    finally:
        told(partial(routes.close_partner, name), answers.PartnerAnswer)


def _often(amount: str) -> str:
    try:
        return str(Decimal(amount) * AMOUNTS_A_DAY)
    except InvalidOperation:
        raise typer.BadParameter(f"{amount} is no amount") from None


async def _shown(who: Credentials, plan: Plan) -> list[Result]:
    """All results, each told as soon as it is there."""
    sender = Sender(who.user, who.key_id, who.key, plan)
    echo(_line("case", "expected", "seen"))
    return [_said(result) async for result in checked(who.url, sender, closes=who.closes)]


def _said(result: Result) -> Result:
    seen = result.seen if result.is_good else f"{result.seen}  DIFFERS"
    echo(_line(result.case, result.expected, seen))
    return result


def _line(case: str, expected: str, seen: str) -> str:
    return in_one_line(f"{case:<34}{expected:<30}{seen}")
