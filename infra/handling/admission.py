"""What a message must be before a handler sees it: known, allowed, valid, and not too late."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from contracts.envelope import Message, Query, Refused
from contracts.topology import REFUSED, event_queue, routing_key
from infra.bus.authority import may_ask, may_publish
from infra.bus.bodies import Unacceptable
from infra.bus.wire import Delivery, dump, parse
from infra.handling.outcomes import DONE, Answer, Done, Expired, NotAllowed
from infra.handling.service import Registered, Service


class Admitted(NamedTuple):
    """A delivery whose kind, sender, subject and payload are accepted."""

    delivery: Delivery
    message: Message
    handler: Registered

    @property
    def hurries(self) -> bool:
        """Whether bulk work lets it go first."""
        return not isinstance(self.message, Query) or self.message.hurries


class Admission:
    """The door of one service; `common` is what is asked of several services alike, and `kinds` all
    that it lets in, by type."""

    def __init__(
        self,
        service: Service[Any],
        clock: Callable[[], datetime],
        common: Mapping[type[Message], Registered],
    ) -> None:
        self._service = service
        self._clock = clock
        tables = (service.commands, service.queries, service.events, service.replies)
        self.kinds = {routing_key(kind): kind for table in tables for kind in table}
        self._handlers = {kind: entry for table in tables for kind, entry in table.items()}
        self.kinds |= {routing_key(kind, service.name): kind for kind in common}
        self._handlers |= common
        if service.replies:
            self.kinds[REFUSED] = Refused

    def admit(self, delivery: Delivery) -> Admitted | Answer | Done:
        """The message as its handler will see it, or the refusal it has earned.

        A carrier may hold events that others hear: with those this service is done at once.

        Raises:
            Unacceptable: a kind this service does not handle, a sender that may not send it, or
                a refusal that nobody waits for.
        """
        kind = self.kinds.get(delivery.type)
        if kind is None:
            if delivery.is_carried and delivery.queue == event_queue(self._service.name):
                return DONE
            raise Unacceptable(f"unknown-type: {delivery.type[:100]}")
        if not self._may_send(kind, delivery.sender):
            raise Unacceptable(f"sender-not-allowed: {delivery.sender} may not send this")
        refused = self._refused_at_the_door(kind, delivery)
        if refused is None:
            message = parse(kind, delivery.payload)
            if not isinstance(message, Refused) or kind is Refused:
                return Admitted(delivery, message, self._handlers[kind])
            refused = message
        if delivery.reply_to is None:
            raise Unacceptable(f"{refused.code}: {refused.detail} {refused.errors or ''}".strip())
        return Answer(REFUSED, dump(refused))

    def _may_send(self, kind: type[Message], sender: str) -> bool:
        """An answer counts from the owner of its kind, a refusal from the owner of any answer."""
        if kind is Refused:
            return sender in {answer.owner for answer in self._service.replies}
        if kind in self._service.replies:
            return sender == kind.owner
        return may_publish(kind, sender)

    def _refused_at_the_door(self, kind: type[Message], delivery: Delivery) -> Refused | None:
        if not may_ask(kind, delivery.sender, delivery.subject):
            return NotAllowed().refusal()
        if is_late(delivery, self._clock()):
            return Expired().refusal()
        return None


def is_late(delivery: Delivery, now: datetime) -> bool:
    """True when its sender has been told, or will be, that nothing was done."""
    return delivery.deadline is not None and now > delivery.deadline
