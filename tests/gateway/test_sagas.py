"""Sagas of all services over HTTP: one list of several, one that is found wherever it runs."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI

from contracts.envelope import Kind, Role
from contracts.sagas import (
    CompensateSaga,
    GetSaga,
    ListSagas,
    RetrySaga,
    SagaDetails,
    SagaList,
    SagaState,
    SagaSteered,
    SagaSummary,
)
from gateway.routes.sagas import ORDER
from infra.bus.ask import Unavailable
from infra.data.paging import TIMES_AND_IDS
from tests.builders import an
from tests.gateway.bank import NO_ANSWER, FakeBank
from tests.gateway.conftest import client_of

SAGA = UUID(int=12)
ADDRESS = f"/api/sagas/{SAGA}"
REASON = {"reason": "the rail is back"}


def saga(number: int, service: str = "payment") -> SagaSummary:
    """The one that began at this minute."""
    began_at = datetime(2026, 1, 5, 10, number, tzinfo=UTC)
    return an(SagaSummary, saga_id=UUID(int=number), service=service, started_at=began_at)


def page(*numbers: int, more: bool = False) -> SagaList:
    return SagaList(items=tuple(map(saga, numbers)), next_cursor="more" if more else None)


def minutes(merged: SagaList) -> list[int]:
    return [each.started_at.minute for each in merged.items]


@pytest.fixture
async def manager(app: FastAPI, bank: FakeBank) -> Any:
    async with client_of(app, bank.token(Role.MANAGER)) as client:
        yield client


def test_lists_of_several_services_are_one_newest_first() -> None:
    merged = ORDER.merged([page(9, 4, 2), page(7, 5)], 10)

    assert minutes(merged) == [9, 7, 5, 4, 2]
    assert merged.next_cursor is None


def test_a_page_of_several_lists_goes_on_where_it_ended_whoever_has_more() -> None:
    merged = ORDER.merged([page(9, 4, more=True), page(7, 5)], 2)

    assert minutes(merged) == [9, 7]
    assert TIMES_AND_IDS.read(merged.next_cursor) == (saga(7).started_at, UUID(int=7))


def test_a_page_that_one_service_fills_alone_goes_on() -> None:
    assert ORDER.merged([page(9, 4, more=True), page()], 2).next_cursor is not None
    assert ORDER.merged([page(9, 4), page()], 2).next_cursor is None
    assert ORDER.merged([page()], 2) == page()


async def test_a_list_is_asked_of_each_service_that_runs_sagas(
    teller: httpx.AsyncClient, bank: FakeBank
) -> None:
    bank.replies_of = {"payment": page(9, 4), "loan": page(7), "transaction": page(1)}

    answer = await teller.get("/api/sagas?state=processing&needs_attention=true&name=imps&limit=2")

    assert [each["started_at"] for each in answer.json()["items"]] == [
        "2026-01-05T10:09:00Z",
        "2026-01-05T10:07:00Z",
    ]
    asked = ListSagas(name="imps", state=SagaState.PROCESSING, needs_attention=True, limit=2)
    assert bank.messages(ListSagas) == [asked] * 3


async def test_there_is_no_list_with_a_gap(teller: httpx.AsyncClient, bank: FakeBank) -> None:
    bank.replies[ListSagas] = Unavailable("away")

    assert (await teller.get("/api/sagas")).status_code == 503


async def test_a_saga_is_shown_with_its_history(teller: httpx.AsyncClient, bank: FakeBank) -> None:
    bank.replies[GetSaga] = an(SagaDetails, saga_id=SAGA)

    answer = await teller.get(ADDRESS)

    assert answer.status_code == 200
    assert answer.json()["saga_id"] == str(SAGA)
    assert {"steps", "interventions"} <= answer.json().keys()


async def test_a_saga_that_no_service_knows_is_not_found(
    manager: httpx.AsyncClient, bank: FakeBank
) -> None:
    bank.refuses(GetSaga, "saga-not-found", Kind.NOT_FOUND)

    shown = await manager.get(ADDRESS)
    retried = await manager.post(f"{ADDRESS}/retry", json=REASON)

    assert (shown.status_code, shown.json()["code"]) == (404, "saga-not-found")
    assert (retried.status_code, retried.json()["code"]) == (404, "saga-not-found")
    assert bank.messages(RetrySaga) == []


@pytest.mark.parametrize("code", ["saga-already-ended", "saga-past-pivot"])
async def test_why_a_saga_cannot_be_steered_is_its_services_word(
    manager: httpx.AsyncClient, bank: FakeBank, code: str
) -> None:
    bank.refuses(CompensateSaga, code, Kind.CONFLICT)

    answer = await manager.post(f"{ADDRESS}/compensate", json=REASON)

    assert (answer.status_code, answer.json()["code"]) == (409, code)


@pytest.mark.parametrize("body", [{}, {"reason": ""}, {"reason": None}])
async def test_nothing_is_steered_without_a_reason(
    manager: httpx.AsyncClient, bank: FakeBank, body: Any
) -> None:
    answer = await manager.post(f"{ADDRESS}/park", json=body)

    assert answer.status_code == 422
    assert bank.messages(GetSaga) == []


async def test_only_a_manager_steers(teller: httpx.AsyncClient) -> None:
    assert (await teller.post(f"{ADDRESS}/park", json=REASON)).status_code == 403


async def test_what_became_of_steering_can_be_asked_later(
    manager: httpx.AsyncClient, bank: FakeBank
) -> None:
    bank.replies[GetSaga] = an(SagaDetails, saga_id=SAGA, service="payment")
    bank.replies[RetrySaga] = NO_ANSWER
    key = {"Idempotency-Key": "retry-1"}
    late = await manager.post(f"{ADDRESS}/retry", json=REASON, headers=key)
    bank.replies[RetrySaga] = an(SagaSteered, saga_id=SAGA)
    again = await manager.post(f"{ADDRESS}/retry", json=REASON, headers=key)

    operation = (await manager.get(late.headers["Location"])).json()

    assert (late.status_code, again.status_code) == (202, 200)
    assert (operation["state"], operation["status_code"]) == ("completed", 200)
    assert operation["result"]["saga_id"] == str(SAGA)
