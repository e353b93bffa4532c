"""IMPS: small amounts between two banks, at once and at any hour."""

from contracts.rail.bodies import Acceptance, Inquiry, Refusal, Submission, Unawareness
from contracts.rail.said import Said
from contracts.topology import IMPS


class RailAccepted(Acceptance, rail=IMPS):
    """The other bank has credited its customer; final."""


class RailRefused(Refusal, rail=IMPS):
    """The other bank has not and will not credit; final."""


class RailUnaware(Unawareness, rail=IMPS):
    """Answer to an inquiry: the rail never saw this transfer."""


class SubmitTransfer(Submission, rail=IMPS):
    """Credit an account at another bank; at most once per `transfer_id`, however often sent."""

    reply = RailAccepted


class InquireTransfer(Inquiry, rail=IMPS):
    """What became of a transfer? Answered with RailAccepted, RailRefused or RailUnaware."""

    reply = RailAccepted


SAID = Said(IMPS, SubmitTransfer, InquireTransfer, RailAccepted, RailRefused, RailUnaware)
