"""IMPS: small amounts between two banks, at once and at any hour."""

from contracts.envelope import Command, Event
from contracts.rail.bodies import Acceptance, Answer, Inquiry, Refusal, Submission
from contracts.topology import IMPS


class _Said(Event):
    exchange = IMPS.answers
    senders = frozenset({IMPS.user})


class RailAccepted(_Said, Acceptance):
    """The other bank has credited its customer; final."""


class RailRefused(_Said, Refusal):
    """The other bank has not and will not credit; final."""


class RailUnaware(_Said, Answer):
    """Answer to an inquiry: the rail never saw this transfer."""


class _Asked(Command):
    exchange = IMPS.orders
    reply = RailAccepted
    senders = frozenset({IMPS.partner})


class SubmitTransfer(_Asked, Submission):
    """Credit an account at another bank; at most once per `transfer_id`, however often sent."""


class InquireTransfer(_Asked, Inquiry):
    """What became of a transfer? Answered with RailAccepted, RailRefused or RailUnaware."""
