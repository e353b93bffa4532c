"""What people may do about any run: the moves that they ask for, and the reasons for a no."""

from dataclasses import dataclass
from typing import Any

from contracts.envelope import Conflict, DomainError, NotFound
from infra.sagas.moves import may_undo, park, retry, undo
from infra.sagas.runs import Instance
from infra.sagas.table import Move, Phase

COMPENSATED = "compensated"


class SagaNotFound(NotFound):
    """There is no such saga."""


class SagaAlreadyEnded(Conflict):
    """The saga has ended, and no person changes its end."""


class SagaPastPivot(Conflict):
    """The saga has sent what cannot be taken back; it only goes forward."""


class SagaUnreadable(Conflict):
    """The saga follows a table of steps that this version of the bank does not know."""


@dataclass(frozen=True, slots=True)
class Steering:
    """The moves of people; a service may refuse them in words of its own."""

    ended: type[DomainError] = SagaAlreadyEnded
    past_pivot: type[DomainError] = SagaPastPivot

    def retry(self, instance: Instance) -> Move[Any]:
        self._require_open(instance)
        return retry(instance.saga, instance.run)

    def park(self, instance: Instance) -> Move[Any]:
        self._require_open(instance)
        return park(instance.saga, instance.run)

    def compensate(self, instance: Instance, reason: str) -> Move[Any]:
        """Undo what was done; what is being undone already goes on with it at once."""
        self._require_open(instance)
        if instance.run.phase is Phase.UNDOING:
            return retry(instance.saga, instance.run)
        self._require_before_pivot(instance)
        return undo(instance.saga, instance.run, COMPENSATED, reason)

    def cancel(self, instance: Instance, detail: str) -> Move[Any]:
        """Undo what was done, at the wish of whoever began it."""
        self._require_open(instance)
        if instance.run.phase is Phase.UNDOING:
            raise self.ended("It has failed or was cancelled, and is being undone.")
        self._require_before_pivot(instance)
        return undo(instance.saga, instance.run, "cancelled", detail, ends_as=Phase.CANCELLED)

    def _require_open(self, instance: Instance) -> None:
        if instance.run.phase.is_end:
            raise self.ended

    def _require_before_pivot(self, instance: Instance) -> None:
        if not may_undo(instance.saga, instance.run):
            raise self.past_pivot
