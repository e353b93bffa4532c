"""UPI: small amounts at once and at any hour, to a payee who goes by an address."""

from contracts.rail.bodies import Acceptance, AddressSubmission, Inquiry, Refusal, Unawareness
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


SAID = Said(UPI, SubmitUpiTransfer, InquireUpiTransfer, UpiAccepted, UpiRefused, UpiUnaware)
