"""Rows of a service's audit trail, for whoever may read all of them.

All services answer alike, and their pages make one list: newest first, then by service and id. The
cursor is a place in that list, at which each service finds its own.
"""

from datetime import datetime
from typing import TypeAlias

import asyncpg
from pydantic import TypeAdapter

from contracts.audit import AuditRow, AuditRows, SearchAudit
from infra.data.paging import ROW_NUMBER_MAX, Cursors, RowNumber, page_of
from infra.data.store import Store
from infra.handling.context import Context

_SEARCH = """
select id, at, message_id, trace_id, request_id, actor, role, customer_id, approver, sender,
    command, object, outcome, code, reason, source
from audit
where ($1::timestamptz is null or (at, id) < ($1, $2::bigint))
    and ($3::text is null or actor = $3) and ($4::text is null or object = $4)
    and ($5::text is null or command = $5)
    and ($6::timestamptz is null or at >= $6) and ($7::timestamptz is null or at < $7)
order by at desc, id desc limit $8
"""

Place: TypeAlias = tuple[datetime, str, RowNumber]  # when, whose trail, its id there
PLACES: Cursors[Place] = Cursors(TypeAdapter(Place))


def place_of(row: AuditRow) -> Place:
    return row.at, row.service, row.id


async def search_audit(
    service: str, query: SearchAudit, store: Store, context: Context
) -> AuditRows:
    """The rows of this service that come behind the cursor."""
    found = await store.db.fetch(
        _SEARCH, *_behind(service, PLACES.read(query.cursor)), query.actor, query.object,
        query.command, query.since, query.before, query.limit + 1,
    )  # fmt: skip
    rows = [_row(service, each) for each in found]
    page, following = page_of(rows, query.limit, place_of, PLACES)
    return AuditRows(items=page, next_cursor=following)


def _behind(service: str, place: Place | None) -> tuple[datetime | None, int]:
    """The moment and the id below which this service's rows are still to be shown."""
    if place is None:
        return None, 0
    at, other, row_id = place
    if service == other:
        return at, row_id
    return at, ROW_NUMBER_MAX if service < other else 0


def _row(service: str, row: asyncpg.Record) -> AuditRow:
    trace_id = row["trace_id"].hex
    known = {**row, "trace_id": trace_id, "request_id": row["request_id"] or trace_id}
    return AuditRow(service=service, **known)
