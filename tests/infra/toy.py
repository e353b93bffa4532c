"""A service small enough to hold in the head: named counters, for the tests of the pipeline."""

import asyncio
from collections.abc import Sequence

from pydantic import field_validator

from contracts.envelope import OPERATOR, Approval, Command, DomainError, Event, Message, Query, Role
from infra.data.store import Store
from infra.handling.audit import AUDIT_DDL
from infra.handling.context import Asked, Context
from infra.handling.mailbox import MAILBOX_DDL, MAILBOX_DDL_2
from infra.handling.parked import APPROVALS_DDL
from infra.handling.service import Service
from infra.handling.telling import Told

TOY_DDL = """
set local search_path = toy;
create table counters (name text primary key, value bigint not null);
create table heard (name text not null, value bigint not null, sequence bigint);
grant select, insert, update on counters to toy;
grant select, insert on heard to toy;
"""
DDL = TOY_DDL + MAILBOX_DDL + MAILBOX_DDL_2 + APPROVALS_DDL + AUDIT_DDL

FREE = 100  # of RemitMany
SEEN: list[Context] = []  # of Remit, newest last
WEIGHED: list[int] = []  # how many commands were weighed together, newest last
PILE_SECONDS = 0.02
SENDERS = frozenset({"gateway", "payment"})


class Added(Message):
    value: int


class Risen(Event):
    name: str
    value: int

    @property
    def aggregate(self) -> str:
        return f"counter:{self.name}"


class TooMuch(DomainError):
    """A counter holds at most 1,000."""


class Add(Command):
    """Add to a counter; -1 is a bug in the handler, and `bug` one in this contract."""

    reply = Added
    senders = SENDERS
    roles = frozenset({Role.TELLER})
    about = "counter:{name}"

    name: str
    amount: int

    @field_validator("name")
    @classmethod
    def _planted(cls, name: str) -> str:
        if name == "bug":
            raise RuntimeError("a planted bug")
        return name


class AddMany(Command):
    reply = Added
    senders = SENDERS
    roles = frozenset({Role.TELLER})
    about = "counter:{name}"

    name: str
    amount: int


class Remit(Command):
    """As Add, once another has approved it."""

    reply = Added
    senders = SENDERS
    roles = frozenset({Role.TELLER, Role.MANAGER})
    approval = Approval(makers=frozenset({Role.TELLER, Role.MANAGER}))
    about = "counter:{name}"

    name: str
    amount: int


class RemitMany(Command):
    """As AddMany; more than FREE need approval."""

    reply = Added
    senders = SENDERS
    roles = frozenset({Role.TELLER, Role.MANAGER})
    approval = Approval(makers=frozenset({Role.TELLER, Role.MANAGER}), above="free")
    about = "counter:{name}"

    name: str
    amount: int


class Pile(Command):
    """Add one, and note which number came when; each takes a while."""

    reply = Added
    senders = frozenset({OPERATOR})
    roles = frozenset()
    lane = "batch"

    number: int


class Whisper(Command):
    reply = Added
    remembered = False
    senders = SENDERS
    roles = frozenset()
    about = "counter"

    secret: str


class GetCounter(Query):
    reply = Added
    senders = SENDERS
    roles = frozenset({Role.TELLER})

    name: str


for _kind in (Added, Risen, Add, AddMany, Remit, RemitMany, Pile, Whisper, GetCounter):
    _kind.owner = "toy"


class ToyStore(Store):
    async def add(self, name: str, amount: int) -> int:
        return int(
            await self.db.fetchval(
                "insert into counters values ($1, $2) on conflict (name)"
                " do update set value = counters.value + excluded.value returning value",
                name,
                amount,
            )
        )

    async def value(self, name: str) -> int:
        return int(
            await self.db.fetchval(
                "select coalesce((select value from counters where name = $1), 0)", name
            )
        )

    async def hear(self, name: str, value: int, place: int | None = None) -> None:
        await self.db.execute("insert into heard values ($1, $2, $3)", name, value, place)


service = Service("toy", ToyStore)


@service.handles(Add)
async def add(command: Add, store: ToyStore, context: Context) -> Told[Added]:
    if command.amount == -1:
        raise RuntimeError("a planted bug")
    value = await store.add(command.name, command.amount)
    if value > 1_000:
        raise TooMuch
    return Told(Added(value=value), Risen(name=command.name, value=value))


@service.handles(Remit)
async def remit(command: Remit, store: ToyStore, context: Context) -> Told[Added]:
    SEEN.append(context)
    if command.amount == -1:
        raise RuntimeError("a planted bug")
    value = await store.add(command.name, command.amount)
    if value > 1_000:
        raise TooMuch
    return Told(Added(value=value), Risen(name=command.name, value=value))


@service.weighs
async def weigh(asked: Sequence[Asked[RemitMany]], store: ToyStore) -> list[str | None]:
    WEIGHED.append(len(asked))
    return [f"More than {FREE}." if each.message.amount > FREE else None for each in asked]


@service.handles_many(AddMany, RemitMany)
async def add_many(
    asked: Sequence[Asked[AddMany | RemitMany]], store: ToyStore
) -> list[Told[Added] | TooMuch]:
    outcomes: list[Told[Added] | TooMuch] = []
    for each in asked:
        if each.message.amount == -1:
            raise RuntimeError("a planted bug")
        if each.message.amount > 1_000:
            outcomes.append(TooMuch())
            continue
        value = await store.add(each.message.name, each.message.amount)
        outcomes.append(Told(Added(value=value), Risen(name=each.message.name, value=value)))
    return outcomes


@service.handles(Pile)
async def pile(command: Pile, store: ToyStore, context: Context) -> Added:
    await asyncio.sleep(PILE_SECONDS)
    value = await store.add("pile", 1)
    await store.hear("pile", command.number, value)
    return Added(value=value)


@service.handles(Whisper)
async def whisper(command: Whisper, store: ToyStore, context: Context) -> Added:
    await asyncio.sleep(0)
    return Added(value=await store.add("whispers", 1))


@service.answers(GetCounter)
async def get_counter(query: GetCounter, store: ToyStore, context: Context) -> Added:
    return Added(value=await store.value(query.name))


@service.hears(Risen)
async def on_risen(event: Risen, store: ToyStore, context: Context) -> None:
    await store.hear(event.name, event.value)
