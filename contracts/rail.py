"""What a payment rail and we say to each other: the other banks' side of a transfer.

The rail has a broker user and a vhost of its own (`bank.rail-imps`). There we publish
SubmitTransfer and InquireTransfer to `rail.imps` with their routing keys; it answers to
`rail.imps.answers`, which feeds the queue `payment.rail-imps.events`. The correlation id of an
answer is the `transfer_id`.
"""

from typing import Annotated
from uuid import UUID

from pydantic import StringConstraints

from contracts.envelope import Command, Event
from contracts.money import Money
from contracts.text import Cleaned, Cleaning, Composed, Seen, Shown
from contracts.topology import IMPS
from contracts.words import PRINTABLE


class _Answer(Event):
    exchange = IMPS.answers
    senders = frozenset({IMPS.user})

    transfer_id: UUID

    @property
    def aggregate(self) -> str:
        return f"rail:{self.transfer_id}"


class RailAccepted(_Answer):
    """The other bank has credited its customer; final."""

    rail_reference: Annotated[
        str,
        StringConstraints(min_length=1, max_length=60, pattern=PRINTABLE),
        Composed,
        Seen,
        Shown,
    ]


class RailRefused(_Answer):
    """The other bank has not and will not credit; final."""

    code: Annotated[str, StringConstraints(max_length=60, pattern=PRINTABLE), Composed, Seen]
    detail: Annotated[str, StringConstraints(max_length=200, pattern=PRINTABLE), Composed, Seen]


class RailUnaware(_Answer):
    """Answer to an inquiry: the rail never saw this transfer."""


class SubmitTransfer(Command):
    """Credit an account at another bank; at most once per `transfer_id`, however often sent."""

    exchange = IMPS.orders
    reply = RailAccepted
    senders = frozenset({IMPS.partner})

    transfer_id: UUID
    amount: Money
    beneficiary_name: Cleaned
    beneficiary_account: Cleaned
    beneficiary_ifsc: Cleaned
    remitter_account: Cleaned
    description: Annotated[str, StringConstraints(max_length=140, pattern=PRINTABLE), Cleaning] = ""


class InquireTransfer(Command):
    """What became of a transfer? Answered with RailAccepted, RailRefused or RailUnaware."""

    exchange = IMPS.orders
    reply = RailAccepted
    senders = frozenset({IMPS.partner})

    transfer_id: UUID
