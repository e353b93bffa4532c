"""A break is written off in the whole bank: by two managers, and once, whoever is killed meanwhile.

The account is the one in dirhams, of which no other test takes a statement in.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import date, timedelta
from uuid import uuid4

import httpx
import pytest

from tests.fixtures.approving import another_manager, approve
from tests.fixtures.bank import Bank, Client, Json
from tests.fixtures.holding import holding, until_stuck
from tests.fixtures.waiting import until

pytestmark = pytest.mark.system

END_SECONDS = 120.0
RECONCILIATION = "/api/payments/reconciliation"
OF_DIRHAMS = "?currency=AED"
CENTRAL, DIFFERENCES = "GL-SETTLEMENT-AED", "GL-SETTLEMENT-DIFFERENCES-AED"
ITS_TABLE = "lock table payment.write_offs in share row exclusive mode"
ITS_ACCOUNT = (
    "select from account.balances b join account.accounts a on a.id = b.account_id"
    " where a.number = $1 for update of b"
)
Approving = Callable[[], Awaitable[httpx.Response]]


async def while_it_is_approved(
    bank: Bank, approving: Callable[[], Awaitable[httpx.Response]]
) -> None:
    async with holding(bank, ITS_TABLE):
        asked = asyncio.ensure_future(approving())
        await until_stuck(bank, "payment")
        bank.kill("payment")
    await asked


async def while_it_is_booked(
    bank: Bank, approving: Callable[[], Awaitable[httpx.Response]]
) -> None:
    async with holding(bank, ITS_ACCOUNT, CENTRAL) as account:
        assert account
        assert (await approving()).json()["outcome"]["status_code"] == 201
        await until_stuck(bank, "account")
        bank.kill("account", "payment")


KILLS: Mapping[str, Callable[..., Awaitable[None]]] = {
    kill.__name__: kill for kill in (while_it_is_approved, while_it_is_booked)
}


@pytest.mark.parametrize("name", KILLS)
async def test_a_fee_of_the_central_bank_is_written_off_once_whoever_is_killed(
    bank: Bank, manager: Client, name: str
) -> None:
    before = await _balances(bank)
    fee = await _fee(manager)
    parked = await _write_off(manager, fee)

    async with another_manager(bank) as checker:
        path = f"{parked.headers['Location']}/approve"
        await KILLS[name](bank, lambda: checker.post(path))
        await bank.until_healthy(END_SECONDS)
    await until(lambda: _agrees(manager), END_SECONDS, "ledger and central bank agree")

    central, differences = await _balances(bank)
    assert (central - before[0], differences - before[1]) == (25_00, -25_00)
    assert (await manager.found(f"{RECONCILIATION}/breaks{OF_DIRHAMS}"))["items"] == []
    assert await _is_matched_to_nothing_left(bank, fee["number"])


async def test_the_manager_who_asks_does_not_approve_and_the_other_sees_the_amount(
    bank: Bank, manager: Client
) -> None:
    fee = await _fee(manager)
    path = f"{RECONCILIATION}/breaks/{fee['side']}/{fee['number']}"
    noted = await manager.post(f"{path}/notes", _note("asked for the tariff", assignee="manager"))
    assert (noted.json()["item"]["assignee"], noted.status_code) == ("manager", 200)
    wrong = await _write_off(manager, fee | {"amount": "-52.00"})
    parked = await _write_off(manager, fee)

    own = await manager.post(f"{parked.headers['Location']}/approve")
    assert (own.status_code, own.json()["code"]) == (403, "own-approval")
    [found] = (await manager.found(f"{RECONCILIATION}/breaks{OF_DIRHAMS}"))["items"]
    assert (found["assignee"], found["comment"]) == ("manager", "asked for the tariff")

    async with another_manager(bank) as checker:
        waiting = await checker.found(parked.headers["Location"])
        assert waiting["request"]["amount"] == "25.00"
        refused = await approve(checker, wrong)
        assert refused["outcome"]["code"] == "break-differs"
        done = await approve(checker, parked)
    assert done["outcome"]["result"]["amount"] == "-25.00"
    again = await manager.post(f"{path}/notes", _note("too late"))
    assert again.json()["code"] == "break-not-found"
    await until(lambda: _agrees(manager), END_SECONDS, "ledger and central bank agree")


def _note(comment: str, **more: str) -> Json:
    return {"currency": "AED", "comment": comment, **more}


async def _fee(client: Client) -> Json:
    """The central bank takes 25 dirhams that the ledger knows nothing of; the break."""
    standing = await client.found(f"{RECONCILIATION}{OF_DIRHAMS}")
    opening = standing["statement"] or "0.00"
    closing = f"{float(opening) - 25:.2f}"
    day = date(2026, 1, 1) + timedelta(days=int(-float(opening)) // 25)
    rows = [
        "kind,date,amount,reference,description", f"opening,{day},{opening},,",
        f"entry,{day},-25.00,FEE-{uuid4().hex[:8]},tariff", f"closing,{day},{closing},,",
    ]  # fmt: skip
    path = f"{RECONCILIATION}/statements"
    await client.made(path, {"currency": "AED", "rows": rows}, key=str(uuid4()))
    [found] = (await client.found(f"{RECONCILIATION}/breaks{OF_DIRHAMS}"))["items"]
    each: Json = found
    return each


async def _write_off(client: Client, fee: Json) -> httpx.Response:
    path = f"{RECONCILIATION}/breaks/{fee['side']}/{fee['number']}/write-off"
    body = {"amount": fee["amount"].removeprefix("-"), "currency": "AED", "reason": "a fee"}
    parked = await client.post(path, body, key=str(uuid4()))
    assert parked.status_code == 202, parked.text
    return parked


async def _agrees(client: Client) -> bool:
    answer = await client.get(f"{RECONCILIATION}{OF_DIRHAMS}")
    return answer.is_success and answer.json()["difference"] == "0.00"


async def _balances(bank: Bank) -> tuple[int, int]:
    """Of the settlement account and of the line of differences, as the ledger signs them."""
    async with bank.database() as database:
        rows = await database.fetch(
            "select b.posted_minor from account.balances b"
            " join account.accounts a on a.id = b.account_id"
            " where a.number = any($1::text[]) order by length(a.number)",
            [CENTRAL, DIFFERENCES],
        )
    central, differences = (row["posted_minor"] for row in rows)
    return central, differences


async def _is_matched_to_nothing_left(bank: Bank, line: int) -> bool:
    """Whether what is in the match of a line comes to nothing, by both sides."""
    async with bank.database() as database:
        found: bool = await database.fetchval(
            "select l.amount_minor + (select sum(p.amount_minor) from payment.ledger_postings p"
            " where p.match_id = l.match_id) = 0 from payment.statement_lines l where number = $1",
            line,
        )
    return found
