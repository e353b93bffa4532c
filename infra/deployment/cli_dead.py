"""The `bank dead` commands: messages that were given up, in every vhost of the bank."""

from collections.abc import Mapping
from typing import Annotated

import typer

from contracts.envelope import OPERATOR
from contracts.lanes import PartnerLane
from contracts.topology import VHOST
from infra.deployment import dead
from infra.deployment.cli_place import echo, known_servers, until_done
from infra.deployment.definitions import definitions, load_services, vhosts_of_work
from infra.deployment.local import LocalError
from infra.deployment.local.servers import Servers
from infra.deployment.local.terminal import in_one_line

LIMIT_DEFAULT, LIMIT_MAX = 10, 10_000

dead_app = typer.Typer(no_args_is_help=True, help="Messages that were given up.")

Queue = Annotated[str, typer.Argument(help="The queue it was meant for, e.g. account.commands.")]
Limit = Annotated[int, typer.Option(min=1, max=LIMIT_MAX, help="At most so many, oldest first.")]


@dead_app.command("list")
def list_dead() -> None:
    """Every queue with messages that were given up: how many, and why the oldest."""
    servers = known_servers()
    found = _show(servers, _work_by_vhost())
    monitor_url = servers.monitor_url()
    found += _show(servers, dead.queues_of_lanes(monitor_url)) if monitor_url else 0
    if not found:
        echo("no dead messages")


@dead_app.command("show")
def show_dead(queue: Queue, limit: Limit = LIMIT_DEFAULT) -> None:
    """The messages themselves, with their properties and the start of their bodies."""
    url = _operator_url(queue)
    for message in until_done(dead.show(url, queue, limit)):
        echo(_headline(message))
        echo(f"  digest  {in_one_line(message.digest)}")
        echo(f"  reason  {in_one_line(message.reason)}")
        for name, value in message.properties.items():
            echo(f"  {name}  {in_one_line(str(value))}")
        echo(f"  {in_one_line(message.excerpt)}\n")


@dead_app.command("replay")
def replay_dead(queue: Queue, limit: Limit = LIMIT_DEFAULT) -> None:
    """Send messages back to their queue, under their old identity, to be handled again."""
    if PartnerLane.of(queue) is not None:
        raise LocalError("what a partner has sent only it can send again, signed, under its id")
    replayed = until_done(dead.replay(_operator_url(queue), queue, limit))
    echo(f"{replayed.sent} sent back to {queue}")
    if replayed.late:
        echo(f"{replayed.late} left where they are: past their deadline, nobody waits for them")
    if replayed.broken:
        words = "their properties cannot be decoded, or their bodies were cut; drop them"
        echo(f"{replayed.broken} left where they are: {words}")


@dead_app.command("drop")
def drop_dead(
    queue: Queue,
    limit: Limit = 1,
    message_id: Annotated[
        str | None, typer.Option(help="Only the one with this id, among the oldest 10,000.")
    ] = None,
    digest: Annotated[
        str | None, typer.Option(help="Only the one that `show` shows under this digest.")
    ] = None,
) -> None:
    """Remove messages for good: nobody can bring them back."""
    url = _operator_url(queue)
    looked_at = limit if message_id is None and digest is None else LIMIT_MAX
    for message in until_done(dead.drop(url, queue, looked_at, message_id, digest)):
        echo(f"dropped  {_headline(message)}  {in_one_line(message.reason)}")


def _show(servers: Servers, queues_by_vhost: Mapping[str, list[str]]) -> int:
    """How many of these queues hold dead messages, each in a line."""
    shown = 0
    for vhost, queues in queues_by_vhost.items():
        for each in until_done(dead.overview(servers.amqp_url(OPERATOR, vhost), queues)):
            echo(f"{each.queue:<28}{each.count:>7}  {in_one_line(each.reason)}")
            shown += 1
    return shown


def _headline(message: dead.DeadMessage) -> str:
    return in_one_line(f"{message.message_id}  {message.type}  from {message.sender}")


def _work_by_vhost() -> dict[str, list[str]]:
    """By vhost: the queues whose messages can be given up."""
    found: dict[str, list[str]] = {}
    for queue, vhost in vhosts_of_work(definitions(load_services(), {})).items():
        found.setdefault(vhost, []).append(queue)
    return found


def _operator_url(queue: str) -> str:
    """Where an operator finds this queue."""
    lane = PartnerLane.of(queue)
    if lane is not None:
        return known_servers().amqp_url(OPERATOR, lane.vhost(VHOST))
    vhosts = [vhost for vhost, queues in _work_by_vhost().items() if queue in queues]
    if not vhosts:
        raise LocalError(f"there is no queue {queue} whose messages can be given up")
    return known_servers().amqp_url(OPERATOR, *vhosts)
