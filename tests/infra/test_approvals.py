"""What the pipeline promises about commands that a second person has to approve."""

import asyncio
from contextlib import suppress
from typing import Any
from uuid import UUID, uuid4

import aio_pika
import asyncpg
import orjson
import pytest

from contracts.approvals import (
    ApprovalNeeded,
    ApprovalState,
    ApproveCommand,
    CommandApproved,
    CommandRejected,
    GetApproval,
    ListApprovals,
    ParkedCommand,
    ParkedCommands,
    RejectCommand,
)
from contracts.envelope import Command, Message, OutcomeState, Query, Refused, Role, Subject
from contracts.topology import routing_key
from infra.runtime.tracing import new_trace
from tests.fixtures.waiting import until
from tests.infra import toy
from tests.infra.bench import TELLER, Toy
from tests.infra.toy import FREE, Add, Added, Remit, RemitMany

pytestmark = pytest.mark.integration

MANAGER = Subject(id="manager-1", role=Role.MANAGER)
OTHER_MANAGER = Subject(id="manager-2", role=Role.MANAGER)
FIVE = Remit(name="a", amount=5)


async def parked(bench: Toy, command: Command = FIVE, **how: Any) -> UUID:
    """The id of the approval that the command needs."""
    needed = await bench.ask(command, **how)
    assert isinstance(needed, ApprovalNeeded)
    return needed.approval_id


async def of(bench: Toy, message: Command | Query, subject: Subject = MANAGER) -> Message:
    return await bench.ask(message, subject=subject, owner="toy")


async def approve(bench: Toy, approval_id: UUID, subject: Subject = MANAGER) -> Message:
    return await of(bench, ApproveCommand(approval_id=approval_id), subject)


async def expire(bench: Toy) -> None:
    """As if days had passed."""
    await bench.admin.execute(
        "update toy.approvals set created_at = created_at - interval '30 days',"
        " expires_at = expires_at - interval '30 days' where state = 'pending'"
    )


def code(reply: Message) -> str:
    assert isinstance(reply, Refused)
    return reply.code


async def test_it_is_parked_and_run_once_another_approves_it(bench: Toy) -> None:
    message_id = uuid4()
    approval_id = await parked(bench, id=message_id)
    assert await bench.value("a") == 0

    approved = await approve(bench, approval_id)

    assert isinstance(approved, CommandApproved)
    assert approved.state is ApprovalState.APPROVED
    assert (approved.maker, approved.decided_by) == ("teller-1", "manager-1")
    assert approved.outcome is not None
    assert approved.outcome.body == '{"value":5}'
    assert await bench.value("a") == 5
    assert await bench.ask(FIVE, id=message_id) == Added(value=5)
    assert await bench.value("a") == 5


async def test_it_runs_on_its_makers_behalf_and_says_who_approved_it(bench: Toy) -> None:
    message_id, trace = uuid4(), new_trace("the-makers-call")
    approval_id = await parked(bench, id=message_id, trace=trace)

    await approve(bench, approval_id)

    seen = toy.SEEN[-1]
    assert (seen.message_id, seen.subject, seen.sender) == (message_id, TELLER, "gateway")
    assert seen.approved_by == MANAGER
    assert seen.trace is not None
    assert (seen.trace.id, seen.trace.request_id) == (trace.id, "the-makers-call")
    await until(lambda: bench.admin.fetchval("select true from toy.heard where value = 5"))


async def test_until_then_its_maker_is_told_that_it_waits_however_often_he_asks(bench: Toy) -> None:
    message_id = uuid4()
    first = await bench.ask(FIVE, id=message_id)

    again = await asyncio.gather(*(bench.ask(FIVE, id=message_id) for _ in range(20)))
    outcome = await bench.client.ask_outcome("toy", message_id, subject=TELLER, wait_seconds=5)

    assert {str(each) for each in again} == {str(first)}
    assert outcome.state is OutcomeState.AWAITING_APPROVAL
    assert await bench.admin.fetchval("select count(*) from toy.approvals") == 1
    assert await bench.value("a") == 0


async def test_of_fifty_approvals_at_once_one_has_an_effect(bench: Toy) -> None:
    approval_id = await parked(bench)

    replies = await asyncio.gather(
        *(approve(bench, approval_id, (MANAGER, OTHER_MANAGER)[turn % 2]) for turn in range(50))
    )

    assert [type(reply) for reply in replies].count(CommandApproved) == 1
    assert {code(each) for each in replies if isinstance(each, Refused)} == {"approval-decided"}
    assert await bench.value("a") == 5


async def test_a_repeated_approval_is_answered_again(bench: Toy) -> None:
    approval_id, message_id = await parked(bench), uuid4()
    command = ApproveCommand(approval_id=approval_id)

    replies = [
        await bench.ask(command, id=message_id, subject=MANAGER, owner="toy") for _ in range(3)
    ]

    assert len({str(reply) for reply in replies}) == 1
    assert isinstance(replies[0], CommandApproved)
    assert await bench.value("a") == 5


async def test_a_refusal_is_the_outcome_and_the_approval_is_spent(bench: Toy) -> None:
    message_id = uuid4()
    too_much = Remit(name="a", amount=2_000)
    approval_id = await parked(bench, too_much, id=message_id)

    approved = await approve(bench, approval_id)

    assert isinstance(approved, CommandApproved)
    assert approved.outcome is not None
    assert approved.outcome.state is OutcomeState.REFUSED
    assert code(await bench.ask(too_much, id=message_id)) == "too-much"
    assert code(await approve(bench, approval_id)) == "approval-decided"
    assert await bench.value("a") == 0


async def test_what_is_rejected_is_never_run(bench: Toy) -> None:
    message_id = uuid4()
    approval_id = await parked(bench, id=message_id)

    rejected = await of(bench, RejectCommand(approval_id=approval_id, reason="no such invoice"))

    assert isinstance(rejected, CommandRejected)
    assert (rejected.state, rejected.decision_reason) == (
        ApprovalState.REJECTED, "no such invoice"
    )  # fmt: skip
    refused = await bench.ask(FIVE, id=message_id)
    assert code(refused) == "approval-rejected"
    assert "no such invoice" in str(refused)
    assert code(await approve(bench, approval_id)) == "approval-decided"
    assert await bench.value("a") == 0


async def test_what_has_expired_is_never_run_and_says_so(bench: Toy) -> None:
    message_id = uuid4()
    approval_id = await parked(bench, id=message_id)
    await expire(bench)

    assert code(await approve(bench, approval_id)) == "approval-expired"
    shown = await of(bench, GetApproval(approval_id=approval_id))
    assert isinstance(shown, ParkedCommand)
    assert shown.state is ApprovalState.EXPIRED
    await until(lambda: _is_swept(bench, message_id), what="the sweep")
    assert code(await approve(bench, approval_id)) == "approval-expired"
    assert await bench.value("a") == 0


async def _is_swept(bench: Toy, message_id: UUID) -> bool:
    return isinstance(reply := await bench.ask(FIVE, id=message_id), Refused) and (
        reply.code == "approval-expired"
    )


@pytest.mark.parametrize("decide", ["approve", "reject"])
async def test_nobody_decides_his_own(bench: Toy, decide: str) -> None:
    approval_id = await parked(bench, subject=MANAGER)
    commands: dict[str, Command] = {
        "approve": ApproveCommand(approval_id=approval_id),
        "reject": RejectCommand(approval_id=approval_id, reason="mine"),
    }

    assert code(await of(bench, commands[decide], MANAGER)) == "own-approval"
    assert await bench.value("a") == 0
    assert isinstance(await of(bench, commands[decide], OTHER_MANAGER), ParkedCommand)


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.MANAGER}))
async def test_a_role_that_may_not_decide_decides_nothing(bench: Toy, role: Role) -> None:
    approval_id = await parked(bench)

    reply = await approve(bench, approval_id, Subject(id="somebody", role=role))

    assert code(reply) == "not-allowed"
    assert await bench.value("a") == 0


async def test_the_same_person_in_another_role_is_still_the_maker(bench: Toy) -> None:
    approval_id = await parked(bench)

    reply = await approve(bench, approval_id, TELLER.model_copy(update={"role": Role.MANAGER}))

    assert code(reply) == "own-approval"


async def test_an_unknown_approval_is_not_there(bench: Toy) -> None:
    assert code(await approve(bench, uuid4())) == "approval-not-found"
    assert code(await of(bench, GetApproval(approval_id=uuid4()))) == "approval-not-found"


@pytest.mark.parametrize("user", ["toy", "payment", "operator"])
@pytest.mark.parametrize("subject", [MANAGER, TELLER])
async def test_no_approval_comes_from_a_queue(bench: Toy, user: str, subject: Subject) -> None:
    """Neither from the maker, nor in the name of somebody else."""
    approval_id = await parked(bench)
    body = orjson.dumps({"approval_id": str(approval_id)})
    key = routing_key(ApproveCommand, "toy")
    headers = {"subject": subject.model_dump_json()}

    with suppress(aio_pika.exceptions.AMQPError):  # the broker itself refuses some of them
        await bench.publish(body, user=user, key=key, headers=headers)
        assert (await bench.dead_reasons(1))[0].startswith("sender-not-allowed")
    assert await bench.value("a") == 0
    assert await _ids(bench, ApprovalState.PENDING) == [approval_id]


@pytest.mark.parametrize("user", ["toy", "operator"])
async def test_a_replay_in_the_name_of_the_edge_is_no_way_for_the_maker(
    bench: Toy, user: str
) -> None:
    approval_id = await parked(bench)
    body = orjson.dumps({"approval_id": str(approval_id)})
    as_manager = TELLER.model_copy(update={"role": Role.MANAGER})
    headers = {"subject": as_manager.model_dump_json(), "sender": "gateway"}
    with suppress(aio_pika.exceptions.AMQPError):
        await bench.publish(
            body, user=user, key=routing_key(ApproveCommand, "toy"), headers=headers
        )
        await until(lambda: _is_refused(bench, "own-approval"))
    assert await bench.value("a") == 0


async def _is_refused(bench: Toy, reason: str) -> bool:
    return bool(
        await bench.admin.fetchval(
            "select true from toy.inbox where convert_from(reply, 'utf8') like $1", f"%{reason}%"
        )
    )


async def test_who_asks_for_a_person_by_a_queue_is_parked_as_he_would_be(bench: Toy) -> None:
    body = orjson.dumps({"name": "a", "amount": 5})
    key, for_person = routing_key(Remit), {"subject": TELLER.model_dump_json()}
    await bench.publish(body, user="payment", key=key, headers=for_person)
    await until(lambda: bench.admin.fetchval("select true from toy.approvals"))
    assert await bench.value("a") == 0

    await bench.publish(body, user="payment", key=key)

    await until(lambda: _has_value(bench, "a", 5))  # the service for itself needs nobody
    assert await bench.admin.fetchval("select sender from toy.approvals") == "payment"


async def _has_value(bench: Toy, name: str, value: int) -> bool:
    return await bench.value(name) == value


async def test_only_what_is_above_the_amount_waits_and_its_neighbours_do_not(bench: Toy) -> None:
    commands = [RemitMany(name="a", amount=FREE + (turn % 3 == 0)) for turn in range(30)]

    replies = await asyncio.gather(*(bench.ask(command) for command in commands))

    waiting = [each for each in replies if isinstance(each, ApprovalNeeded)]
    assert len(waiting) == 10
    assert await bench.admin.fetchval("select sum(value) from toy.counters") is not None
    assert await bench.admin.fetchval("select distinct reason from toy.approvals") == (
        f"More than {FREE}."
    )
    approved = await approve(bench, waiting[0].approval_id)
    assert isinstance(approved, CommandApproved)
    assert approved.outcome is not None
    assert approved.outcome.state is OutcomeState.COMPLETED


async def test_nobody_is_asked_about_amounts_for_what_needs_no_approval(bench: Toy) -> None:
    toy.WEIGHED.clear()

    await asyncio.gather(*(bench.ask(Add(name="a", amount=1)) for _ in range(10)))

    assert toy.WEIGHED == []


async def test_lists_are_newest_first_and_by_state(bench: Toy) -> None:
    ids = [await parked(bench, Remit(name="a", amount=amount)) for amount in range(1, 6)]
    await approve(bench, ids[1])
    await of(bench, RejectCommand(approval_id=ids[2], reason="no"))

    found = await of(bench, ListApprovals(limit=2))
    assert isinstance(found, ParkedCommands)
    assert [item.approval_id for item in found.items] == [ids[4], ids[3]]
    rest = await of(bench, ListApprovals(limit=10, cursor=found.next_cursor))
    assert isinstance(rest, ParkedCommands)
    assert [item.approval_id for item in rest.items] == [ids[2], ids[1], ids[0]]
    assert rest.next_cursor is None
    by_state = {state: await _ids(bench, state) for state in ApprovalState}
    assert by_state == {
        "pending": [ids[4], ids[3], ids[0]], "approved": [ids[1]], "rejected": [ids[2]],
        "expired": [],
    }  # fmt: skip


async def _ids(bench: Toy, state: ApprovalState) -> list[UUID]:
    found = await of(bench, ListApprovals(state=state))
    assert isinstance(found, ParkedCommands)
    return [item.approval_id for item in found.items]


async def test_what_was_altered_in_the_table_is_not_run(bench: Toy) -> None:
    approval_id = await parked(bench)
    await bench.admin.execute("""update toy.approvals set body = '{"name": "a", "amount": 500}'""")

    assert code(await approve(bench, approval_id)) == "approval-altered"
    assert await bench.value("a") == 0


async def test_a_repeat_after_the_outcome_was_forgotten_is_not_parked_anew(bench: Toy) -> None:
    message_id = uuid4()
    approval_id = await parked(bench, id=message_id)
    await approve(bench, approval_id)
    await bench.admin.execute("delete from toy.inbox")

    assert code(await bench.ask(FIVE, id=message_id)) == "already-parked"
    assert await bench.value("a") == 5


@pytest.mark.parametrize(
    ("statement", "constraint"),
    [
        ("update approvals set state = 'pending'", "approval_is_decided_once"),
        ("delete from approvals", "approval_stays"),
        ("truncate approvals", "approval_stays"),
    ],
)
async def test_the_table_itself_keeps_what_was_decided(
    bench: Toy, statement: str, constraint: str
) -> None:
    await approve(bench, await parked(bench))
    as_service = await asyncpg.connect(bench.database.url("toy"))

    with pytest.raises(asyncpg.CheckViolationError, match=r"approval|deleted") as raised:
        await bench.admin.execute(f"set search_path = toy; {statement}")
    assert raised.value.constraint_name == constraint
    with pytest.raises((asyncpg.InsufficientPrivilegeError, asyncpg.CheckViolationError)):
        await as_service.execute(statement)
    await as_service.close()


async def test_the_table_itself_lets_nobody_decide_his_own(bench: Toy) -> None:
    await parked(bench)
    as_service = await asyncpg.connect(bench.database.url("toy"))

    with pytest.raises(asyncpg.CheckViolationError, match="nobody_decides_his_own"):
        await as_service.execute(
            "update approvals set state = 'approved', decided_by = 'teller-1',"
            " decided_at = now(), decision_id = gen_random_uuid(), reply_type = 'x', reply = 'x'"
        )
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await as_service.execute("update approvals set body = '{}', maker = 'somebody-else'")
    await as_service.close()
