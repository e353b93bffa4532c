"""The `bank audit` command: whether the audit trails are what the services have written."""

import re
from pathlib import Path
from typing import Annotated

import asyncpg
import typer

from infra.deployment.audit import Kept, Trail, verify
from infra.deployment.cli_failures import file
from infra.deployment.cli_place import echo, known_servers, until_done
from infra.deployment.local import LocalError
from infra.deployment.local.backup import database_of
from infra.deployment.local.servers import Servers
from infra.deployment.local.terminal import in_one_line
from infra.handling.seals import Head

audit_app = typer.Typer(no_args_is_help=True, help="Who did what, and whether it is still so.")

_HEAD = re.compile(r"^(\w+)\s.*, head ([0-9]{1,18}) ([0-9a-f]{64})$", re.MULTILINE)


@audit_app.callback()
def audit() -> None:
    """Makes `verify` a command of its own."""


@audit_app.command("verify")
def verify_audit(
    heads: Annotated[
        Path | None,
        typer.Option(callback=file, help="What an earlier run has said, kept out of reach."),
    ] = None,
) -> None:
    """Walk every service's trail and name the first row that is not as it was sealed."""
    given = _heads_of(heads) if heads is not None else {}
    trails = until_done(_verify(known_servers(), given))
    for trail in trails:
        for fault in trail.faults:
            echo(in_one_line(f"{trail.service}: {fault}"))
        if not trail.faults:
            echo(str(trail))
    if any(trail.faults for trail in trails):
        raise typer.Exit(1)


def _heads_of(path: Path) -> dict[str, list[Kept]]:
    found: dict[str, list[Kept]] = {}
    for service, number, hash_ in _HEAD.findall(path.read_text()):
        if int(number):
            kept = Kept(path.name, Head(int(number), bytes.fromhex(hash_)))
            found.setdefault(service, []).append(kept)
    if not found:
        raise LocalError(f"{path} has no line of `bank audit verify` with a head")
    return found


async def _verify(servers: Servers, given: dict[str, list[Kept]]) -> list[Trail]:
    async with database_of(servers):
        try:
            return await verify(servers.bank_url(), given)
        except asyncpg.UndefinedTableError as error:
            raise LocalError("its tables are of before there was a trail: start it once") from error
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            raise LocalError(f"the database does not answer: {error}") from error
