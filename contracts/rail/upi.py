"""UPI: small amounts at once and at any hour, to a payee who goes by an address."""

from contracts.rail.bodies import Acceptance, AddressSubmission, Inquiry, Refusal, Unawareness
from contracts.rail.credits import (
    CreditAcknowledgement,
    CreditAnswer,
    CreditArrival,
    SaidOfCredits,
)
from contracts.rail.payees import AddressQuestion, PayeeAnswer, PayeeKnown, SaidOfPayees
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
from contracts.topology import UPI


class UpiAccepted(Acceptance, rail=UPI):
    """The other bank has credited its customer; final."""


class UpiRefused(Refusal, rail=UPI):
    """The other bank has not and will not credit; final."""


class UpiUnaware(Unawareness, rail=UPI):
    """Answer to an inquiry: the rail never saw this transfer."""


class SubmitUpiTransfer(AddressSubmission, rail=UPI):
    """Credit who goes by a payment address; at most once per `transfer_id`, however often sent."""

    reply = UpiAccepted


class InquireUpiTransfer(Inquiry, rail=UPI):
    """What became of a transfer? Answered with UpiAccepted, UpiRefused or UpiUnaware."""

    reply = UpiAccepted


class AddressResolved(PayeeKnown, rail=UPI):
    """Answer to ResolveAddress: the other bank knows who goes by it."""


class AddressUnknown(PayeeAnswer, rail=UPI):
    """Answer to ResolveAddress: nobody goes by it."""


class ResolveAddress(AddressQuestion, rail=UPI):
    """Who goes by this address? AddressResolved or AddressUnknown; nothing moves."""

    reply = AddressResolved


class UpiCreditArrived(CreditArrival, rail=UPI):
    """Another bank pays an account of ours; answered once, however often it is said."""


class UpiCreditAnswered(CreditAcknowledgement, rail=UPI):
    """The rail has our answer to a credit; final."""


class AnswerUpiCredit(CreditAnswer, rail=UPI):
    """Our customer is credited, or is not and the money goes back; final."""

    reply = UpiCreditAnswered


class UpiTransferReturned(TransferReturn, rail=UPI):
    """Another bank gives back what it had taken; the money comes with the next settlement."""


class UpiRecallAgreed(RecallAgreement, rail=UPI):
    """The other bank gives back what we asked for; the money comes by a return of its own."""


class UpiRecallRefused(RecallRefusal, rail=UPI):
    """The other bank does not give back what we asked for."""


class RecallUpiTransfer(RecallRequest, rail=UPI):
    """Give a transfer back? Answered with UpiRecallAgreed or UpiRecallRefused, days later."""

    reply = UpiRecallAgreed


class UpiRecallArrived(RecallArrival, rail=UPI):
    """Another bank asks for what it has paid to a customer of ours; a manager decides."""


class UpiRecallAnswered(RecallAcknowledgement, rail=UPI):
    """The rail has our answer to a recall; final."""


class AnswerUpiRecall(RecallReply, rail=UPI):
    """We give back what another bank has asked for, or do not; final."""

    reply = UpiRecallAnswered


class UpiCreditReturned(ReturnAcknowledgement, rail=UPI):
    """The rail has our return; the money goes with the next settlement."""


class ReturnUpiCredit(CreditReturn, rail=UPI):
    """Give back what another bank had paid; at most once per `return_id`, however often sent."""

    reply = UpiCreditReturned


CREDITS = SaidOfCredits(UpiCreditArrived, AnswerUpiCredit, UpiCreditAnswered)
PAYEES = SaidOfPayees(ResolveAddress, AddressResolved, AddressUnknown)
RECALLS = SaidOfRecalls(
    RecallUpiTransfer, UpiRecallAgreed, UpiRecallRefused,
    UpiRecallArrived, AnswerUpiRecall, UpiRecallAnswered, ReturnUpiCredit, UpiCreditReturned,
)  # fmt: skip
SAID = Said(
    UPI, SubmitUpiTransfer, InquireUpiTransfer, UpiAccepted, UpiRefused, UpiUnaware,
    CREDITS, UpiTransferReturned, RECALLS, PAYEES,
)  # fmt: skip
