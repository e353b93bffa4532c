"""What the account service answers about its jobs, over the bus."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from types import SimpleNamespace

import asyncpg
import pytest
from typer.testing import CliRunner, Result

from contracts.envelope import OPERATOR, Command, Message, Query, Refused, Role, Subject
from contracts.jobs import GetJob, JobDetails, JobRetried, Jobs, JobState, ListJobs, RetryJob
from infra.bus.ask import AskClient
from infra.data.database import Connection
from infra.deployment import cli, cli_asking, cli_jobs
from infra.deployment.definitions import load_services
from infra.runtime.clock import business_date, utc_now
from tests.builders import staff
from tests.fixtures.processes import asking, running
from tests.fixtures.servers import Database, Databases, Vhost, Vhosts
from tests.fixtures.waiting import until

pytestmark = pytest.mark.integration

JOB = "end-of-day"
DAY = timedelta(days=1)
TODAY = business_date(utc_now())
FIRST = TODAY - 3 * DAY


@dataclass
class Desk:
    """The service after three missed days, an auditor and an operator."""

    auditor: AskClient
    operator: AskClient
    admin: Connection

    async def ask(self, query: Query) -> Message:
        subject = staff(Role.AUDITOR)
        reply = await self.auditor.ask(query, subject=subject, wait_seconds=10, owner="account")
        return reply.message

    async def order(self, command: Command) -> Message:
        reply = await self.operator.ask(
            command, subject=Subject(id=OPERATOR), wait_seconds=10, owner="account"
        )
        return reply.message

    async def is_done(self) -> bool:
        jobs = await self.ask(ListJobs(name=JOB, state=JobState.DONE))
        assert isinstance(jobs, Jobs)
        return len(jobs.items) == 3

    async def first(self) -> JobDetails:
        job = await self.ask(GetJob(name=JOB, business_date=FIRST))
        assert isinstance(job, JobDetails), job
        return job

    async def is_repaired(self) -> bool:
        return (await self.first()).faults == 0

    async def fails(self) -> None:
        """An account that could not be done, and an hour until it is tried again."""
        await self.admin.execute(
            "insert into account.job_faults (job, business_date, part, item, reason, due_at,"
            " noted_at) values ($1, $2, 0, '5', 'planted', now() + interval '1 hour', now())",
            JOB,
            FIRST,
        )


@asynccontextmanager
async def a_desk(database: Database, vhost: Vhost) -> AsyncIterator[Desk]:
    [account] = load_services(["account"])
    admin = await asyncpg.connect(database.admin_url)
    await admin.execute("insert into account.business_days values ($1, now())", FIRST)
    async with (
        running(account, database, vhost),
        asking(vhost) as auditor,
        asking(vhost, OPERATOR) as operator,
    ):
        yield Desk(auditor, operator, admin)
    await admin.close()


@pytest.fixture(scope="module")
async def vhost(vhosts: Vhosts) -> AsyncIterator[Vhost]:
    async with vhosts.fresh(load_services(["account"])) as vhost:
        yield vhost


@pytest.fixture(scope="module")
async def desk(databases: Databases, vhost: Vhost) -> AsyncIterator[Desk]:
    async with (
        databases.fresh(["account"]) as database,
        a_desk(database, vhost) as desk,
    ):
        await until(desk.is_done)
        yield desk


async def test_jobs_are_listed_newest_first_and_a_page_goes_on_where_the_last_ended(
    desk: Desk,
) -> None:
    first = await desk.ask(ListJobs(name=JOB, limit=2))
    assert isinstance(first, Jobs)
    second = await desk.ask(ListJobs(name=JOB, limit=2, cursor=first.next_cursor))
    assert isinstance(second, Jobs)

    days = [job.business_date for page in (first, second) for job in page.items]
    assert days == [TODAY - DAY, TODAY - 2 * DAY, FIRST]
    assert second.next_cursor is None
    assert {job.state for job in first.items} == {JobState.DONE}


async def test_jobs_are_found_by_name_date_and_state(desk: Desk) -> None:
    async def found(**wanted: object) -> list[date]:
        jobs = await desk.ask(ListJobs.model_validate({"name": JOB, **wanted}))
        assert isinstance(jobs, Jobs)
        return [job.business_date for job in jobs.items]

    assert await found(business_date=FIRST) == [FIRST]
    assert len(await found(name=JOB)) == 3
    assert await found(name="dream") == await found(state="running") == []


async def test_a_job_shows_its_parts_and_its_faults_until_they_are_repaired(desk: Desk) -> None:
    await desk.fails()

    failed = await desk.first()
    retried = await desk.order(RetryJob(name=JOB, business_date=FIRST))
    await until(desk.is_repaired)

    assert [part.state for part in failed.parts] == [JobState.DONE] * 4
    assert failed.faults == 1
    [fault] = failed.faulty_items
    assert (fault.item, fault.reason) == ("5", "planted")
    assert retried == JobRetried(name=JOB, business_date=FIRST, faults=1, parts=0)
    [repaired] = (await desk.first()).faulty_items
    assert repaired.repaired_at is not None


async def test_an_operator_sees_jobs_and_has_faults_tried_again(
    desk: Desk, vhost: Vhost, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []  # the service beside writes its log to the same output
    monkeypatch.setattr(cli_jobs, "echo", said.append)
    monkeypatch.setattr(cli_jobs, "JOBS", {JOB: "account"})  # no other service is at work here
    monkeypatch.setattr(cli_asking, "known_servers", lambda: SimpleNamespace(amqp_url=vhost.url))
    await desk.admin.execute("delete from account.job_faults")
    await desk.fails()

    await bank("list", "--state", "done")
    await bank("show", JOB, str(FIRST))
    await bank("retry", JOB, str(FIRST))
    await until(desk.is_repaired)
    refused = await bank("retry", JOB, str(FIRST))

    listed = [line.split()[:3] for line in said if f"  {JOB}  " in line]
    assert listed[:3] == [[str(TODAY - past * DAY), JOB, "done"] for past in (1, 2, 3)]
    *_, fault, retried = said
    assert fault.startswith("  item 5  planted; again at ")
    assert retried == f"1 faults and 0 parts of {JOB} are tried again"
    assert refused.exit_code == 1
    assert refused.stderr.startswith("bank: nothing-to-retry: ")


async def test_a_service_that_is_away_hides_no_jobs_of_others(
    desk: Desk, vhost: Vhost, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setattr(cli_jobs, "echo", said.append)
    monkeypatch.setattr(cli_asking, "known_servers", lambda: SimpleNamespace(amqp_url=vhost.url))

    listed = await bank("list")  # of loans too, whose service does not run here

    assert f"  {JOB}  " in said[0]
    assert listed.exit_code == 1
    assert listed.stderr.startswith("bank: no answer from loan: ")
    assert len(listed.stderr.splitlines()) == 1


async def bank(*arguments: str) -> Result:
    """`bank jobs …`, which has a loop of its own."""
    return await asyncio.to_thread(CliRunner().invoke, cli.app, ["jobs", *arguments])


@pytest.mark.parametrize(
    ("name", "day", "code"),
    [
        ("dream", FIRST, "unknown-job"),
        (JOB, TODAY, "day-not-over"),
        (JOB, FIRST - DAY, "day-before-first"),
        (JOB, TODAY - DAY, "nothing-to-retry"),
    ],
)
async def test_what_cannot_be_retried_is_refused_and_nothing_changes(
    desk: Desk, name: str, day: date, code: str
) -> None:
    rows = "select * from account.job_parts order by business_date, part"
    before = await desk.admin.fetch(rows)

    refused = await desk.order(RetryJob(name=name, business_date=day))
    asked = await desk.ask(GetJob(name=name, business_date=day))

    assert isinstance(refused, Refused)
    assert refused.code == code
    assert isinstance(asked, Refused if code != "nothing-to-retry" else JobDetails)
    assert await desk.admin.fetch(rows) == before
