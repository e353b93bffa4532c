"""NEFT: any amount between two banks, in batches that leave every half hour.

We submit a batch at its cut-off. The rail answers for the batch, and within two hours for each of
its transfers: settled, or returned with a reason. Each is asked about if it does not.
"""

from contracts.rail.batches import (
    BatchInquiry,
    BatchRefusal,
    BatchSettlement,
    BatchSubmission,
    BatchUnawareness,
    SaidOfBatches,
)
from contracts.rail.bodies import Acceptance, Inquiry, Refusal, Unawareness
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
from contracts.topology import NEFT


class NeftBatchSettled(BatchSettlement, rail=NEFT):
    """The rail has taken the batch, and settles its net amount between the banks; final."""


class NeftBatchRefused(BatchRefusal, rail=NEFT):
    """The rail takes nothing of the batch, and returns each of its transfers; final."""


class NeftBatchUnaware(BatchUnawareness, rail=NEFT):
    """Answer to an inquiry: the rail never saw this batch."""


class NeftSettled(Acceptance, rail=NEFT):
    """The other bank has credited its customer; final."""


class NeftReturned(Refusal, rail=NEFT):
    """The other bank has not and will not credit, and gives the amount back; final."""


class NeftUnaware(Unawareness, rail=NEFT):
    """Answer to an inquiry: the rail has seen this transfer in no batch."""


class SubmitNeftBatch(BatchSubmission, rail=NEFT):
    """Credit accounts at other banks; each at most once per `transfer_id`, however often sent."""

    reply = NeftBatchSettled


class InquireNeftBatch(BatchInquiry, rail=NEFT):
    """What became of a batch? NeftBatchSettled, NeftBatchRefused or NeftBatchUnaware."""

    reply = NeftBatchSettled


class InquireNeftTransfer(Inquiry, rail=NEFT):
    """What became of a transfer? Answered with NeftSettled, NeftReturned or NeftUnaware."""

    reply = NeftSettled


class NeftCreditArrived(CreditArrival, rail=NEFT):
    """Another bank pays an account of ours; answered once, however often it is said."""


class NeftCreditAnswered(CreditAcknowledgement, rail=NEFT):
    """The rail has our answer to a credit; final."""


class AnswerNeftCredit(CreditAnswer, rail=NEFT):
    """Our customer is credited, or is not and the money goes back; final."""

    reply = NeftCreditAnswered


class NeftTransferReturned(TransferReturn, rail=NEFT):
    """Another bank gives back what it had taken; the money comes with the next settlement."""


class NeftRecallAgreed(RecallAgreement, rail=NEFT):
    """The other bank gives back what we asked for; the money comes by a return of its own."""


class NeftRecallRefused(RecallRefusal, rail=NEFT):
    """The other bank does not give back what we asked for."""


class RecallNeftTransfer(RecallRequest, rail=NEFT):
    """Give a transfer back? Answered with NeftRecallAgreed or NeftRecallRefused, days later."""

    reply = NeftRecallAgreed


class NeftRecallArrived(RecallArrival, rail=NEFT):
    """Another bank asks for what it has paid to a customer of ours; a manager decides."""


class NeftRecallAnswered(RecallAcknowledgement, rail=NEFT):
    """The rail has our answer to a recall; final."""


class AnswerNeftRecall(RecallReply, rail=NEFT):
    """We give back what another bank has asked for, or do not; final."""

    reply = NeftRecallAnswered


class NeftCreditReturned(ReturnAcknowledgement, rail=NEFT):
    """The rail has our return; the money goes with the next settlement."""


class ReturnNeftCredit(CreditReturn, rail=NEFT):
    """Give back what another bank had paid; at most once per `return_id`, however often sent."""

    reply = NeftCreditReturned


CREDITS = SaidOfCredits(NeftCreditArrived, AnswerNeftCredit, NeftCreditAnswered)
BATCHES = SaidOfBatches(
    SubmitNeftBatch, InquireNeftBatch, NeftBatchSettled, NeftBatchRefused, NeftBatchUnaware
)
RECALLS = SaidOfRecalls(
    RecallNeftTransfer, NeftRecallAgreed, NeftRecallRefused,
    NeftRecallArrived, AnswerNeftRecall, NeftRecallAnswered, ReturnNeftCredit, NeftCreditReturned,
)  # fmt: skip
SAID = Said(
    NEFT, BATCHES, InquireNeftTransfer, NeftSettled, NeftReturned, NeftUnaware,
    CREDITS, NeftTransferReturned, RECALLS,
)  # fmt: skip
