"""A service that runs a saga: begun, answered, swept, shown and steered, and killed in between."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID, uuid4

import pytest

from contracts.envelope import OPERATOR, Command, Message, Query, Refused, Role, Subject
from contracts.sagas import (
    CompensateSaga,
    GetSaga,
    ListSagas,
    ParkSaga,
    RetrySaga,
    SagaDetails,
    SagaList,
    SagaState,
    SagaSteered,
)
from infra.deployment.migrations import ROOT
from tests.builders import staff
from tests.fixtures.processes import SECRET, asking, running
from tests.fixtures.servers import Database, Databases, Vhost, Vhosts
from tests.fixtures.waiting import until
from tests.infra import errand
from tests.infra.bench import Toy, toy_at_rest
from tests.infra.errand import GATE, SendBack, Wish

pytestmark = pytest.mark.integration

MANAGER = staff(Role.MANAGER)
ENDS = {SagaState.COMPLETED, SagaState.FAILED, SagaState.CANCELLED, SagaState.RETURNED}
ALONE = "import asyncio, tests.infra.errand as errand; asyncio.run(errand.main())"


@pytest.fixture
async def resting(databases: Databases, vhosts: Vhosts) -> AsyncIterator[Toy]:
    """Tables and queues of the service that runs errands; it does not run yet."""
    async with (
        toy_at_rest(databases, vhosts, errand.service, errand.DDL) as (database, vhost, admin),
        asking(vhost) as client,
    ):
        yield Toy(database, vhost, client, admin)


@pytest.fixture
async def bench(resting: Toy) -> AsyncIterator[Toy]:
    """The same at work."""
    async with running(errand.service, resting.database, resting.vhost):
        yield resting
        await open_gate(resting)  # so that nobody waits there while the service stops


@asynccontextmanager
async def killed_afterwards(database: Database, vhost: Vhost) -> AsyncIterator[None]:
    """The service in a process of its own, which is killed without a word in the end."""
    with TemporaryDirectory(prefix="bank-errand-") as data:
        told = {
            "BANK_POSTGRES_URL": database.url("toy"),
            "BANK_AMQP_URL": vhost.url("toy"),
            "BANK_SECRET": SECRET,
            "BANK_DATA": str(Path(data)),
        }
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", ALONE, cwd=ROOT, env={**os.environ, **told}
        )
        try:
            yield
        finally:
            process.send_signal(signal.SIGKILL)
            await process.wait()


async def open_gate(bench: Toy) -> None:
    await bench.admin.execute(
        "insert into toy.counters values ($1, 1) on conflict do nothing", GATE
    )


async def wished(bench: Toy, what: str = "ladder", in_hours: int = 0) -> UUID:
    """An errand that was asked for."""
    errand_id = uuid4()
    await bench.ask(Wish(errand_id=errand_id, what=what, in_hours=in_hours))
    return errand_id


async def asked(bench: Toy, message: Command | Query, subject: Subject = MANAGER) -> Message:
    return await bench.ask(message, subject=subject, owner="toy")


async def see(bench: Toy, errand_id: UUID) -> SagaDetails | None:
    """None: it has not begun."""
    found = await asked(bench, GetSaga(saga_id=errand_id))
    return found if isinstance(found, SagaDetails) else None


async def stands_at(bench: Toy, errand_id: UUID, step: str) -> SagaDetails:
    """The errand, once it has come to this step."""

    async def look() -> SagaDetails | None:
        found = await see(bench, errand_id)
        return found if found is not None and found.step == step else None

    return await until(look, what=step)


async def waiting(bench: Toy, errand_id: UUID) -> SagaDetails:
    """The errand, once it waits for its moment."""
    await stands_at(bench, errand_id, "pass")
    found = await see(bench, errand_id)
    assert found is not None
    assert found.state is SagaState.WAITING_UNTIL
    return found


async def ended(bench: Toy, errand_id: UUID) -> SagaDetails:
    """The errand, once it has ended."""

    async def look() -> SagaDetails | None:
        found = await see(bench, errand_id)
        return found if found is not None and found.state in ENDS else None

    return await until(look, what="the end")


async def test_an_event_begins_a_saga_whose_answers_the_service_hears_by_itself(
    bench: Toy,
) -> None:
    await open_gate(bench)

    errand_id = await wished(bench)
    found = await ended(bench, errand_id)

    assert (found.service, found.name, found.state) == ("toy", "errand", SagaState.COMPLETED)
    assert [(step.name, step.state) for step in found.steps] == [
        ("lend", "done"),
        ("pass", "done"),
        ("tell", "done"),
    ]
    assert [await bench.value(name) for name in ("ladder", "passed", "told")] == [1, 1, 1]


async def test_a_refusal_ends_it(bench: Toy) -> None:
    found = await ended(bench, await wished(bench, "nothing"))

    assert (found.state, found.reason) == (SagaState.FAILED, "nothing-lent")


async def test_a_saga_whose_process_was_killed_is_continued_by_another_and_done_once(
    resting: Toy,
) -> None:
    async with killed_afterwards(resting.database, resting.vhost):
        errand_id = await wished(resting)
        await stands_at(resting, errand_id, "pass")
    await open_gate(resting)

    async with running(errand.service, resting.database, resting.vhost):
        found = await ended(resting, errand_id)

    assert found.state is SagaState.COMPLETED
    assert [await resting.value(name) for name in ("ladder", "passed", "told")] == [1, 1, 1]


async def test_a_saga_without_an_answer_is_swept_when_its_deadline_has_passed(
    resting: Toy,
) -> None:
    async with killed_afterwards(resting.database, resting.vhost):
        errand_id = await wished(resting)
        await stands_at(resting, errand_id, "pass")
    await resting.admin.execute(
        "update toy.sagas set deadline = now() - interval '1 second', started_at = started_at"
    )

    async with running(errand.service, resting.database, resting.vhost):
        await until(
            lambda: resting.admin.fetchval("select true from toy.sagas where tries > 0"),
            what="a try in vain",
        )
        await open_gate(resting)
        found = await ended(resting, errand_id)

    assert found.state is SagaState.COMPLETED
    assert await resting.value("passed") == 1


async def test_a_step_whose_moment_is_an_hour_ahead_waits_also_through_a_restart(
    resting: Toy,
) -> None:
    await open_gate(resting)
    async with killed_afterwards(resting.database, resting.vhost):
        errand_id = await wished(resting, in_hours=1)
        before = await waiting(resting, errand_id)
    async with running(errand.service, resting.database, resting.vhost):
        await asyncio.sleep(1.5)  # longer than between two sweeps
        after = await waiting(resting, errand_id)
        passed_early = await resting.value("passed")

        await resting.admin.execute("update toy.sagas set deadline = now()")
        found = await ended(resting, errand_id)

    assert before.waiting_until == after.waiting_until
    assert before.waiting_until is not None
    assert before.waiting_until - before.updated_at > timedelta(minutes=59)
    assert passed_early == 0
    assert found.state is SagaState.COMPLETED
    assert await resting.value("passed") == 1


async def test_what_the_other_side_gives_back_is_taken_back_down_to_the_pivot(
    resting: Toy,
) -> None:
    await open_gate(resting)
    async with running(errand.service, resting.database, resting.vhost):
        errand_id = await wished(resting)
        completed = await ended(resting, errand_id)
    async with running(errand.service, resting.database, resting.vhost):
        await resting.ask(SendBack(errand_id=errand_id))
        await until(
            lambda: resting.admin.fetchval("select true from toy.sagas where phase = 'returned'"),
            what="the return",
        )
        await resting.ask(SendBack(errand_id=errand_id))
        found = await ended(resting, errand_id)
        listed = await asked(resting, ListSagas(state=SagaState.RETURNED))

    assert completed.state is SagaState.COMPLETED
    assert (found.state, found.reason) == (SagaState.RETURNED, "returned")
    assert [(step.name, step.state) for step in found.steps] == [
        ("lend", "done"),
        ("pass", "undone"),
        ("tell", "undone"),
    ]
    assert isinstance(listed, SagaList)
    assert [saga.saga_id for saga in listed.items] == [errand_id]
    names = ("ladder", "passed", "came back", "told")
    assert [await resting.value(name) for name in names] == [1, 1, 1, 0]


async def test_what_waits_for_its_moment_is_compensated_or_retried_by_people(bench: Toy) -> None:
    await open_gate(bench)
    errand_id = await wished(bench, in_hours=1)
    first = await waiting(bench, errand_id)

    retried = await asked(bench, RetrySaga(saga_id=errand_id, reason="hurry"))
    listed = await asked(bench, ListSagas(state=SagaState.WAITING_UNTIL))
    await asked(bench, CompensateSaga(saga_id=errand_id, reason="not wanted"))
    found = await ended(bench, errand_id)

    assert isinstance(retried, SagaSteered)
    assert (retried.state, retried.waiting_until) == (first.state, first.waiting_until)
    assert isinstance(listed, SagaList)
    assert [saga.saga_id for saga in listed.items] == [errand_id]
    assert (found.state, found.reason) == (SagaState.FAILED, "compensated")
    assert [await bench.value(name) for name in ("ladder", "passed")] == [0, 0]


async def test_sagas_are_listed_newest_first_a_page_at_a_time(bench: Toy) -> None:
    await open_gate(bench)
    errands = [await wished(bench) for _ in range(3)]
    for errand_id in errands:
        await ended(bench, errand_id)
    lost = await wished(bench, "nothing")
    await ended(bench, lost)

    first = await asked(bench, ListSagas(limit=3))
    assert isinstance(first, SagaList)
    second = await asked(bench, ListSagas(limit=3, cursor=first.next_cursor))
    failed = await asked(bench, ListSagas(state=SagaState.FAILED))
    others = await asked(bench, ListSagas(name="imps"))

    assert isinstance(second, SagaList)
    assert isinstance(failed, SagaList)
    assert isinstance(others, SagaList)
    assert [saga.saga_id for saga in (*first.items, *second.items)] == [lost, *reversed(errands)]
    assert second.next_cursor is None
    assert [saga.saga_id for saga in failed.items] == [lost]
    assert others.items == ()


async def test_a_parked_saga_needs_attention_and_goes_on_when_it_is_retried(bench: Toy) -> None:
    errand_id = await wished(bench)
    await stands_at(bench, errand_id, "pass")

    parked = await asked(bench, ParkSaga(saga_id=errand_id, reason="odd"))
    listed = await asked(bench, ListSagas(needs_attention=True, state=SagaState.PARKED))
    await open_gate(bench)
    retried = await asked(bench, RetrySaga(saga_id=errand_id, reason="it is fine"))
    found = await ended(bench, errand_id)

    assert isinstance(parked, SagaSteered)
    assert (parked.state, parked.needs_attention) == (SagaState.PARKED, True)
    assert isinstance(listed, SagaList)
    assert [saga.saga_id for saga in listed.items] == [errand_id]
    assert isinstance(retried, SagaSteered)
    assert [(each.action, each.actor, each.reason) for each in found.interventions] == [
        ("park", MANAGER.id, "odd"),
        ("retry", MANAGER.id, "it is fine"),
    ]


async def test_what_cannot_be_steered_says_why(bench: Toy) -> None:
    past_pivot = await wished(bench)
    await stands_at(bench, past_pivot, "pass")
    over = await wished(bench, "nothing")
    await ended(bench, over)
    strange = await wished(bench)
    await stands_at(bench, strange, "pass")
    await bench.admin.execute("update toy.sagas set definition = 99 where saga_id = $1", strange)

    refusals = [
        await asked(bench, CompensateSaga(saga_id=saga_id, reason="x"))
        for saga_id in (past_pivot, over, strange, uuid4())
    ]

    assert [each.code for each in refusals if isinstance(each, Refused)] == [
        "saga-past-pivot",
        "saga-already-ended",
        "saga-unreadable",
        "saga-not-found",
    ]
    shown = await see(bench, strange)
    assert shown is not None
    assert shown.version == 99


async def test_only_managers_steer_over_http_and_the_operator_from_his_terminal(
    bench: Toy,
) -> None:
    errand_id = await wished(bench)
    await stands_at(bench, errand_id, "pass")
    park = ParkSaga(saga_id=errand_id, reason="odd")

    by_teller = await asked(bench, park, staff(Role.TELLER))
    by_auditor = await asked(bench, GetSaga(saga_id=errand_id), staff(Role.AUDITOR))
    async with asking(bench.vhost, OPERATOR) as client:
        reply = await client.ask(park, subject=Subject(id=OPERATOR), wait_seconds=10, owner="toy")

    assert isinstance(by_teller, Refused)
    assert by_teller.code == "not-allowed"
    assert isinstance(by_auditor, SagaDetails)
    assert isinstance(reply.message, SagaSteered)
    assert reply.message.interventions[-1].actor == OPERATOR
