"""The shape of what is said over a rail that takes transfers in batches, of a batch as a whole."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, Field

from contracts.money import MINOR_MAX, Currency
from contracts.rail.bodies import Code, Detail, FromRail, Reference, ToRail, Transfer

BATCH_MAX = 100  # transfers of one: with the longest texts they fit into one message


class BatchAnswer(FromRail):
    """What a rail says of one batch."""

    batch_id: UUID

    @property
    def subject_id(self) -> UUID:
        return self.batch_id


class BatchSettlement(BatchAnswer):
    """A yes to the batch, with the rail's own name for it."""

    rail_reference: Reference


class BatchRefusal(BatchAnswer):
    """A no to the whole batch, with its reason."""

    code: Code
    detail: Detail


class BatchUnawareness(BatchAnswer):
    """It never saw the batch."""


class BatchSubmission(ToRail):
    """Transfers that leave together."""

    batch_id: UUID
    number: Reference  # for people: rail, cut-off in India, six digits of the id
    cut_off: AwareDatetime
    # The sum of its transfers, all of this currency, which the banks settle between them.
    net_minor: Annotated[int, Field(strict=True, gt=0, le=BATCH_MAX * MINOR_MAX)]
    currency: Currency
    transfers: Annotated[tuple[Transfer, ...], Field(min_length=1, max_length=BATCH_MAX)]


class BatchInquiry(ToRail):
    """The question what became of a batch."""

    batch_id: UUID


@dataclass(frozen=True, slots=True)
class SaidOfBatches:
    """The messages of one rail about batches, by what they are for."""

    submit: type[BatchSubmission]
    inquire: type[BatchInquiry]
    settled: type[BatchSettlement]
    refused: type[BatchRefusal]
    unaware: type[BatchUnawareness]

    @property
    def orders(self) -> tuple[type[BatchSubmission], type[BatchInquiry]]:
        """What it is told."""
        return self.submit, self.inquire

    @property
    def answers(self) -> tuple[type[BatchAnswer], ...]:
        """What it says."""
        return self.settled, self.refused, self.unaware
