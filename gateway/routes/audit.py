"""The audit trail: who did what, of all services in one list."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Annotated, ClassVar
from uuid import UUID

from fastapi import Query, Response

from contracts.account.accounts import ChangeAccountStatus
from contracts.audit import AuditRow, AuditRows, SearchAudit, Searched
from contracts.topology import SERVICES, routing_key
from gateway.edge import Call
from gateway.problems import invalid
from gateway.routing import EdgeRouter
from gateway.schemas import After, Answer, IsoDate, Limit, Page, example
from gateway.several import Order, listed
from infra.handling.audit_search import PLACES, place_of
from infra.runtime.clock import BUSINESS_ZONE

router = EdgeRouter("/api/audit", "audit")

ORDER = Order(place_of, PLACES)

A_ROW = {
    "service": "account", "at": "2026-01-01T10:00:00Z",
    "message_id": "01941f29-7c00-7000-8000-000000000001",
    "trace_id": "0af7651916cd43dd8448eb211c80319c", "request_id": "my-call-1",
    "actor": "01941f29-7c00-7000-8000-00000000000a", "role": "MANAGER", "customer_id": None,
    "approver": None, "sender": "gateway", "command": routing_key(ChangeAccountStatus),
    "object": "account:AC-20250709-123456", "outcome": "done", "code": None,
    "reason": "court order 17/2026", "source": "192.0.2.7",
}  # fmt: skip

Actor = Annotated[Searched | None, Query(description="The `uuid` of a user.")]
Object = Annotated[
    Searched | None, Query(description="An address: `account:`, `customer:`, `payment:`, `user:` …")
]
CommandName = Annotated[
    str | None,
    Query(
        pattern=r"^[a-z]{1,40}\.[a-z0-9-]{1,60}\.v[0-9]{1,3}$",
        description="A routing key: `account.make-transfer.v1`.",
    ),
]
FirstDay = Annotated[IsoDate | None, Query(alias="from", description="First day, in India.")]
LastDay = Annotated[IsoDate | None, Query(alias="to", description="Last day, in India.")]


class AuditRowAnswer(Answer):
    """Who asked for what, about what, and how it ended; never what was in it."""

    model_config = example(**A_ROW)
    tells = AuditRow
    hides: ClassVar[frozenset[str]] = frozenset({"id"})

    service: str
    at: datetime
    message_id: UUID
    trace_id: str
    request_id: str
    actor: str
    role: str | None
    customer_id: int | None
    approver: str | None
    sender: str
    command: str
    object: str | None
    outcome: str
    code: str | None
    reason: str | None
    source: str | None


class AuditAnswer(Page[AuditRowAnswer]):
    """Rows of the audit trails of all services, newest first."""

    model_config = example(items=[A_ROW], next_cursor=None)
    tells = AuditRows


@router.calls(SearchAudit, "GET ", gives=AuditAnswer)
async def search_audit(
    call: Call,
    actor: Actor = None,
    object: Object = None,
    command: CommandName = None,
    first_day: FirstDay = None,
    last_day: LastDay = None,
    limit: Limit = 25,
    cursor: After = None,
) -> Response:
    """Who did what, newest first, of all services; 503 if one of them does not answer."""
    query = SearchAudit(
        actor=actor,
        object=object,
        command=command,
        since=_beginning(first_day),
        before=_beginning(last_day, days=1),
        limit=limit,
        cursor=cursor,
    )
    page = await listed(call, query, _owners(command), ORDER)
    return AuditAnswer.about(page).response(200)


def _owners(command: str | None) -> Sequence[str]:
    """Who can have rows of it: the command's owner, where one is named."""
    if command is None:
        return SERVICES
    owner = command.partition(".")[0]
    if owner not in SERVICES:
        raise invalid([{"type": "query", "loc": ("query", "command"), "msg": "Nobody owns it."}])
    return (owner,)


def _beginning(day: date | None, *, days: int = 0) -> datetime | None:
    """The first moment so many days after that day; None: the calendar has none."""
    if day is None or (days and day == date.max):
        return None
    return datetime.combine(day + timedelta(days=days), time.min, BUSINESS_ZONE)
