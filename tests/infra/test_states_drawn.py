"""An approval goes the ways that docs/states.md draws: the database lets it go no other."""

from itertools import permutations
from uuid import uuid4

import asyncpg
import pytest

from contracts.approvals import ApprovalState
from infra.data.database import Connection
from tests.fixtures.servers import Database
from tests.pictures import beginnings, changes

pytestmark = pytest.mark.integration

PARK = """
insert into account.approvals (approval_id, message_id, correlation_id, trace_id, type, body,
    digest, sender, maker, maker_role, subject, reason, created_at, expires_at)
values ($1, $1, '', $1, '', '', '', 'gateway', 'teller', 'TELLER', '{}', '', now(),
    now() + interval '1 day')
returning state
"""
END = """
update account.approvals set state = $2::text, decided_at = now(), reply_type = '', reply = '',
    decided_by = case when $2 <> 'expired' then 'manager' end,
    decision_id = case when $2 <> 'expired' then approval_id end, decision_reason = 'a test'
where approval_id = $1
"""
OPEN_AGAIN = """
update account.approvals set state = 'pending', decided_at = null, reply_type = null, reply = null,
    decided_by = null, decision_id = null
where approval_id = $1
"""


async def test_an_approval_goes_the_ways_that_are_drawn(database: Database) -> None:
    connection = await asyncpg.connect(database.admin_url)

    found = {
        (before.value, after.value)
        for before, after in permutations(ApprovalState, 2)
        if await _may_follow(connection, before, after)
    }

    await connection.close()
    assert found == changes("Approval")


async def _may_follow(connection: Connection, before: ApprovalState, after: ApprovalState) -> bool:
    approval_id = uuid4()
    assert {await connection.fetchval(PARK, approval_id)} == beginnings("Approval")
    if before is not ApprovalState.PENDING:
        await connection.execute(END, approval_id, before)
    try:
        if after is ApprovalState.PENDING:
            await connection.execute(OPEN_AGAIN, approval_id)
        else:
            await connection.execute(END, approval_id, after)
    except asyncpg.CheckViolationError:
        return False
    return True
