"""The `bank loan` command: whether what is kept of loans follows from their terms and events."""

from typing import Annotated
from uuid import UUID

import asyncpg
import typer

from infra.deployment.cli_place import echo, known_servers, until_done
from infra.deployment.loans import Verified, verify
from infra.deployment.local import LocalError
from infra.deployment.local.backup import database_of
from infra.deployment.local.servers import Servers
from infra.deployment.local.terminal import in_one_line

loan_app = typer.Typer(no_args_is_help=True, help="Loans, made anew from terms and events.")

LoanId = Annotated[UUID | None, typer.Argument(help="One loan; left out: all, and their sums.")]


@loan_app.callback()
def loan() -> None:
    """Makes `verify` a command of its own."""


@loan_app.command("verify")
def verify_loans(loan_id: LoanId = None) -> None:
    """Make loans anew and name each figure that is kept or booked otherwise."""
    verified = until_done(_verify(known_servers(), loan_id))
    if verified.differences:
        raise typer.Exit(1)
    echo(f"{verified.loans} loans are what their terms and events make them")


async def _verify(servers: Servers, loan_id: UUID | None) -> Verified:
    async with database_of(servers):
        try:
            return await verify(servers.bank_url(), _say, loan_id)
        except asyncpg.UndefinedTableError as error:
            raise LocalError("its tables are of before there were loans: start it once") from error
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            raise LocalError(f"the database does not answer: {error}") from error


def _say(words: str) -> None:
    echo(in_one_line(words))
