"""What a rail is, to whoever speaks over it: where it is, and its messages by what they are for."""

from dataclasses import dataclass
from typing import TypeAlias

from contracts.rail.batches import BatchInquiry, BatchSubmission, SaidOfBatches
from contracts.rail.bodies import (
    Acceptance,
    AddressSubmission,
    FromRail,
    Inquiry,
    Refusal,
    Submission,
    Unawareness,
)
from contracts.rail.credits import CreditAnswer, SaidOfCredits
from contracts.rail.payees import PayeeQuestion, SaidOfPayees
from contracts.rail.recalls import CreditReturn, RecallReply, RecallRequest, SaidOfRecalls
from contracts.rail.returns import TransferReturn
from contracts.topology import OutsideSystem

Order: TypeAlias = (
    Submission
    | AddressSubmission
    | Inquiry
    | BatchSubmission
    | BatchInquiry
    | PayeeQuestion
    | CreditAnswer
    | RecallRequest
    | RecallReply
    | CreditReturn
)


@dataclass(frozen=True, slots=True)
class Said:
    """The messages of one rail."""

    system: OutsideSystem
    # A transfer by itself, to an account or to an address, or in a batch with others.
    submit: type[Submission] | type[AddressSubmission] | SaidOfBatches
    inquire: type[Inquiry]
    accepted: type[Acceptance]
    refused: type[Refusal]
    unaware: type[Unawareness]
    credits: SaidOfCredits  # of money that comes in
    returned: type[TransferReturn]
    recalls: SaidOfRecalls  # of what banks ask back
    payees: SaidOfPayees | None = None  # None: it is not asked who a payee is

    @property
    def name(self) -> str:
        """What people call the rail: `IMPS`."""
        return self.system.user.removeprefix("rail-").upper()

    @property
    def batches(self) -> SaidOfBatches | None:
        """None: each transfer goes by itself."""
        return self.submit if isinstance(self.submit, SaidOfBatches) else None

    @property
    def pays_addresses(self) -> bool:
        """Whether its payees go by a VPA, and not by an account number and IFSC."""
        return isinstance(self.submit, type) and issubclass(self.submit, AddressSubmission)

    @property
    def orders(self) -> tuple[type[Order], ...]:
        """What it is told."""
        submit = self.submit
        submits = submit.orders if isinstance(submit, SaidOfBatches) else (submit,)
        asks = (self.payees.ask,) if self.payees else ()
        return (*submits, self.inquire, self.credits.answer, *self.recalls.orders, *asks)

    @property
    def answers(self) -> tuple[type[FromRail], ...]:
        """What it says."""
        of_batches = self.batches.answers if self.batches else ()
        of_credits = self.credits.arrived, self.credits.acknowledged
        of_payees = (self.payees.known, self.payees.unknown) if self.payees else ()
        own = self.accepted, self.refused, self.unaware
        return (*of_batches, *own, *of_credits, self.returned, *self.recalls.answers, *of_payees)
