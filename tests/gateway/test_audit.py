"""The audit trail over HTTP: one list of what all services have."""

from datetime import UTC, datetime, timedelta

import pytest
from fastapi import FastAPI

from contracts.audit import AuditRow, AuditRows, SearchAudit
from contracts.envelope import Role
from contracts.topology import SERVICES
from gateway.routes.audit import ORDER
from infra.bus.ask import NoAnswer
from infra.handling.audit_search import PLACES, place_of
from tests.builders import an
from tests.gateway.bank import FakeBank
from tests.gateway.conftest import client_of

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def row(service: str, id: int, second: int = 0) -> AuditRow:
    shown = an(AuditRows).items[0]
    at = NOON + timedelta(seconds=second)
    return shown.model_copy(update={"service": service, "id": id, "at": at})


async def test_every_service_is_asked_for_its_rows(app: FastAPI, bank: FakeBank) -> None:
    async with client_of(app, bank.token(Role.AUDITOR)) as auditor:
        answer = await auditor.get("/api/audit?actor=a&object=account:AC-1&from=2026-01-01")

    assert answer.status_code == 200
    assert len(answer.json()["items"]) == len(SERVICES)
    since = datetime(2025, 12, 31, 18, 30, tzinfo=UTC)  # midnight in India
    asked = SearchAudit(actor="a", object="account:AC-1", since=since)
    assert bank.messages(SearchAudit) == [asked] * len(SERVICES)


async def test_the_owner_of_a_command_is_asked_alone(app: FastAPI, bank: FakeBank) -> None:
    async with client_of(app, bank.token(Role.ADMIN)) as admin:
        found = await admin.get("/api/audit?command=account.make-transfer.v1&to=2026-01-01")
        unknown = await admin.get("/api/audit?command=dream.make-transfer.v1")

    assert found.status_code == 200
    assert (unknown.status_code, unknown.json()["errors"][0]["pointer"]) == (422, "query:command")
    before = datetime(2026, 1, 1, 18, 30, tzinfo=UTC)
    assert bank.messages(SearchAudit) == [
        SearchAudit(command="account.make-transfer.v1", before=before)
    ]


async def test_a_service_that_does_not_answer_leaves_no_silent_gap(
    app: FastAPI, bank: FakeBank
) -> None:
    bank.replies[SearchAudit] = NoAnswer("loan.search-audit.v1")

    async with client_of(app, bank.token(Role.AUDITOR)) as auditor:
        answer = await auditor.get("/api/audit")

    assert answer.status_code == 503


@pytest.mark.parametrize("role", [Role.TELLER, Role.MANAGER, Role.CUSTOMER])
async def test_nobody_else_reads_the_trail(app: FastAPI, bank: FakeBank, role: Role) -> None:
    async with client_of(app, bank.token(role)) as client:
        assert (await client.get("/api/audit")).status_code == 403


def test_the_pages_of_all_services_are_one_page_in_one_order() -> None:
    account = AuditRows(items=(row("account", 9, 3), row("account", 8, 1)), next_cursor="more")
    auth = AuditRows(items=(row("auth", 5, 3), row("auth", 4, 2)), next_cursor=None)

    both = ORDER.merged([account, auth], 3)

    assert [place_of(each)[1:] for each in both.items] == [("auth", 5), ("account", 9), ("auth", 4)]
    assert both.next_cursor == PLACES.write(place_of(both.items[-1]))
