"""From the header of one call to its lines in the logs, its entry, its events and its e-mails."""

import json
import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from infra.deployment.migrations import ROOT
from tests.fixtures.bank import Bank, Client
from tests.fixtures.waiting import until

pytestmark = pytest.mark.system

FOLLOW_SECONDS = 60.0
MOVED = {"account.account-debited.v1", "account.account-credited.v1"}
EXAMPLE = "4bf92f3577b34da6a3ce929d0e0e4736"  # the trace id in docs/operations.md

Line = dict[str, Any]


async def test_the_ids_of_a_call_lead_to_its_lines_its_entry_its_events_and_its_emails(
    bank: Bank, teller: Client
) -> None:
    payer, payee = await teller.open_account("100.00"), await teller.open_account()
    trace_id, request_id = uuid4().hex, f"rent:{uuid4()}"
    ids = {"traceparent": f"00-{trace_id}-00f067aa0ba902b7-01", "X-Request-Id": request_id}
    body = {"from_account": payer, "to_account": payee, "amount": "10.00"}

    answer = await teller.post("/api/transactions/transfers", body, key=str(uuid4()), **ids)

    assert answer.headers["X-Request-Id"] == request_id
    lines = lines_of(bank, request_id)
    for listener in ("transaction", "notification", "reporting"):
        have_come = partial(has_types, lines, listener, MOVED)
        await until(have_come, FOLLOW_SECONDS, f"{listener} heard")
    [call] = lines("gateway")
    assert (call["route"], call["status"]) == ("/api/transactions/transfers", 201)
    [handled] = lines("account")
    assert (handled["type"], handled["outcome"]) == ("account.make-transfer.v1", "done")
    assert handled["subject"] == call["subject"]
    assert {line["trace_id"] for line in (call, handled)} == {trace_id}

    query = documented_query().replace(EXAMPLE, trace_id)
    await until(lambda: is_told(bank, query), FOLLOW_SECONDS, "both e-mails are sent")
    async with bank.database() as database:
        found = [tuple(row) for row in await database.fetch(query)]
    states = {(where, state) for _, where, _, _, state in found}
    reference = f"TRA-{handled['message_id'].replace('-', '')}"
    assert ("account.entries", "TRANSFER", reference, "booked") in [row[1:] for row in found]
    assert {("account.inbox", "account.transfer-made.v1"), ("transaction.inbox", "heard")} < states
    assert {what for _, where, what, _, _ in found if where == "transaction.inbox"} == MOVED


async def test_a_refused_call_can_be_found_by_what_its_problem_says(
    bank: Bank, teller: Client
) -> None:
    payer, payee = await teller.open_account("1.00"), await teller.open_account()

    problem = (await teller.transfer(payer, payee, "10.00")).json()

    lines = lines_of(bank, problem["trace_id"])
    assert [line["code"] for line in lines("gateway")] == [problem["code"]]
    assert [line["outcome"] for line in lines("account")] == [problem["code"]]
    assert payer not in repr(lines("gateway") + lines("account"))


def lines_of(bank: Bank, id: str) -> Callable[[str], list[Line]]:
    """What a process has written about a call."""

    def read(process: str) -> list[Line]:
        log = (bank.home / "logs" / f"{process}.log").read_text()
        return [json.loads(line) for line in log.splitlines() if id in line]

    return read


def types(lines: list[Line]) -> set[str]:
    return {line["type"] for line in lines}


def has_types(lines: Callable[[str], list[Line]], process: str, expected: set[str]) -> bool:
    return types(lines(process)) == expected


def documented_query() -> str:
    """As docs/operations.md prints it."""
    document = Path(ROOT / "docs" / "operations.md").read_text()
    query: str
    [query] = [sql for sql in re.findall(r"```sql\n(.*?)```", document, re.S) if EXAMPLE in sql]
    return query


async def is_told(bank: Bank, query: str) -> bool:
    async with bank.database() as database:
        rows = await database.fetch(query)
    states = [row["state"] for row in rows if row["place"] == "notification.deliveries"]
    return states == ["sent", "sent"]
