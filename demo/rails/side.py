"""The other banks behind one rail: the orders that they know, and their answers in its messages."""

from dataclasses import dataclass
from uuid import UUID, uuid5

from contracts.rail import RAILS
from contracts.rail.batches import BatchRefusal, BatchSettlement, SaidOfBatches
from contracts.rail.bodies import Acceptance, Answer, Credit, FromRail, Refusal
from contracts.rail.credits import CreditAcknowledgement, CreditAnswer
from contracts.rail.payees import PayeeAnswer, SaidOfPayees
from contracts.rail.recalls import (
    AskedBack,
    CreditReturn,
    RecallAgreement,
    RecallRefusal,
    RecallReply,
)
from contracts.rail.returns import TransferReturn
from contracts.rail.said import Said

Verdict = Acceptance | Refusal | BatchSettlement | BatchRefusal | RecallAgreement | RecallRefusal


@dataclass(frozen=True, slots=True)
class Side:
    """One rail, by its messages."""

    said: Said

    def accepted(self, transfer_id: UUID) -> Acceptance:
        reference = self.reference_of(transfer_id)
        return self.said.accepted(transfer_id=transfer_id, rail_reference=reference)

    def refused(self, transfer_id: UUID, code: str, detail: str) -> Refusal:
        return self.said.refused(transfer_id=transfer_id, code=code, detail=detail)

    def unaware(self, transfer_id: UUID) -> Answer:
        return self.said.unaware(transfer_id=transfer_id)

    def returned(
        self, credit: Credit | AskedBack, number: int, code: str, detail: str
    ) -> TransferReturn:
        """The first, the second return of this credit."""
        return_id = uuid5(credit.transfer_id, f"return/{number}")
        return self.said.returned(
            return_id=return_id,
            transfer_id=credit.transfer_id,
            amount=credit.amount,
            rail_reference=self.reference_of(return_id),
            code=code,
            detail=detail,
        )

    def recall_agreed(self, asked: AskedBack) -> RecallAgreement:
        return self.said.recalls.agreed(recall_id=asked.recall_id, transfer_id=asked.transfer_id)

    def recall_refused(self, asked: AskedBack, code: str, detail: str) -> RecallRefusal:
        return self.said.recalls.refused(
            recall_id=asked.recall_id, transfer_id=asked.transfer_id, code=code, detail=detail
        )

    def has_reply(self, reply: RecallReply) -> FromRail:
        """Whatever our answer to a recall is."""
        return self.said.recalls.answered(recall_id=reply.recall_id, transfer_id=reply.transfer_id)

    def has_return(self, order: CreditReturn) -> FromRail:
        return self.said.recalls.given_back(
            return_id=order.return_id, transfer_id=order.transfer_id
        )

    def acknowledged(self, answer: CreditAnswer) -> CreditAcknowledgement:
        """Whatever our answer is: credited, or back to its sender."""
        return self.said.credits.acknowledged(
            transfer_id=answer.transfer_id,
            amount=answer.amount,
            beneficiary_account=answer.beneficiary_account,
        )

    @property
    def batches(self) -> SaidOfBatches:
        """Of a rail that takes batches."""
        assert self.said.batches is not None, f"{self.said.name} takes no batches"
        return self.said.batches

    def settled_batch(self, batch_id: UUID) -> BatchSettlement:
        return self.batches.settled(batch_id=batch_id, rail_reference=self.reference_of(batch_id))

    def refused_batch(self, batch_id: UUID, code: str, detail: str) -> BatchRefusal:
        return self.batches.refused(batch_id=batch_id, code=code, detail=detail)

    def unaware_of_batch(self, batch_id: UUID) -> FromRail:
        return self.batches.unaware(batch_id=batch_id)

    @property
    def payees(self) -> SaidOfPayees:
        """Of a rail that is asked who a payee is."""
        assert self.said.payees is not None, f"{self.said.name} is asked of no payee"
        return self.said.payees

    def unknown_payee(self, lookup_id: UUID) -> PayeeAnswer:
        return self.payees.unknown(lookup_id=lookup_id)

    def reference_of(self, subject_id: UUID) -> str:
        """The rail's name for it: twelve digits, as the retrieval reference numbers of IMPS have,
        behind the name of the rail."""
        return f"{self.said.name}{subject_id.int % 10**12:012d}"


SIDES = {said.system.user: Side(said) for said in RAILS}  # by broker user
