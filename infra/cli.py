"""The `bank` command: run the whole bank, and look after it."""

import asyncio
import json
import logging
import shlex
import subprocess
import sys
import time
from collections.abc import Coroutine
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
from pydantic import ValidationError

from contracts.envelope import GATEWAY, OPERATOR
from infra import dead
from infra.definitions import definitions, load_services, vhosts_of_work
from infra.depths import Depth, depths
from infra.local import LocalError
from infra.local.backup import back_up, restore
from infra.local.child import run_once
from infra.local.home import Home, LocalSettings
from infra.local.keeper import Record, table
from infra.local.ports import Ports
from infra.local.processes import new_admin, plans, seeding
from infra.local.secrets import Secrets
from infra.local.servers import Servers
from infra.local.supervisor import run_bank
from infra.local.terminal import in_one_line, plain
from infra.management import ManagementFailed
from infra.migrations import ROOT

NOT_RUNNING = 3  # the exit status of `bank status`, as of a stopped system service
LIMIT_DEFAULT, LIMIT_MAX = 10, 10_000
_OF_THE_PLACE = frozenset({"BANK_DATA", "BANK_PORT", "BANK_PORT_BASE"})

T = TypeVar("T")

app = typer.Typer(no_args_is_help=True, add_completion=False, help=__doc__)
dead_app = typer.Typer(no_args_is_help=True, help="Messages that were given up.")
app.add_typer(dead_app, name="dead")
admin_app = typer.Typer(no_args_is_help=True, help="Users who may do everything.")
app.add_typer(admin_app, name="admin")

Queue = Annotated[str, typer.Argument(help="The queue it was meant for, e.g. account.commands.")]
Limit = Annotated[int, typer.Option(min=1, max=LIMIT_MAX, help="At most so many, oldest first.")]


@app.command()
def run() -> None:
    """Start everything and stay until Ctrl-C."""
    started = time.monotonic()

    def say(line: str) -> None:
        _echo(f"{time.monotonic() - started:6.1f} s  {line}".rstrip())

    _until_done(run_bank(_settings(), say))


@app.command()
def migrate() -> None:
    """Bring every service's tables to the newest revision."""
    _until_done(_migrate(_servers()))


@app.command()
def backup(folder: Path) -> None:
    """Copy the bank, which may be running, into a new folder. It holds all secrets."""
    _until_done(back_up(_servers(), folder.expanduser().absolute(), _echo))


@app.command("restore")
def restore_home(folder: Path) -> None:
    """Put a backup into BANK_HOME, which must be new or empty."""
    home = Home.of(_settings())
    _until_done(restore(folder.expanduser().absolute(), home, _echo))


@app.command()
def topology(
    definitions_file: Annotated[
        Path | None,
        typer.Option("--definitions", help="Only write the definitions to this file."),
    ] = None,
) -> None:
    """Give the broker all exchanges, queues, users and rights. Deletes nothing."""
    if definitions_file is not None:
        document = _servers().definitions()
        definitions_file.touch(0o600)
        definitions_file.write_text(json.dumps(document, indent=1))
        return
    _until_done(_declare(_servers()))


@app.command()
def environment(folder: Path) -> None:
    """Write what each process is told into a folder of its own, for containers."""
    servers = _servers()
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


@app.command()
def status(
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Who runs where, how often each was started again, and how full the queues are."""
    home = Home.of(_settings())
    record = Record.read(home.record)
    if record is None or not home.is_running():
        _echo(f"no bank runs in {home.folder}")
        raise typer.Exit(NOT_RUNNING)
    queues = asyncio.run(_depths(_servers().monitor_url()))
    if as_json:
        shown = None if queues is None else [each.as_json() for each in queues]
        _echo(json.dumps({**asdict(record), "queues": shown}, indent=1))
        return
    for line in table(record.processes):
        _echo(line)
    _echo("\nqueues that hold something" if queues is not None else "\nthe queues are not seen")
    for each in queues or ():
        if each.messages:
            _echo(f"  {each}")


@admin_app.command("create")
def create_admin(name: Annotated[str, typer.Argument(help="The name to sign in with.")]) -> None:
    """Make an administrator; the password is asked for, or read from standard input."""
    servers = _servers()
    if servers.settings.amqp_url is None and not servers.home.is_running():
        raise _failure(LocalError("the bank does not run, and its auth service makes users"))
    plan = new_admin(servers, name)
    command = [sys.executable, "-m", *plan.arguments]
    raise typer.Exit(subprocess.run(command, env=plan.environment, cwd=ROOT).returncode)


@dead_app.command("list")
def list_dead() -> None:
    """Every queue with messages that were given up: how many, and why the oldest."""
    servers = _servers()
    found = []
    for vhost, queues in _work_by_vhost().items():
        found += _until_done(dead.overview(servers.amqp_url(OPERATOR, vhost), queues))
    for each in found:
        _echo(f"{each.queue:<28}{each.count:>7}  {in_one_line(each.reason)}")
    if not found:
        _echo("no dead messages")


@dead_app.command("show")
def show_dead(queue: Queue, limit: Limit = LIMIT_DEFAULT) -> None:
    """The messages themselves, with their properties and the start of their bodies."""
    url = _operator_url(queue)
    for message in _until_done(dead.show(url, queue, limit)):
        _echo(_headline(message))
        _echo(f"  reason  {in_one_line(message.reason)}")
        for name, value in message.properties.items():
            _echo(f"  {name}  {in_one_line(str(value))}")
        _echo(f"  {in_one_line(message.excerpt)}\n")


@dead_app.command("replay")
def replay_dead(queue: Queue, limit: Limit = LIMIT_DEFAULT) -> None:
    """Send messages back to their queue, under their old identity, to be handled again."""
    replayed = _until_done(dead.replay(_operator_url(queue), queue, limit))
    _echo(f"{replayed.sent} sent back to {queue}")
    if replayed.late:
        _echo(f"{replayed.late} left where they are: past their deadline, nobody waits for them")
    if replayed.broken:
        words = "their properties cannot be decoded, or their bodies were cut; drop them"
        _echo(f"{replayed.broken} left where they are: {words}")


@dead_app.command("drop")
def drop_dead(
    queue: Queue,
    limit: Limit = 1,
    message_id: Annotated[
        str | None, typer.Option(help="Only the one with this id, among the oldest 10,000.")
    ] = None,
) -> None:
    """Remove messages for good: nobody can bring them back."""
    url = _operator_url(queue)
    looked_at = limit if message_id is None else LIMIT_MAX
    for message in _until_done(dead.drop(url, queue, looked_at, message_id)):
        _echo(f"dropped  {_headline(message)}  {in_one_line(message.reason)}")


def _headline(message: dead.DeadMessage) -> str:
    return in_one_line(f"{message.message_id}  {message.type}  from {message.sender}")


def _echo(text: str) -> None:
    typer.echo(plain(text))


def _settings() -> LocalSettings:
    try:
        return LocalSettings()
    except ValidationError as error:
        [first, *_] = error.errors()
        name = f"BANK_{first['loc'][0]}".upper()
        raise _failure(LocalError(f"{name}: {first['msg']}")) from None


def _servers() -> Servers:
    """The servers of this environment's bank, which may be running or not."""
    settings = _settings()
    home = Home.of(settings)
    try:
        home.prepare()
        ports = Ports.from_base(_running_base(home) or settings.port_base)
        secrets = Secrets.load(home.secrets)
    except (LocalError, OSError) as error:
        raise _failure(error) from None
    return Servers(home, settings, secrets, ports, _echo)


def _running_base(home: Home) -> int | None:
    """The port base of the bank that runs in this home, whatever this environment says."""
    record = Record.read(home.record) if home.is_running() else None
    found = {entry.name: entry.port for entry in record.processes} if record else {}
    return found.get(GATEWAY)


async def _depths(monitor_url: str | None) -> list[Depth] | None:
    """None: the broker does not say."""
    try:
        return await depths(monitor_url) if monitor_url else None
    except ManagementFailed:
        return None


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


def _work_by_vhost() -> dict[str, list[str]]:
    """By vhost: the queues whose messages can be given up."""
    found: dict[str, list[str]] = {}
    for queue, vhost in vhosts_of_work(definitions(load_services(), {})).items():
        found.setdefault(vhost, []).append(queue)
    return found


def _operator_url(queue: str) -> str:
    """Where an operator finds this queue; one that does not exist is missed in the bank's vhost."""
    vhosts = [vhost for vhost, queues in _work_by_vhost().items() if queue in queues]
    return _servers().amqp_url(OPERATOR, *vhosts)


def _until_done(work: Coroutine[Any, Any, T]) -> T:
    """Its result; what the operator must mend becomes one line and a non-zero exit."""
    # Libraries log the same failures once more, as warnings.
    logging.disable(logging.CRITICAL)
    try:
        return asyncio.run(work)
    except (LocalError, dead.DeadQueueFailed, OSError) as error:
        raise _failure(error) from None


def _failure(error: Exception) -> typer.Exit:
    typer.secho(plain(f"bank: {error}"), err=True, fg=typer.colors.RED)
    return typer.Exit(1)


if __name__ == "__main__":
    app(prog_name="bank")
