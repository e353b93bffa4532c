"""The `bank` command: run the whole bank, and look after it."""

import asyncio
import json
import shlex
import subprocess
import sys
import time
from pathlib import Path
from typing import Annotated

import typer

from infra.deployment.cli_audit import audit_app
from infra.deployment.cli_dead import dead_app
from infra.deployment.cli_failures import Plainly, file, folder
from infra.deployment.cli_jobs import jobs_app
from infra.deployment.cli_loans import loan_app
from infra.deployment.cli_partner_check import check_partner
from infra.deployment.cli_partners import partner_app
from infra.deployment.cli_place import echo, find_home, find_servers, known_servers, until_done
from infra.deployment.cli_running import logs, status, stop
from infra.deployment.cli_sagas import saga_app
from infra.deployment.local import LocalError
from infra.deployment.local.backup import back_up, restore
from infra.deployment.local.child import run_once
from infra.deployment.local.home import LocalSettings
from infra.deployment.local.processes import new_admin, plans, seeding
from infra.deployment.local.servers import Servers
from infra.deployment.local.supervisor import run_bank
from infra.deployment.migrations import ROOT
from infra.deployment.version import bank_version

_OF_THE_PLACE = frozenset({"BANK_DATA", "BANK_PORT", "BANK_PORT_BASE"})

Folder = Annotated[Path, typer.Argument(callback=folder)]

app = typer.Typer(cls=Plainly, no_args_is_help=True, add_completion=False)
app.add_typer(dead_app, name="dead")
app.add_typer(saga_app, name="saga")
app.add_typer(jobs_app, name="jobs")
app.add_typer(audit_app, name="audit")
app.add_typer(loan_app, name="loan")
app.add_typer(partner_app, name="partner")
admin_app = typer.Typer(no_args_is_help=True, help="Users who may do everything.")
app.add_typer(admin_app, name="admin")


def _show_version(is_wanted: bool) -> None:
    if is_wanted:
        echo(f"bank {bank_version()}")
        raise typer.Exit


Version = Annotated[
    bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Which bank.")
]


@app.callback(help=__doc__)
def bank(version: Version = False) -> None:
    """Nothing to do before any command."""


@app.command()
def run() -> None:
    """Start everything and stay until Ctrl-C."""
    started = time.monotonic()

    def say(line: str) -> None:
        echo(f"{time.monotonic() - started:6.1f} s  {line}".rstrip())

    until_done(run_bank(LocalSettings(), say))


@app.command()
def migrate() -> None:
    """Bring every service's tables to the newest revision."""
    until_done(_migrate(find_servers()))


@app.command()
def backup(folder: Folder) -> None:
    """Copy the bank, which may be running, into a new folder. It holds all secrets."""
    until_done(back_up(known_servers(), folder, echo))


@app.command("restore")
def restore_home(folder: Folder) -> None:
    """Put a backup into BANK_HOME, which must be new or empty."""
    until_done(restore(folder, find_home(), echo))


@app.command()
def topology(
    definitions_file: Annotated[
        Path | None,
        typer.Option("--definitions", callback=file, help="Only write them to this file."),
    ] = None,
) -> None:
    """Give the broker all exchanges, queues, users and rights. Deletes nothing."""
    if definitions_file is not None:
        document = find_servers().definitions()
        definitions_file.touch(0o600)
        definitions_file.write_text(json.dumps(document, indent=1))
        return
    until_done(_declare(find_servers()))


@app.command()
def environment(folder: Folder) -> None:
    """Write what each process is told into a folder of its own, for containers."""
    servers = find_servers()
    seed = seeding(servers)
    table = [
        *plans(servers.home, servers.ports, servers.secrets, servers),
        *([seed] if seed else []),
    ]
    for plan in table:
        # Where its data lies and on which port it listens, its container knows better.
        own = {name: value for name, value in plan.own.items() if name not in _OF_THE_PLACE}
        lines = [f"{name}={shlex.quote(value)}\n" for name, value in own.items()]
        place = folder / plan.name
        (place / "data").mkdir(parents=True, exist_ok=True)
        (place / "environment").touch(0o600)
        (place / "environment").write_text("".join(lines))


partner_app.command("check")(check_partner)
for command in (status, logs, stop):
    app.command()(command)


@admin_app.command("create")
def create_admin(name: Annotated[str, typer.Argument(help="The name to sign in with.")]) -> None:
    """Make an administrator; the password is asked for, or read from standard input."""
    servers = known_servers()
    if servers.settings.amqp_url is None and not servers.home.is_running():
        raise LocalError("the bank does not run, and its auth service makes users")
    plan = new_admin(servers, name)
    command = [sys.executable, "-m", *plan.arguments]
    raise typer.Exit(subprocess.run(command, env=plan.environment, cwd=ROOT).returncode)


async def _migrate(servers: Servers) -> None:
    """On the server that is there; our own is started for it when it does not run."""
    if servers.settings.postgres_url is not None or servers.home.is_running():
        await servers.migrate()
        return
    with servers.home.locked():
        try:
            await servers.start_database()
        finally:
            await servers.stop()


async def _declare(servers: Servers) -> None:
    document = await asyncio.to_thread(servers.definitions)
    if servers.settings.amqp_url is not None:
        await servers.upload(document)
        return
    control = servers.home.folder / "rabbitmq" / "rabbitmqctl"
    if not servers.home.is_running() or not control.exists():
        raise LocalError("the bank does not run; its broker loads its definitions at every start")
    path = servers.home.folder / "definitions.json"
    path.touch(0o600)
    path.write_text(json.dumps(document))
    status, _, errors = await run_once([control, "import_definitions", path])
    if status:
        raise LocalError(f"the broker took no definitions: {' '.join(errors.split())[-300:]}")
    servers.say("the broker has all exchanges, queues and users")


if __name__ == "__main__":
    app(prog_name="bank")
