"""The `bank partner` commands: other banks' systems, looked after as over HTTP.

Each sends the command that the route of the same name sends, for the operator, and a partner is
described by the body of `POST /api/partners`.
"""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Annotated, TypeVar
from urllib.parse import urlsplit

import typer
from pydantic import ValidationError

from contracts.envelope import OPERATOR, Command, Query
from contracts.lanes import PartnerLane
from gateway.answers import partners as answers
from gateway.exact_json import parse_object
from gateway.problems import Problem, unfit
from gateway.routes import partners as routes
from gateway.schemas import Answer
from infra.deployment.cli_asking import answer
from infra.deployment.cli_place import echo, known_servers
from infra.deployment.local.terminal import in_one_line
from infra.deployment.provisioning import as_user

A = TypeVar("A", bound=Answer)

PAGE = 200
LIMIT_DEFAULT, LIMIT_MAX = 20, PAGE

partner_app = typer.Typer(no_args_is_help=True, help="Other banks' systems that send commands.")

Name = Annotated[str, typer.Argument(help="The partner, as `list` shows it.")]
Terms = Annotated[Path, typer.Argument(help="JSON with the fields of `POST /api/partners`.")]
NewKey = Annotated[
    str | None, typer.Option(help="Let this key count too: its id, =, and 32 bytes in Base64.")
]
OldKey = Annotated[str | None, typer.Option(help="Let the key of this id count no longer.")]
Replay = Annotated[
    list[int] | None, typer.Option(help="Instead have the message of this number judged again.")
]
Changes = Annotated[
    Path, typer.Argument(help="JSON with the fields of `PATCH /api/partners/{name}`.")
]
Limit = Annotated[int, typer.Option(min=1, max=LIMIT_MAX, help="At most so many, newest first.")]


@partner_app.command("list")
def list_partners() -> None:
    """Each partner: its state, keys, limits, and how many accounts it may debit."""
    found = list(_partners())
    for partner in found:
        echo(_headline(partner))
    if not found:
        echo("no partners")


@partner_app.command("add")
def add_partner(terms: Terms) -> None:
    """Register a partner; its password is shown this once. Its lane is open within seconds."""
    made = told(partial(created, terms.read_bytes()), answers.NewPartnerAnswer)
    echo(_headline(made))
    _show_lane(made.name, made.password)


@partner_app.command("change")
def change_partner(name: Name, changes: Changes) -> None:
    """Change its types, accounts and limits, from its next message on."""
    partner = told(partial(routes.get_partner, name), answers.PartnerAnswer)
    make = partial(_changed, partner, changes.read_bytes())
    echo(_headline(told(make, answers.PartnerAnswer)))


@partner_app.command("suspend")
def suspend_partner(name: Name) -> None:
    """Let nothing of it in; it can still read its answers."""
    echo(_headline(told(partial(routes.suspend_partner, name), answers.PartnerAnswer)))


@partner_app.command("resume")
def resume_partner(name: Name) -> None:
    """Let a suspended partner send again."""
    echo(_headline(told(partial(routes.resume_partner, name), answers.PartnerAnswer)))


@partner_app.command("close")
def close_partner(name: Name) -> None:
    """End it for good: its lane goes with all that is in it."""
    echo(_headline(told(partial(routes.close_partner, name), answers.PartnerAnswer)))


@partner_app.command("rotate")
def rotate_partner(name: Name, add_key: NewKey = None, revoke_key: OldKey = None) -> None:
    """Give it another password, shown this once; or change its keys."""
    if add_key is not None:
        echo(_headline(told(partial(_with_key, name, add_key), answers.PartnerAnswer)))
    if revoke_key is not None:
        revoked = partial(routes.revoke_partner_key, name, revoke_key)
        echo(_headline(told(revoked, answers.PartnerAnswer)))
    if add_key is None and revoke_key is None:
        rotated = told(partial(routes.rotate_partner_password, name), answers.PasswordAnswer)
        _show_lane(rotated.name, rotated.password)


@partner_app.command("asyncapi")
def show_lane(name: Name) -> None:
    """All that it may send and is answered, as an AsyncAPI document for its engineers."""
    echo(told(partial(routes.get_partner, name), answers.LaneAnswer).model_dump_json(indent=2))


@partner_app.command("quarantine")
def list_quarantine(name: Name, limit: Limit = LIMIT_DEFAULT, replay: Replay = None) -> None:
    """What it sent and was refused at the door, and why; or have such messages judged again."""
    told(partial(routes.get_partner, name), answers.PartnerAnswer)  # a name that nobody has is said
    if replay:
        for quarantine_id in replay:
            asked = partial(routes.replay_quarantined, name, quarantine_id)
            echo(_refused(told(asked, answers.QuarantinedAnswer)))
        return
    found = told(partial(routes.list_quarantine, name, limit), answers.QuarantineAnswer)
    for message in found.items:
        echo(_refused(message))
        echo(in_one_line(f"  {message.body}"))
    if not found.items:
        echo("nothing was refused")


def _partners() -> Iterator[answers.PartnerAnswer]:
    cursor: str | None = None
    while True:
        page = told(partial(routes.list_partners, PAGE, cursor), answers.PartnersAnswer)
        yield from page.items
        cursor = page.next_cursor
        if cursor is None:
            return


def created(body: bytes) -> Command:
    """The command of a body of `POST /api/partners`."""
    return routes.create_partner(routes.PartnerRequest.model_validate(parse_object(body)))


def _changed(partner: answers.PartnerAnswer, body: bytes) -> Command:
    """Of the partner as it was shown a moment ago, and no other version."""
    changes = routes.PartnerChangeRequest.model_validate(parse_object(body))
    command = routes.changed(partner.name, partner.currency, changes)
    return command.model_copy(update={"version": partner.version})


def _with_key(name: str, text: str) -> Command:
    key_id, _, public_key = text.partition("=")
    return routes.add_partner_key(name, routes.KeyRequest(key_id=key_id, public_key=public_key))


def told(make: Callable[[], Command | Query], tells: type[A]) -> A:
    """What the owner answers, as HTTP tells it.

    Raises:
        BadParameter: what was typed makes no message.
        LocalError: it was refused or not answered.
    """
    try:
        message = _made(make)
    except Problem as problem:
        places = "".join(f" {each.pointer}: {each.detail}" for each in problem.errors)
        raise typer.BadParameter(f"{problem.detail}{places}") from None
    return tells.about(answer(message, message.reply, message.owner))


def _made(make: Callable[[], Command | Query]) -> Command | Query:
    try:
        return make()
    except ValidationError as error:
        unfit(error)


def lane_url(name: str, password: str) -> str:
    """Where a partner connects, with its password."""
    bank, lane = known_servers().amqp_url(OPERATOR), PartnerLane(name)
    vhost = lane.vhost(urlsplit(bank).path.removeprefix("/"))
    return as_user(bank, lane.user, password, vhost)


def _show_lane(name: str, password: str) -> None:
    lane = PartnerLane(name)
    echo(f"  url       {lane_url(name, password)}")
    echo(f"  writes    exchange {lane.user}")
    echo(f"  reads     queue {lane.answers}")


def _headline(partner: answers.PartnerAnswer) -> str:
    keys = ", ".join(key.key_id for key in partner.keys)
    limits = f"{partner.command_limit} of {partner.daily_limit} {partner.currency} a day"
    why = f" ({partner.suspended_because})" if partner.suspended_because else ""
    return (
        f"{partner.name:<30}  {partner.state:<9}{why}  {limits},"
        f" {partner.per_minute} messages a minute"
        f"  {len(partner.accounts)} accounts, events of {len(partner.event_accounts)}"
        f"  {', '.join(partner.allowed_types)}  keys {keys}"
    )


def _refused(message: answers.QuarantinedAnswer) -> str:
    sent = f"{message.message_id}  {message.type}  key {message.key_id}  {message.size} bytes"
    line = f"{message.id:>6}  {message.received_at:%F %T} UTC  {message.code}  {sent}"
    return in_one_line(f"{line}  {_again(message)}".rstrip())


def _again(message: answers.QuarantinedAnswer) -> str:
    if message.replay_asked_at is None:
        return ""
    if message.replayed_at is None:
        return "is judged again"
    return f"judged again at {message.replayed_at:%F %T} UTC: {message.replay_code or 'let in'}"
