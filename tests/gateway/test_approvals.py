"""What the edge tells of commands that a second person has to approve."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx
import orjson
import pytest
from fastapi import FastAPI

from contracts.account.movements import EntryReversed, ReverseEntry
from contracts.approvals import (
    ApprovalNeeded,
    ApprovalState,
    ApproveCommand,
    CommandApproved,
    GetApproval,
    ListApprovals,
    ParkedCommand,
    ParkedCommands,
    RejectCommand,
)
from contracts.envelope import Kind, Message, OutcomeFound, OutcomeState, Refused, Role
from contracts.topology import routing_key
from gateway.money import as_sent
from gateway.operations import APPROVAL
from tests.builders import an
from tests.gateway.bank import FakeBank
from tests.gateway.conftest import client_of

ID = UUID(APPROVAL)
NEEDED = ApprovalNeeded(approval_id=ID, expires_at=datetime(2026, 1, 4, tzinfo=UTC))
REVERSE = f"/api/transactions/{UUID(int=1)}/reverse"
KEY = {"Idempotency-Key": "k-1"}
BODY = {"reason": "wrong account", "amount": "10.50", "currency": "INR"}
PARKED = ReverseEntry(
    entry_id=UUID(int=1), reason="wrong", amount={"minor": 1_050, "currency": "INR"}
)


def parked(kind: type[ParkedCommand] = ParkedCommand, **fields: Any) -> Any:
    known = {"type": routing_key(ReverseEntry), "body": PARKED.model_dump_json()}
    return an(kind, approval_id=ID, **{**known, **fields})


def outcome(reply: Message, state: OutcomeState = OutcomeState.COMPLETED) -> OutcomeFound:
    return OutcomeFound(state=state, type=routing_key(type(reply)), body=reply.model_dump_json())


@pytest.fixture
async def manager(app: FastAPI, bank: FakeBank) -> Any:
    async with client_of(app, bank.token(Role.MANAGER)) as client:
        yield client


async def test_what_waits_is_answered_with_where_it_is_approved(
    manager: httpx.AsyncClient, bank: FakeBank
) -> None:
    bank.replies[ReverseEntry] = NEEDED

    answer = await manager.post(REVERSE, json=BODY, headers=KEY)
    again = await manager.post(REVERSE, json=BODY, headers=KEY)

    body = answer.json()
    assert (answer.status_code, answer.headers["Location"]) == (202, f"/api/approvals/{APPROVAL}")
    assert (body["state"], body["approval_id"]) == ("awaiting-approval", APPROVAL)
    assert body["expires_at"] == "2026-01-04T00:00:00Z"
    assert again.headers["Idempotency-Replayed"] == "true"
    assert (again.status_code, again.json()["approval_url"]) == (202, body["approval_url"])


async def test_its_operation_says_that_it_waits_and_later_what_became_of_it(
    manager: httpx.AsyncClient, bank: FakeBank
) -> None:
    bank.replies[ReverseEntry] = NEEDED
    status_url = (await manager.post(REVERSE, json=BODY, headers=KEY)).json()["status_url"]

    waiting = (await manager.get(status_url)).json()
    [message_id] = bank.done
    bank.done[message_id] = PARKED, an(EntryReversed, amount_minor=1_050)
    done = (await manager.get(status_url)).json()
    bank.done[message_id] = PARKED, Refused(code="approval-expired", detail="", kind=Kind.CONFLICT)
    expired = (await manager.get(status_url)).json()

    assert waiting["state"] == "awaiting-approval"
    assert waiting["approval_url"] == f"/api/approvals/{APPROVAL}"
    assert (done["state"], done["status_code"], done["result"]["amount"]) == (
        "completed", 201, "10.50",
    )  # fmt: skip
    assert (expired["state"], expired["problem"]["code"]) == ("refused", "approval-expired")


async def test_it_is_shown_as_its_maker_would_have_sent_it(
    manager: httpx.AsyncClient, bank: FakeBank
) -> None:
    bank.replies[GetApproval] = parked(state=ApprovalState.PENDING)

    shown = (await manager.get(f"/api/approvals/{APPROVAL}")).json()

    assert shown["command"] == "account.reverse-entry.v1"
    assert shown["request"] == {
        "entry_id": str(UUID(int=1)), "reason": "wrong", "amount": "10.50", "currency": "INR",
    }  # fmt: skip
    assert (shown["state"], shown["outcome"]) == ("pending", None)


async def test_whoever_approves_sees_what_came_of_it(
    manager: httpx.AsyncClient, bank: FakeBank
) -> None:
    made = outcome(an(EntryReversed, amount_minor=1_050))
    bank.replies[ApproveCommand] = parked(CommandApproved, outcome=made)
    done = (await manager.post(f"/api/approvals/{APPROVAL}/approve", headers=KEY)).json()
    refusal = outcome(Refused(code="insufficient-funds", detail="No."), OutcomeState.REFUSED)
    bank.replies[ApproveCommand] = parked(CommandApproved, outcome=refusal)
    refused = (await manager.post(f"/api/approvals/{APPROVAL}/approve")).json()

    assert (done["outcome"]["status_code"], done["outcome"]["result"]["amount"]) == (201, "10.50")
    assert refused["outcome"] == {
        "status_code": 422, "result": None, "code": "insufficient-funds", "detail": "No.",
    }  # fmt: skip


async def test_an_unknown_one_is_not_there_and_nothing_is_sent(
    manager: httpx.AsyncClient, bank: FakeBank
) -> None:
    bank.refuses(GetApproval, "approval-not-found", Kind.NOT_FOUND)

    for method, call, body in (
        ("POST", "/approve", None), ("POST", "/reject", {"reason": "no"}), ("GET", "", None),
    ):  # fmt: skip
        answer = await manager.request(method, f"/api/approvals/{APPROVAL}{call}", json=body)
        assert (answer.status_code, answer.json()["code"]) == (404, "approval-not-found")
    assert bank.messages(ApproveCommand) == bank.messages(RejectCommand) == []


@pytest.mark.parametrize("body", [{}, {"reason": ""}, {"reason": "x", "surprise": 1}])
async def test_it_is_not_rejected_without_a_reason(
    manager: httpx.AsyncClient, bank: FakeBank, body: dict[str, object]
) -> None:
    answer = await manager.post(f"/api/approvals/{APPROVAL}/reject", json=body)

    assert answer.status_code == 422
    assert bank.messages(RejectCommand) == []


async def test_a_list_goes_on_where_its_page_ended(
    manager: httpx.AsyncClient, bank: FakeBank
) -> None:
    items = tuple(parked().model_copy(update={"approval_id": UUID(int=n)}) for n in (9, 8))
    bank.replies_of = {"account": ParkedCommands(items=items, next_cursor="more")}
    bank.replies[ListApprovals] = ParkedCommands(items=(), next_cursor=None)

    page = (await manager.get("/api/approvals?limit=2&state=pending")).json()
    await manager.get("/api/approvals", params={"cursor": page["next_cursor"]})

    assert [item["approval_id"][-1] for item in page["items"]] == ["9", "8"]
    asked = bank.messages(ListApprovals)
    first, second = asked[: len(asked) // 2], asked[len(asked) // 2 :]
    assert {(each.limit, each.state) for each in first} == {(2, ApprovalState.PENDING)}
    assert {each.cursor for each in second} == {page["next_cursor"]}


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ({"amount": None}, {"amount": None}),
        ({"amount": {"currency": "JPY"}}, {"amount": None, "currency": "JPY"}),
        ({"amount": {"minor": 5, "currency": "KWD"}}, {"amount": "0.005", "currency": "KWD"}),
        ({"fee_minor": 150, "currency": "INR"}, {"fee": "1.50", "currency": "INR"}),
    ],
)
def test_amounts_are_shown_as_decimal_text(sent: Any, shown: Any) -> None:
    assert as_sent(orjson.loads(orjson.dumps(sent))) == shown
