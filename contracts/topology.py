"""Every exchange, queue and routing key, computed from the message classes and only here.

command  ->  bank.commands  --account.place-hold.v1-->      queue account.commands
in bulk  ->  bank.batch     --account.post-entries.v1-->    queue account.batch
query    ->  bank.queries   --account.get-balance.v1-->     queue account.queries
event    ->  bank.events    --account.account-debited.v1--> queue notification.events
answer   ->  bank.replies   --payment.replies-->            queue payment.replies, of its sagas
                            --gateway.replies.<random>-->   the queue of one connection of a caller
failed   ->  bank.retry     --10s.account.commands-->  bank.retry.10s  -- after 10 s, bank.requeue
                            --*.account.commands-->         queue account.commands again
given up ->  bank.dead      --account.commands-->           queue account.commands.dead

All of this lies in the vhost `bank`. A system of others reaches none of it: beside it lies a vhost
of its own, with the queue that it reads, the queue that one service of ours reads, and the ways of
what failed there.

order    ->  rail.imps          --rail.submit-transfer.v1--> queue rail.imps.in
answer   ->  rail.imps.answers  --rail.rail-accepted.v1-->   queue payment.rail-imps.events

Each other bank's system that sends us commands has a lane of the same kind (lanes.py), made and
taken away while the bank runs.
"""

import re
from dataclasses import dataclass
from functools import cache
from secrets import token_hex
from typing import Any

from contracts.envelope import Command, Event, GetOutcome, Message, kebab

VHOST = "bank"
COMMANDS = "bank.commands"
BATCH = "bank.batch"
QUERIES = "bank.queries"
EVENTS = "bank.events"
RETRY = "bank.retry"
REQUEUE = "bank.requeue"
DEAD = "bank.dead"
REPLIES = "bank.replies"
CANARY = "bank.canary"  # leads nowhere: what is published there is only confirmed

SERVICES = (
    "auth",
    "account",
    "customer",
    "transaction",
    "payment",
    "loan",
    "notification",
    "reporting",
    "ingress",
)
OWNERS = (*SERVICES, "rail")  # who defines messages: our services, and the world beyond a rail
LISTENERS = (
    "auth",
    "account",
    "payment",
    "transaction",
    "loan",
    "notification",
    "reporting",
    "ingress",
)  # who hears events


@dataclass(frozen=True, slots=True)
class OutsideSystem:
    """A system of others, and the vhost that it shares with one service of ours."""

    user: str  # of the broker, who can do nothing elsewhere
    partner: str  # the service that orders from it and hears its answers
    orders: str  # exchange that the partner writes
    answers: str  # exchange that the system writes


OUTSIDE_CONNECTIONS_MAX = 32  # of one outside system at once, with as many channels in all
IMPS = OutsideSystem("rail-imps", "payment", "rail.imps", "rail.imps.answers")
RTGS = OutsideSystem("rail-rtgs", "payment", "rail.rtgs", "rail.rtgs.answers")
NEFT = OutsideSystem("rail-neft", "payment", "rail.neft", "rail.neft.answers")
UPI = OutsideSystem("rail-upi", "payment", "rail.upi", "rail.upi.answers")
OUTSIDE = (IMPS, RTGS, NEFT, UPI)
INGRESS = "ingress"  # the service that takes in what partners send
LANES = "lanes"  # the broker user that makes and takes away the lanes of partners
MONITOR = "monitor"  # the broker user who sees how full queues are, and may do nothing else


# Services whose sagas are answered on a queue of their own.
ASKERS = ("payment", "loan", "transaction")
ANSWERED = (*ASKERS, INGRESS)  # services whose commands are
JOBS = {  # whose work for each business date is called so
    "end-of-day": "account",
    "line-totals": "account",
    "end-of-day-of-loans": "loan",
    "collect-instalments": "loan",
    "follow-benchmarks": "loan",
    "standing-orders": "transaction",
}
REPLIES_BYTES_MAX = 64 * 1024 * 1024  # of answers that a caller is too slow to take; older ones go
RETRY_SECONDS = (1, 10, 60)  # delays before a failing message is tried again, then it is dead
DELIVERY_LIMIT = 20  # crashes of a consumer that one message may cause
# From 4.0 on a quorum queue drops what was returned 20 times, unless told otherwise; a dead message
# is returned each time an operator looks at it.
DEAD_DELIVERY_LIMIT = 1_000_000

DEAD_QUEUES = r"\.dead$"
# How much each kind of queue holds, in bytes: names by pattern, set as policies of the broker, so
# that they reach queues that are there already. A full queue of work takes nothing more: commands
# get 503, events wait in the outbox of their owner. A full dead queue lets go of its oldest, each
# of which was logged when it was set aside: whoever fills it must not stop the service.
QUEUE_BYTES_MAX = {
    r"\.(commands|events|replies|in)$": 512 * 2**20,  # two million commands of 250 bytes
    r"\.batch$": 512 * 2**20,  # bulk files: two thousand messages of the largest size
    r"^bank\.retry\.": 256 * 2**20,
    r"\.queries$": 64 * 2**20,  # in memory, and worth nothing after ten seconds
    DEAD_QUEUES: 128 * 2**20,
}

Arguments = dict[str, Any]  # of a queue, as RabbitMQ takes them

CARRIER = "application/vnd.bank.batch+json"  # one message that carries many
REFUSED = "refused.v1"  # AMQP type of a refusal
CARRIED = "carrier.v1"  # AMQP type of a carrier


@cache
def routing_key(kind: type[Message], owner: str | None = None) -> str:
    """Owner, name, version: `account.place-hold.v1`, or `account.place-hold.v2` for PlaceHoldV2.

    What several services are asked alike has a key for each `owner`.
    """
    name, _, version = re.sub(r"V(\d+)$", r" \1", kind.__name__).partition(" ")
    return f"{owner or kind.owner}.{kebab(name)}.v{version or 1}"


def exchange_name(kind: type[Message]) -> str:
    """A command that must not be remembered travels like a query: in memory only. Bulk work has an
    exchange of its own, since the owner's queue of commands gets all that comes by the other."""
    if kind.exchange:
        return kind.exchange
    if issubclass(kind, Event):
        return EVENTS
    if not (issubclass(kind, Command) and kind.remembered):
        return QUERIES
    return BATCH if kind.lane == "batch" else COMMANDS


def outcome_key(service: str) -> str:
    """GetOutcome is asked of every service, each by a key of its own."""
    return routing_key(GetOutcome, service)


def command_queue(service: str) -> str:
    return f"{service}.commands"


def batch_queue(service: str) -> str:
    """Where the owner's bulk work waits until nobody else does."""
    return f"{service}.batch"


def query_queue(service: str) -> str:
    return f"{service}.queries"


def event_queue(listener: str) -> str:
    return f"{listener}.events"


def reply_queue(asker: str) -> str:
    """Where the answers to a saga's commands wait; who waits for his has a queue of callers."""
    return f"{asker}.replies"


def caller_queue(user: str) -> str:
    """A new name for where one connection of `user` hears answers; nobody can guess it."""
    return f"{reply_queue(user)}.{token_hex(16)}"


def caller_queues(user: str) -> str:
    """The pattern of all such names of `user`, and of no other queue."""
    return rf"{re.escape(reply_queue(user))}\.[0-9a-f]{{32}}"


def inbox_queue(exchange: str) -> str:
    """Where a system outside the bank finds what we send it over an exchange of its own."""
    return f"{exchange}.in"


def outside_queue(system: OutsideSystem) -> str:
    """Where the partner of a system outside the bank hears it."""
    return event_queue(f"{system.partner}.{system.user}")


def outside_vhost(bank: str, system: OutsideSystem) -> str:
    """The vhost of a system outside the bank, beside the vhost `bank`."""
    return f"{bank}.{system.user}"


def dead_queue(queue: str) -> str:
    return f"{queue}.dead"


def retry_queue(seconds: int) -> str:
    return f"{RETRY}.{seconds}s"


def work_arguments(queue: str) -> Arguments:
    """Commands, events, answers: replicated; what is hopeless moves to the dead queue."""
    return {
        "x-queue-type": "quorum",
        "x-dead-letter-exchange": DEAD,
        "x-dead-letter-routing-key": queue,
        "x-dead-letter-strategy": "at-least-once",
        "x-overflow": "reject-publish",
        "x-delivery-limit": DELIVERY_LIMIT,
    }


def query_arguments() -> Arguments:
    """In memory, with no dead-letter exchange: a question that expires is nobody's loss, and some
    of these messages hold passwords, which must not reach a disk."""
    return {"x-queue-type": "classic"}


def caller_arguments() -> Arguments:
    """In memory, for one connection: bounded, since nobody sets aside what a caller leaves."""
    return {
        "x-queue-type": "classic",
        "x-max-length-bytes": REPLIES_BYTES_MAX,
        "x-overflow": "drop-head",
    }


def dead_arguments() -> Arguments:
    return {"x-queue-type": "quorum", "x-delivery-limit": DEAD_DELIVERY_LIMIT}


def retry_arguments(seconds: int) -> Arguments:
    """What failed waits for so long, then goes back to where it came from."""
    return {
        "x-queue-type": "quorum",
        "x-message-ttl": seconds * 1000,
        "x-dead-letter-exchange": REQUEUE,
        "x-dead-letter-strategy": "at-least-once",
        "x-overflow": "reject-publish",
    }
