"""Jobs over HTTP: of all services in one list, and one by its name and date."""

from datetime import date, timedelta

import pytest
from fastapi import FastAPI

from contracts.jobs import GetJob, Job, Jobs, JobState, ListJobs
from contracts.topology import JOBS
from gateway.routes.jobs import ORDER
from infra.jobs.reading import PLACES
from tests.builders import an
from tests.gateway.bank import FakeBank
from tests.gateway.conftest import client_of

SERVICES_WITH_JOBS = len(set(JOBS.values()))
FIRST = date(2026, 3, 1)


def a_job(name: str, past: int) -> Job:
    return an(Job, name=name, business_date=FIRST + timedelta(days=past))


def page(*jobs: Job, has_more: bool = False) -> Jobs:
    return Jobs(items=jobs, next_cursor="more" if has_more else None)


async def test_jobs_are_listed_as_asked_for(app: FastAPI, bank: FakeBank) -> None:
    async with client_of(app, bank.token()) as teller:
        answer = await teller.get("/api/jobs?state=done&date=2026-03-01&name=end-of-day&limit=7")

    assert answer.status_code == 200
    assert [each["name"] for each in answer.json()["items"]] == SERVICES_WITH_JOBS * ["name"]
    wanted = ListJobs(name="end-of-day", business_date=FIRST, state="done", limit=7)
    assert bank.messages(ListJobs) == SERVICES_WITH_JOBS * [wanted]


async def test_a_job_that_no_service_has_is_not_there(app: FastAPI, bank: FakeBank) -> None:
    async with client_of(app, bank.token()) as teller:
        known = await teller.get("/api/jobs/end-of-day/2026-03-01")
        unknown = await teller.get("/api/jobs/dream/2026-03-01")

    assert known.status_code == 200
    assert known.json()["faulty_items"][0]["reason"] == "requested by the customer"
    assert (unknown.status_code, unknown.json()["code"]) == (404, "unknown-job")
    assert bank.messages(GetJob) == [GetJob(name="end-of-day", business_date=FIRST)]


def test_the_pages_of_several_services_are_one_page_in_one_order() -> None:
    one = page(a_job("a", 3), a_job("a", 1), has_more=True)
    other = page(a_job("b", 3), a_job("b", 2))

    both = ORDER.merged([one, other], 3)

    assert both.items == (a_job("a", 3), a_job("b", 3), a_job("b", 2))
    assert both.next_cursor == PLACES.write((FIRST + timedelta(days=2), "b"))


def test_a_page_that_holds_all_is_the_last_one() -> None:
    assert ORDER.merged([page(a_job("a", 1)), page()], 3) == page(a_job("a", 1))


@pytest.mark.parametrize("word", ["completed", "done"])
async def test_a_filter_takes_the_word_of_a_state_and_that_of_before(
    app: FastAPI, bank: FakeBank, word: str
) -> None:
    async with client_of(app, bank.token()) as teller:
        answer = await teller.get(f"/api/jobs?state={word}")

    assert answer.status_code == 200
    assert bank.messages(ListJobs) == SERVICES_WITH_JOBS * [ListJobs(state=JobState.DONE)]
