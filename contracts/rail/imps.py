"""IMPS: small amounts between two banks, at once and at any hour."""

from contracts.rail.bodies import Acceptance, Inquiry, Refusal, Submission, Unawareness
from contracts.rail.credits import (
    CreditAcknowledgement,
    CreditAnswer,
    CreditArrival,
    SaidOfCredits,
)
from contracts.rail.payees import AccountQuestion, PayeeAnswer, PayeeKnown, SaidOfPayees
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


class AccountResolved(PayeeKnown, rail=IMPS):
    """Answer to ResolveAccount: the other bank knows whose it is."""


class AccountUnknown(PayeeAnswer, rail=IMPS):
    """Answer to ResolveAccount: the other bank has no such account."""


class ResolveAccount(AccountQuestion, rail=IMPS):
    """Whose account is this? Answered with AccountResolved or AccountUnknown; nothing moves."""

    reply = AccountResolved


class ImpsCreditArrived(CreditArrival, rail=IMPS):
    """Another bank pays an account of ours; answered once, however often it is said."""


class ImpsCreditAnswered(CreditAcknowledgement, rail=IMPS):
    """The rail has our answer to a credit; final."""


class AnswerImpsCredit(CreditAnswer, rail=IMPS):
    """Our customer is credited, or is not and the money goes back; final."""

    reply = ImpsCreditAnswered


class ImpsTransferReturned(TransferReturn, rail=IMPS):
    """Another bank gives back what it had taken; the money comes with the next settlement."""


class ImpsRecallAgreed(RecallAgreement, rail=IMPS):
    """The other bank gives back what we asked for; the money comes by a return of its own."""


class ImpsRecallRefused(RecallRefusal, rail=IMPS):
    """The other bank does not give back what we asked for."""


class RecallImpsTransfer(RecallRequest, rail=IMPS):
    """Give a transfer back? Answered with ImpsRecallAgreed or ImpsRecallRefused, days later."""

    reply = ImpsRecallAgreed


class ImpsRecallArrived(RecallArrival, rail=IMPS):
    """Another bank asks for what it has paid to a customer of ours; a manager decides."""


class ImpsRecallAnswered(RecallAcknowledgement, rail=IMPS):
    """The rail has our answer to a recall; final."""


class AnswerImpsRecall(RecallReply, rail=IMPS):
    """We give back what another bank has asked for, or do not; final."""

    reply = ImpsRecallAnswered


class ImpsCreditReturned(ReturnAcknowledgement, rail=IMPS):
    """The rail has our return; the money goes with the next settlement."""


class ReturnImpsCredit(CreditReturn, rail=IMPS):
    """Give back what another bank had paid; at most once per `return_id`, however often sent."""

    reply = ImpsCreditReturned


CREDITS = SaidOfCredits(ImpsCreditArrived, AnswerImpsCredit, ImpsCreditAnswered)
PAYEES = SaidOfPayees(ResolveAccount, AccountResolved, AccountUnknown)
RECALLS = SaidOfRecalls(
    RecallImpsTransfer, ImpsRecallAgreed, ImpsRecallRefused,
    ImpsRecallArrived, AnswerImpsRecall, ImpsRecallAnswered, ReturnImpsCredit, ImpsCreditReturned,
)  # fmt: skip
SAID = Said(
    IMPS, SubmitTransfer, InquireTransfer, RailAccepted, RailRefused, RailUnaware,
    CREDITS, ImpsTransferReturned, RECALLS, PAYEES,
)  # fmt: skip
