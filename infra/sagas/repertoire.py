"""The sagas of one service, and what follows from their tables of steps."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from contracts.envelope import Event, Message, Refused
from infra.data.database import Connection
from infra.handling.service import Service
from infra.sagas.running import Beginner, Note, Running
from infra.sagas.runs import Decider, Sagas
from infra.sagas.table import Decides, Saga, Step


@dataclass(frozen=True, slots=True)
class Repertoire:
    """All sagas of a service, also those of former versions that runs still follow."""

    service: str
    sagas: Sequence[Saga[Any]]
    deciders: Mapping[str, Decider] = field(default_factory=dict)  # of what it decides itself

    def __post_init__(self) -> None:
        asked = {step.do.by for step in self.steps() if isinstance(step.do, Decides)}
        if asked != set(self.deciders):
            raise ValueError(
                f"{self.service}: decides {sorted(self.deciders)}, asked {sorted(asked)}"
            )

    def runs(self, db: Connection) -> Sagas:
        """Their runs, on the connection of the present unit of work."""
        return Sagas(db, self.service, self.sagas, self.deciders)

    def steps(self) -> list[Step[Any]]:
        return [step for saga in self.sagas for step in saga.steps]

    def replies(self) -> frozenset[type[Message]]:
        """The answers inside the bank to whatever the steps send."""
        kinds = [sends.kind for step in self.steps() for sends in step.sends]
        replies = {kind.reply for kind in kinds if kind.exchange is None}
        return frozenset({*replies, Refused} if replies else ())

    def from_outside(self) -> Mapping[type[Event], Callable[[Any], UUID]]:
        """What is told of the steps from outside, and which run it is for."""
        return {
            kind: step.answered_run
            for step in self.steps()
            for kind in step.answers
            if step.answered_run is not None
        }

    def enter(
        self,
        service: Service[Any],
        begins: Mapping[type[Event], Beginner],
        notes: Note | None,
    ) -> None:
        """Register all that the sagas need with the service; see `Service.runs`."""
        Running(self.service, self.runs, self.from_outside(), begins, notes).enter(
            service, self.replies()
        )
