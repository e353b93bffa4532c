"""What the other banks behind one rail have of their own: a place, and the words of the answers."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from contracts.rail.bodies import Acceptance, Answer, Inquiry, Refusal, Submission
from contracts.topology import OutsideSystem

Verdict = Acceptance | Refusal


@dataclass(frozen=True, slots=True)
class Side:
    """One rail: the orders that it knows, and its answers, made of a transfer's id and the rest."""

    system: OutsideSystem
    prefix: str  # of the reference numbers that it gives out
    orders: tuple[type[Submission], type[Inquiry]]
    answers: tuple[type[Answer], ...]
    accepted: Callable[[UUID, str], Acceptance]  # with the rail's reference
    refused: Callable[[UUID, str, str], Refusal]  # with a code and a detail
    unaware: Callable[[UUID], Answer]

    def reference_of(self, transfer_id: UUID) -> str:
        """Twelve digits, as the retrieval reference numbers of IMPS have, behind the prefix."""
        return f"{self.prefix}{transfer_id.int % 10**12:012d}"
