"""The other banks behind one rail: the orders that they know, and their answers in its messages."""

from dataclasses import dataclass
from uuid import UUID

from contracts.rail import RAILS
from contracts.rail.bodies import Acceptance, Answer, Refusal, Said

Verdict = Acceptance | Refusal


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

    def reference_of(self, transfer_id: UUID) -> str:
        """The rail's name for it: twelve digits, as the retrieval reference numbers of IMPS have,
        behind the name of the rail."""
        return f"{self.said.name}{transfer_id.int % 10**12:012d}"


SIDES = {said.system.user: Side(said) for said in RAILS}  # by broker user
