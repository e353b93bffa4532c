"""The audit trails of all services, read as the database's administrator and held against their
seals and against the heads that others keep.

Each trail is walked from its first row. Behind the first row that is not what was sealed nothing
more can be said, so it is named and the walk ends; what was inserted has no seal and is named too.
All is read in one snapshot, in which a head that was heard implies the seals that it stands for.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import asyncpg

from contracts.topology import SERVICES
from infra.data.database import Connection
from infra.handling.seals import Head, Row, beginning, link, rows_of

_KEEPERS = """
select service from unnest($1::text[]) as service
where to_regclass(quote_ident(service) || '.audit_heads') is not null
"""
_KEPT = "select service, number, hash from audit_heads"
_SEALS = "select first_number, row_ids, hashes from audit_seals order by first_number"
_EVERY_ID = "select id from audit order by id"
_INSERTED = """
with sealed as materialized (select unnest(row_ids) as id from audit_seals)
select id from audit left join sealed using (id) left join audit_unsealed as waiting using (id)
where sealed.id is null and waiting.id is null
order by id limit 1
"""
_TAKEN = """
select id from audit_unsealed left join audit using (id) where audit.id is null order by id limit 1
"""
_UNSEALED = "select count(*) from audit_unsealed"
_IDS_AT_ONCE = 1_000


class Kept(NamedTuple):
    """A head that somebody has kept."""

    keeper: str
    head: Head


@dataclass
class Trail:
    """How one service's trail stands; `faults` is empty when all is as it was written."""

    service: str
    head: Head
    unsealed: int = 0
    faults: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        sealed = f"{self.head.number} rows sealed, {self.unsealed} to seal"
        return f"{self.service:<14}{sealed}, head {self.head.number} {self.head.hash.hex()}"


class _Fault(Exception):
    """The walk ends here."""


async def verify(
    url: str, given: Mapping[str, Sequence[Kept]], services: Sequence[str] = SERVICES
) -> list[Trail]:
    """All trails of the database at `url`; `given` are heads that the caller has of his own."""
    connection = await asyncpg.connect(url)
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            kept = await _kept_heads(connection, services)
            return [
                await _verify_one(connection, name, [*kept[name], *given.get(name, ())])
                for name in services
            ]
    finally:
        await connection.close()


async def _kept_heads(db: Connection, services: Sequence[str]) -> dict[str, list[Kept]]:
    """By the service that they are about; a service's own word about itself does not count."""
    found: dict[str, list[Kept]] = defaultdict(list)
    for (keeper,) in await db.fetch(_KEEPERS, services):
        await _look_into(db, keeper)
        for service, number, hash_ in await db.fetch(_KEPT):
            if service != keeper:
                found[service].append(Kept(keeper, Head(number, hash_)))
    return found


async def _verify_one(db: Connection, service: str, kept: Sequence[Kept]) -> Trail:
    await _look_into(db, service)
    trail = Trail(service, beginning(service), await db.fetchval(_UNSEALED))
    try:
        await _walk(db, trail, kept)
    except _Fault as fault:
        trail.faults.append(str(fault))
    for question, words in ((_INSERTED, "was inserted"), (_TAKEN, "is missing, not sealed yet")):
        if (row_id := await db.fetchval(question)) is not None:
            trail.faults.append(f"the row with id {row_id} {words}")
    return trail


async def _look_into(db: Connection, schema: str) -> None:
    await db.fetchval("select set_config('search_path', quote_ident($1), true)", schema)


async def _walk(db: Connection, trail: Trail, kept: Sequence[Kept]) -> None:
    """Follow the chain, and leave the trail's head where it ends or breaks.

    Raises:
        _Fault: it breaks; its text says where.
    """
    by_number: dict[int, list[Kept]] = defaultdict(list)
    for each in kept:
        by_number[each.head.number].append(each)
    async for seal in db.cursor(_SEALS, prefetch=1):
        if seal["first_number"] != trail.head.number + 1:
            raise _Fault(f"row {trail.head.number + 1} has lost its seal")
        rows = await rows_of(db, seal["row_ids"])
        for row_id, hash_ in zip(seal["row_ids"], seal["hashes"], strict=True):
            number = trail.head.number + 1
            await _require_row(db, trail.head, row_id, rows.get(row_id), hash_)
            trail.head = Head(number, hash_)
            for each in by_number[number]:
                if each.head.hash != hash_:
                    words = f"is not the one that {each.keeper} has kept: written again"
                    raise _Fault(f"the head at row {number} (id {row_id}) {words}")
    last = max(kept, key=lambda each: each.head.number, default=None)
    if last is not None and last.head.number > trail.head.number:
        raise _Fault(
            f"rows {trail.head.number + 1} to {last.head.number} are missing: the end was cut, and "
            f"{last.keeper} has kept its head"
        )


async def _require_row(
    db: Connection, head: Head, row_id: int, row: Row | None, sealed: bytes
) -> None:
    place = f"row {head.number + 1} (id {row_id})"
    if row is not None and link(head.hash, row) == sealed:
        return
    other = await _original(db, head, row_id, sealed)
    if other is not None:
        raise _Fault(f"{place} was swapped with the row with id {other}")
    if row is None:
        raise _Fault(f"{place} is missing")
    raise _Fault(f"{place} was altered")


async def _original(db: Connection, head: Head, row_id: int, sealed: bytes) -> int | None:
    """The id of a row that has what was sealed here, under its own id or under this one."""
    ids = [row["id"] for row in await db.fetch(_EVERY_ID)]
    for start in range(0, len(ids), _IDS_AT_ONCE):
        for other, row in (await rows_of(db, ids[start : start + _IDS_AT_ONCE])).items():
            if sealed in (link(head.hash, row), link(head.hash, (row_id, *row[1:]))):
                return other
    return None
