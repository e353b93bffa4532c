"""The lanes of other banks' systems, computed from their names and only here.

Each lies in a vhost of its own, made and taken away while the bank runs: a queue of what the
partner sends, and two that it reads. What is given up of either way has a dead queue.

command  ->  partner.acme          -->   queue partner.acme.in
answer   ->  partner.acme.answers  -->   queue partner.acme.answers
event    ->  partner.acme.events   -->   queue partner.acme.events
                                         full, or rejected: queue partner.acme.events.dead
"""

from dataclasses import dataclass

from contracts.topology import DELIVERY_LIMIT, Arguments, dead_queue, inbox_queue

PARTNER_PREFIX = "partner."  # of their broker users and of all that lies in their lanes
LANE_ANSWERS_BYTES_MAX = 16 * 1024 * 1024  # of answers that a partner is too slow to take
LANE_EVENTS_BYTES_MAX = 16 * 1024 * 1024  # of events that it is too slow to take
LANE_ARRIVALS_BYTES_MAX = 16 * 1024 * 1024  # that a partner sends before we have read them


@dataclass(frozen=True, slots=True)
class PartnerLane:
    """Where another bank's system meets us: a vhost that it shares with the ingress, and in which
    an operator looks after what was given up."""

    partner: str

    @property
    def user(self) -> str:
        """Its user at the broker, and the exchange that it writes."""
        return f"{PARTNER_PREFIX}{self.partner}"

    @property
    def arrivals(self) -> str:
        """The queue of what it has sent, read by the ingress."""
        return inbox_queue(self.user)

    @property
    def answers(self) -> str:
        """The queue that it reads, and the exchange by which the ingress fills it."""
        return f"{self.user}.answers"

    @property
    def events(self) -> str:
        """The other queue that it reads, with its exchange: what happens on accounts."""
        return f"{self.user}.events"

    @classmethod
    def of(cls, queue: str) -> "PartnerLane | None":
        """The lane that has this queue, if what is given up of it is kept."""
        name = queue.removeprefix(PARTNER_PREFIX)
        lane = cls(name.removesuffix(".in").removesuffix(".events"))
        return lane if queue in (lane.arrivals, lane.events) else None

    def vhost(self, bank: str) -> str:
        """Beside the vhost `bank`."""
        return f"{bank}.{self.user}"


def is_in_a_lane(exchange: str) -> bool:
    """True for an exchange that lies in the vhost of a partner."""
    return exchange.startswith(PARTNER_PREFIX)


def lane_answer_arguments() -> Arguments:
    """A partner that does not read loses the oldest answers, which it can ask for again."""
    return {
        "x-queue-type": "quorum",
        "x-max-length-bytes": LANE_ANSWERS_BYTES_MAX,
        "x-overflow": "drop-head",
    }


def lane_event_arguments(events: str) -> Arguments:
    """A partner that does not read loses the oldest events of this queue to its dead queue."""
    return {
        "x-queue-type": "quorum",
        "x-max-length-bytes": LANE_EVENTS_BYTES_MAX,
        "x-overflow": "drop-head",
        "x-dead-letter-exchange": dead_queue(events),
        "x-delivery-limit": DELIVERY_LIMIT,
    }
