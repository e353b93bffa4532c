"""What the audit trail holds of what the pipeline has handled, on a real database and broker."""

import asyncio
from uuid import UUID, uuid4

import asyncpg
import pytest

from contracts.envelope import Refused, Role, Subject
from infra.runtime.tracing import new_trace
from tests.fixtures.waiting import until
from tests.infra.bench import Toy
from tests.infra.test_approvals import FIVE, MANAGER, approve, parked
from tests.infra.toy import Add, Added, AddMany, GetCounter, Whisper

pytestmark = pytest.mark.integration


async def rows(bench: Toy) -> list[asyncpg.Record]:
    return await bench.admin.fetch("select * from toy.audit order by id")


async def test_a_command_leaves_one_row_that_says_who_did_what(bench: Toy) -> None:
    message_id, trace = uuid4(), new_trace("my-call-1")
    customer = Subject(id="teller-1", role=Role.TELLER, customer_id=7)

    await bench.ask(Add(name="a", amount=5), id=message_id, subject=customer, trace=trace)

    [row] = await rows(bench)
    kept = ("message_id", "request_id", "actor", "role", "customer_id", "sender", "object")
    assert {name: row[name] for name in kept} == {
        "message_id": message_id,
        "request_id": "my-call-1",
        "actor": "teller-1",
        "role": "TELLER",
        "customer_id": 7,
        "sender": "gateway",
        "object": "counter:a",
    }
    assert row["trace_id"] == UUID(trace.id)
    assert (row["command"], row["outcome"], row["code"]) == ("toy.add.v1", "done", None)
    assert len(row["digest"]) == 32


async def test_a_refusal_leaves_its_row_although_its_work_is_undone(bench: Toy) -> None:
    await bench.ask(Add(name="a", amount=2_000))
    await bench.ask(AddMany(name="a", amount=2_000))

    found = [(row["outcome"], row["code"], row["object"]) for row in await rows(bench)]

    assert found == [("refused", "too-much", "counter:a"), ("refused", "too-much", "counter:a")]
    assert await bench.value("a") == 0


@pytest.mark.parametrize("at_once", [True, False])
async def test_the_same_message_again_leaves_no_second_row(bench: Toy, at_once: bool) -> None:
    message_id = uuid4()
    asked = [bench.ask(Add(name="a", amount=5), id=message_id) for _ in range(5)]

    replies = await asyncio.gather(*asked) if at_once else [await each for each in asked]

    assert set(map(str, replies)) == {str(Added(value=5))}
    assert len(await rows(bench)) == 1


async def test_an_id_used_for_something_else_leaves_a_row_of_its_own(bench: Toy) -> None:
    message_id = uuid4()
    await bench.ask(Add(name="a", amount=5), id=message_id)

    reply = await bench.ask(Add(name="b", amount=5), id=message_id)

    assert isinstance(reply, Refused)
    first, second = await rows(bench)
    assert (second["code"], second["object"]) == ("idempotency-key-reused", "counter:b")
    assert first["digest"] != second["digest"]


async def test_a_command_that_holds_a_secret_leaves_a_row_without_a_digest(bench: Toy) -> None:
    await bench.ask(Whisper(secret="sesame"))

    [row] = await rows(bench)

    assert (row["command"], row["digest"]) == ("toy.whisper.v1", None)
    assert "sesame" not in str(row)


async def test_questions_and_our_own_services_leave_no_row(bench: Toy) -> None:
    await bench.ask(GetCounter(name="a"))
    await bench.publish(b'{"name": "a", "amount": 1}', user="payment")

    async def is_done() -> bool:
        return await bench.value("a") == 1

    await until(is_done)
    assert await rows(bench) == []


async def test_a_name_in_place_of_an_address_is_not_kept(bench: Toy) -> None:
    await bench.ask(Add(name="Asha Rao asha@example.com", amount=5))

    [row] = await rows(bench)

    assert row["object"] is None


async def test_many_commands_are_written_by_one_statement(bench: Toy) -> None:
    await asyncio.gather(*(bench.ask(AddMany(name="a", amount=1)) for _ in range(100)))

    found = await rows(bench)

    assert len(found) == 100
    assert len({row["at"] for row in found}) < 100  # one moment for each unit of work


@pytest.mark.parametrize(
    "statement", ["update audit set actor = 'nobody'", "delete from audit", "truncate audit"]
)
@pytest.mark.parametrize("user", ["service", "owner"])
async def test_neither_the_service_nor_a_hasty_owner_can_change_the_trail(
    bench: Toy, user: str, statement: str
) -> None:
    await bench.ask(Add(name="a", amount=5))
    url = bench.database.url("toy") if user == "service" else bench.database.admin_url
    connection = await asyncpg.connect(url, server_settings={"search_path": "toy"})

    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.execute(statement)

    await connection.close()
    assert len(await rows(bench)) == 1


async def test_a_parked_command_leaves_a_row_when_it_is_parked_and_one_when_it_is_run(
    bench: Toy,
) -> None:
    approval_id = await parked(bench, FIVE)
    await approve(bench, approval_id)

    waiting, *approved = await rows(bench)

    assert (waiting["outcome"], waiting["actor"]) == ("parked", "teller-1")
    assert waiting["approver"] is None
    by_command = {row["command"]: row for row in approved}
    run, decision = by_command["toy.remit.v1"], by_command["toy.approve-command.v1"]
    assert (run["outcome"], run["actor"], run["object"]) == ("done", "teller-1", "counter:a")
    assert run["approver"] == decision["actor"] == MANAGER.id
    assert run["message_id"] == waiting["message_id"]
    assert decision["object"] == f"approval:{approval_id}"
