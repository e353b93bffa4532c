"""The toy service running a saga: something is lent, a gate is passed (the pivot), it is told.

`main` is it as a process of its own, which a test can kill. While the gate is closed, whoever wants
to pass it is not answered.
"""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from pydantic import BaseModel

from contracts.envelope import Command, DomainError, Event, Role
from infra.handling.context import Asked, Context
from infra.handling.service import Service
from infra.handling.telling import Told
from infra.process.app import Process
from infra.process.settings import Settings
from infra.sagas.repertoire import Repertoire
from infra.sagas.rows import SAGA_DDL, SAGA_DDL_2, SAGA_DDL_3
from infra.sagas.runs import Beginning
from infra.sagas.table import Meaning, Saga, Sends, Step
from tests.infra import toy
from tests.infra.toy import Added, ToyStore

DDL = toy.DDL + SAGA_DDL + SAGA_DDL_2 + SAGA_DDL_3
OURSELVES = frozenset({"toy"})
GATE = "gate"  # a counter; zero: it is closed


class NothingLent(DomainError):
    """Nothing of that name is lent."""


class Wished(Event):
    errand_id: UUID
    what: str
    in_hours: int = 0

    @property
    def aggregate(self) -> str:
        return f"errand:{self.errand_id}"


class SentBack(Event):
    """The other side of the gate gives back what had passed."""

    errand_id: UUID

    @property
    def aggregate(self) -> str:
        return f"errand:{self.errand_id}"


class SendBack(Command):
    """Play the other side of the gate."""

    reply = Added
    senders = frozenset({"gateway"})
    roles = frozenset({Role.TELLER})

    errand_id: UUID


class Wish(Command):
    """Ask for an errand; its reply is how many were asked for."""

    reply = Added
    senders = frozenset({"gateway"})
    roles = frozenset({Role.TELLER})

    errand_id: UUID
    what: str
    in_hours: int = 0  # before the gate is passed


class Lend(Command):
    reply = Added
    senders = OURSELVES

    what: str
    amount: int


class Pass(Command):
    reply = Added
    senders = OURSELVES


class Errand(BaseModel):
    what: str
    in_hours: int = 0


for _kind in (Wished, SentBack, SendBack, Wish, Lend, Pass):
    _kind.owner = "toy"

ERRAND = Saga[Errand](
    name="errand",
    version=1,
    data=Errand,
    steps=(
        Step(
            name="lend",
            do=Sends(Lend, lambda errand: Lend(what=errand.what, amount=1)),
            undo=Sends(Lend, lambda errand: Lend(what=errand.what, amount=-1)),
        ),
        Step(
            name="pass",
            do=Sends(Pass, lambda errand: Pass()),
            not_before=lambda errand, present: present.now + timedelta(hours=errand.in_hours),
            undo=Sends(Lend, lambda errand: Lend(what="came back", amount=1)),
            answers={SentBack: Meaning.RETURNED},
            answered_run=lambda sent: sent.errand_id,
            pivot=True,
        ),
        Step(
            name="tell",
            do=Sends(Lend, lambda errand: Lend(what="told", amount=1)),
            undo=Sends(Lend, lambda errand: Lend(what="told", amount=-1)),
        ),
    ),
    completed=lambda errand: (),
    failed=lambda errand, code, detail: (),
    returned=lambda errand: (),
)
SAGAS = Repertoire("toy", [ERRAND])
service = Service("toy", ToyStore)


@service.handles(Wish)
async def wish(command: Wish, store: ToyStore, context: Context) -> Told[Added]:
    wished = Wished(**command.model_dump())
    return Told(Added(value=await store.add("wishes", 1)), wished)


@service.handles(SendBack)
async def send_back(command: SendBack, store: ToyStore, context: Context) -> Told[Added]:
    return Told(Added(value=0), SentBack(errand_id=command.errand_id))


@service.handles(Lend)
async def lend(command: Lend, store: ToyStore, context: Context) -> Added:
    if command.what == "nothing":
        raise NothingLent
    if command.what == "bug":
        raise RuntimeError("a planted bug")
    return Added(value=await store.add(command.what, command.amount))


@service.handles(Pass, alone=True)
async def pass_gate(command: Pass, store: ToyStore, context: Context) -> Added:
    while await store.value(GATE) == 0:
        await asyncio.sleep(0.05)
    return Added(value=await store.add("passed", 1))


async def beginnings(batch: Sequence[Asked[Wished]], store: ToyStore) -> list[Beginning]:
    """An errand for each wish."""
    return [
        Beginning(
            ERRAND,
            each.message.errand_id,
            Errand(what=each.message.what, in_hours=each.message.in_hours),
            each.context.trace,
        )
        for each in batch
    ]


service.runs(SAGAS, begins={Wished: beginnings})


async def main() -> None:
    """Run until killed."""
    process = Process(service, Settings())
    async with process.running():
        await process.broker.start()
        await asyncio.Event().wait()
