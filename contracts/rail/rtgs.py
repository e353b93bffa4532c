"""RTGS: large amounts between two banks, each settled by itself at the central bank."""

from contracts.envelope import Command, Event
from contracts.rail.bodies import Acceptance, Answer, Inquiry, Refusal, Submission
from contracts.topology import RTGS


class _Said(Event):
    exchange = RTGS.answers
    senders = frozenset({RTGS.user})


class RtgsAccepted(_Said, Acceptance):
    """The other bank has credited its customer; final."""


class RtgsRefused(_Said, Refusal):
    """The other bank has not and will not credit; final."""


class RtgsUnaware(_Said, Answer):
    """Answer to an inquiry: the rail never saw this transfer."""


class _Asked(Command):
    exchange = RTGS.orders
    reply = RtgsAccepted
    senders = frozenset({RTGS.partner})


class SubmitRtgsTransfer(_Asked, Submission):
    """Credit an account at another bank; at most once per `transfer_id`, however often sent."""


class InquireRtgsTransfer(_Asked, Inquiry):
    """What became of a transfer? Answered with RtgsAccepted, RtgsRefused or RtgsUnaware."""
