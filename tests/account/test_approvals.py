"""Reversals by people: another has to approve each, and then it is booked once."""

import asyncio
from uuid import UUID, uuid4

import asyncpg
import pytest

from contracts.account.accounts import Account, GetAccount
from contracts.account.movements import EntryReversed, MakeTransfer, ReverseEntry, TransferMade
from contracts.approvals import ApprovalNeeded, ApproveCommand, CommandApproved, RejectCommand
from contracts.envelope import Message, OutcomeState, Refused, Role, Subject
from tests.account.world import World, expect
from tests.builders import inr

pytestmark = pytest.mark.integration

MANAGER = Subject(id="manager-1", role=Role.MANAGER)
OTHER_MANAGER = Subject(id="manager-2", role=Role.MANAGER)


async def transferred(world: World, amount: str = "300") -> TransferMade:
    """Between two new accounts, of which the first has 1,000.00."""
    source, target = await world.opened(), await world.opened(0)
    wish = MakeTransfer(
        from_account=source.account_number, to_account=target.account_number, amount=inr(amount)
    )
    return expect(TransferMade, await world.ask(wish))


def reversal(made: TransferMade) -> ReverseEntry:
    return ReverseEntry(entry_id=made.entry_id, reason="wrong account")


async def parked(world: World, made: TransferMade, message_id: UUID | None = None) -> UUID:
    needed = expect(ApprovalNeeded, await world.ask(reversal(made), MANAGER, id=message_id))
    return needed.approval_id


async def approve(world: World, approval_id: UUID, subject: Subject = OTHER_MANAGER) -> Message:
    return await world.ask(ApproveCommand(approval_id=approval_id), subject, owner="account")


async def balance(world: World, number: str) -> int:
    return expect(Account, await world.ask(GetAccount(account_number=number))).balance_minor


async def test_a_reversal_waits_and_is_booked_once_another_approves_it(world: World) -> None:
    made, message_id = await transferred(world), uuid4()
    approval_id = await parked(world, made, message_id)
    assert await balance(world, made.from_account) == 70_000

    approved = expect(CommandApproved, await approve(world, approval_id))

    assert await balance(world, made.from_account) == 100_000
    assert await balance(world, made.to_account) == 0
    again = expect(EntryReversed, await world.ask(reversal(made), MANAGER, id=message_id))
    assert approved.outcome is not None
    assert approved.outcome.body == again.model_dump_json()
    assert await balance(world, made.from_account) == 100_000


async def test_its_entry_leads_to_its_maker_and_to_its_approver(world: World) -> None:
    made, message_id = await transferred(world), uuid4()
    await approve(world, await parked(world, made, message_id))

    admin = await asyncpg.connect(world.database.admin_url)
    row = await admin.fetchrow(
        "select e.actor, a.maker, a.decided_by, e.caused_by = a.message_id, e.trace_id = a.trace_id"
        " from account.entries e join account.approvals a on a.message_id = e.caused_by"
        " where e.reverses = $1",
        made.entry_id,
    )
    await admin.close()

    assert row is not None
    assert tuple(row) == ("manager-1", "manager-1", "manager-2", True, True)


async def test_the_audit_trail_names_who_asked_who_approved_and_what_came_of_it(
    world: World,
) -> None:
    made, message_id = await transferred(world), uuid4()
    approval_id = await parked(world, made, message_id)
    await approve(world, approval_id)

    admin = await asyncpg.connect(world.database.admin_url)
    rows = await admin.fetch(
        "select actor, coalesce(approver, ''), outcome, object from account.audit"
        " where message_id = $1 or object = $2 order by id",
        message_id,
        f"approval:{approval_id}",
    )
    await admin.close()

    entry = f"entry:{made.entry_id}"
    assert set(map(tuple, rows)) == {
        ("manager-1", "", "parked", entry),
        ("manager-1", "manager-2", "done", entry),
        ("manager-2", "", "done", f"approval:{approval_id}"),
    }


async def test_of_fifty_approvals_at_once_one_books(world: World) -> None:
    made = await transferred(world)
    approval_id = await parked(world, made)
    deciders = [OTHER_MANAGER, Subject(id="manager-3", role=Role.MANAGER)] * 25

    replies = await asyncio.gather(*(approve(world, approval_id, each) for each in deciders))

    refused = [each.code for each in replies if isinstance(each, Refused)]
    assert refused == ["approval-decided"] * 49
    assert await balance(world, made.from_account) == 100_000


async def test_two_parked_reversals_of_one_entry_book_it_back_once(world: World) -> None:
    made = await transferred(world)
    first, second = await parked(world, made), await parked(world, made)
    await approve(world, first)

    late = expect(CommandApproved, await approve(world, second))

    assert late.outcome is not None
    assert late.outcome.state is OutcomeState.REFUSED
    assert "already-reversed" in (late.outcome.body or "")
    assert await balance(world, made.from_account) == 100_000


async def test_what_was_spent_meanwhile_is_not_taken_back(world: World) -> None:
    made, message_id = await transferred(world), uuid4()
    approval_id = await parked(world, made, message_id)
    spent = MakeTransfer(
        from_account=made.to_account, to_account=made.from_account, amount=inr("1")
    )
    await world.ask(spent)

    await approve(world, approval_id)

    refused = expect(Refused, await world.ask(reversal(made), MANAGER, id=message_id))
    assert refused.code == "insufficient-funds"
    assert expect(Refused, await approve(world, approval_id)).code == "approval-decided"
    assert await balance(world, made.to_account) == 29_900


async def test_nobody_reverses_alone(world: World) -> None:
    made = await transferred(world)
    approval_id = await parked(world, made)

    own = expect(Refused, await approve(world, approval_id, MANAGER))
    as_admin = MANAGER.model_copy(update={"role": Role.ADMIN})
    reject = RejectCommand(approval_id=approval_id, reason="mine")
    rejected = expect(Refused, await world.ask(reject, MANAGER, owner="account"))

    assert (own.code, rejected.code) == ("own-approval", "own-approval")
    assert expect(Refused, await approve(world, approval_id, as_admin)).code == "not-allowed"
    assert await balance(world, made.from_account) == 70_000
