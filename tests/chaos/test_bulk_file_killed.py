"""`kill -9` in the middle of a file of transfers: each of its lines is done once, or refused."""

from uuid import uuid4

import httpx
import pytest

from tests.chaos.auditor import audit_always
from tests.fixtures.bank import Bank, Client
from tests.fixtures.waiting import until

pytestmark = pytest.mark.chaos

LINES = 1_500
PATH = "/api/transactions/bulk"
HEALTHY_SECONDS = 60.0
RUN_SECONDS = 120.0
MOVED = """
select count(*) as lines, count(distinct l.entry_id) as entries
from account.bulk_lines l join account.entries e using (entry_id)
where l.file_id = $1::uuid and l.state = 'completed'
"""


async def sent(client: Client, content: str) -> httpx.Response:
    headers = {"Content-Type": "text/csv", "Idempotency-Key": str(uuid4())}
    return await client.http.post(PATH, content=content, headers=headers)


@pytest.mark.parametrize("process", ["account", "gateway"])
async def test_a_file_whose_process_is_killed_moves_each_line_once(
    bank: Bank, teller: Client, process: str
) -> None:
    payer, poor, payee = [await teller.open_account(some) for some in ("100000", "10", "0")]
    lines = [
        f"{poor if number % 100 == 0 else payer},{payee},1.00,{uuid4().hex[:20]}-{number}"
        for number in range(LINES)
    ]
    content = "\n".join(["from_account,to_account,amount,reference", *lines])
    path = (await sent(teller, content)).json()["status_url"]

    async def is_under_way() -> bool:
        return bool((await teller.found(path))["done"])

    async def is_over() -> bool:
        return bool((await teller.found(path))["state"] == "completed")

    await until(is_under_way, RUN_SECONDS, "some of it is done")
    bank.kill(process)
    await bank.until_healthy(HEALTHY_SECONDS)
    again = await sent(teller, content)
    await until(is_over, RUN_SECONDS, "all of it is done")

    assert again.json()["status_url"] == path
    file = await teller.found(path)
    assert (file["done"], file["refused"]) == (LINES - 5, 5)
    assert await teller.balance(payee) == LINES - 5
    async with bank.database() as database:
        moved = await database.fetchrow(MOVED, file["file_id"])
        assert moved is not None
        assert (moved["lines"], moved["entries"]) == (LINES - 5, LINES - 5)
        assert await audit_always(database) == []
