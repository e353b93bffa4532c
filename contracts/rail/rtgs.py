"""RTGS: large amounts between two banks, each settled by itself at the central bank."""

from contracts.rail.bodies import Acceptance, Inquiry, Refusal, Submission, Unawareness
from contracts.rail.credits import (
    CreditAcknowledgement,
    CreditAnswer,
    CreditArrival,
    SaidOfCredits,
)
from contracts.rail.recalls import (
    CreditReturn,
    RecallAcknowledgement,
    RecallAgreement,
    RecallArrival,
    RecallRefusal,
    RecallReply,
    RecallRequest,
    ReturnAcknowledgement,
    SaidOfRecalls,
)
from contracts.rail.returns import TransferReturn
from contracts.rail.said import Said
from contracts.topology import RTGS


class RtgsAccepted(Acceptance, rail=RTGS):
    """The other bank has credited its customer; final."""


class RtgsRefused(Refusal, rail=RTGS):
    """The other bank has not and will not credit; final."""


class RtgsUnaware(Unawareness, rail=RTGS):
    """Answer to an inquiry: the rail never saw this transfer."""


class SubmitRtgsTransfer(Submission, rail=RTGS):
    """Credit an account at another bank; at most once per `transfer_id`, however often sent."""

    reply = RtgsAccepted


class InquireRtgsTransfer(Inquiry, rail=RTGS):
    """What became of a transfer? Answered with RtgsAccepted, RtgsRefused or RtgsUnaware."""

    reply = RtgsAccepted


class RtgsCreditArrived(CreditArrival, rail=RTGS):
    """Another bank pays an account of ours; answered once, however often it is said."""


class RtgsCreditAnswered(CreditAcknowledgement, rail=RTGS):
    """The rail has our answer to a credit; final."""


class AnswerRtgsCredit(CreditAnswer, rail=RTGS):
    """Our customer is credited, or is not and the money goes back; final."""

    reply = RtgsCreditAnswered


class RtgsTransferReturned(TransferReturn, rail=RTGS):
    """Another bank gives back what it had taken; the money comes with the next settlement."""


class RtgsRecallAgreed(RecallAgreement, rail=RTGS):
    """The other bank gives back what we asked for; the money comes by a return of its own."""


class RtgsRecallRefused(RecallRefusal, rail=RTGS):
    """The other bank does not give back what we asked for."""


class RecallRtgsTransfer(RecallRequest, rail=RTGS):
    """Give a transfer back? Answered with RtgsRecallAgreed or RtgsRecallRefused, days later."""

    reply = RtgsRecallAgreed


class RtgsRecallArrived(RecallArrival, rail=RTGS):
    """Another bank asks for what it has paid to a customer of ours; a manager decides."""


class RtgsRecallAnswered(RecallAcknowledgement, rail=RTGS):
    """The rail has our answer to a recall; final."""


class AnswerRtgsRecall(RecallReply, rail=RTGS):
    """We give back what another bank has asked for, or do not; final."""

    reply = RtgsRecallAnswered


class RtgsCreditReturned(ReturnAcknowledgement, rail=RTGS):
    """The rail has our return; the money goes with the next settlement."""


class ReturnRtgsCredit(CreditReturn, rail=RTGS):
    """Give back what another bank had paid; at most once per `return_id`, however often sent."""

    reply = RtgsCreditReturned


CREDITS = SaidOfCredits(RtgsCreditArrived, AnswerRtgsCredit, RtgsCreditAnswered)
RECALLS = SaidOfRecalls(
    RecallRtgsTransfer, RtgsRecallAgreed, RtgsRecallRefused,
    RtgsRecallArrived, AnswerRtgsRecall, RtgsRecallAnswered, ReturnRtgsCredit, RtgsCreditReturned,
)  # fmt: skip
SAID = Said(
    RTGS, SubmitRtgsTransfer, InquireRtgsTransfer, RtgsAccepted, RtgsRefused, RtgsUnaware,
    CREDITS, RtgsTransferReturned, RECALLS,
)  # fmt: skip
