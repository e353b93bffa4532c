"""Benchmarks: seen, changed from a date on, and followed by the loans that float with them.

The work of a day that is over gives each floating loan its rate of the next one, if the benchmark
changes then. A loan that is applied for has the rate that its key facts told until it is paid out.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid5

from contracts.loan.benchmarks import (
    AddBenchmarkVersion,
    Benchmarks,
    BenchmarkVersionAdded,
    ListBenchmarks,
)
from contracts.loan.rescheduling import LoanRescheduled
from infra.data.terms import TermsInThePast
from infra.handling.context import Context
from infra.handling.daily import Part
from infra.handling.telling import Outgoing
from services.loan.domain.files import NewEvent
from services.loan.domain.floating import changed_rate
from services.loan.domain.refusals import LoanBusy, UnknownBenchmark
from services.loan.domain.servicing.versions import versions
from services.loan.domain.standing import Standing, standing_of
from services.loan.handlers.happening import Case, cases_of
from services.loan.handlers.registry import service
from services.loan.handlers.shown import about
from services.loan.store import LoanStore
from services.loan.store.days import batch_of, last_of
from services.loan.store.happenings import Happened

LOANS_AT_ONCE = 100
_ONE_DAY = timedelta(days=1)


@service.handles(AddBenchmarkVersion)
async def add_benchmark_version(
    command: AddBenchmarkVersion, store: LoanStore, context: Context
) -> BenchmarkVersionAdded:
    """Add the next version; floating loans follow it from its day on.

    Raises:
        TermsInThePast: the work that would give loans the rate of that day is done.
        TermsOverlap: it does not follow the last one.
    """
    is_new = await store.benchmark_rate(command.code, context.business_date) is None
    if command.valid_from == context.business_date and not is_new:
        raise TermsInThePast(f"{command.code} can change from tomorrow on.")
    added = await store.add_benchmark(
        command.code,
        command.annual_rate,
        command.valid_from,
        today=context.business_date,
        made_by=context.subject.id,
        now=context.now,
    )
    return BenchmarkVersionAdded(**added.model_dump())


@service.answers(ListBenchmarks)
async def list_benchmarks(query: ListBenchmarks, store: LoanStore, context: Context) -> Benchmarks:
    """All benchmarks, by code."""
    return Benchmarks(items=tuple(await store.benchmarks(context.business_date)))


async def rate_of(code: str, store: LoanStore, context: Context) -> Decimal:
    """What a benchmark is today, in percent a year.

    Raises:
        UnknownBenchmark
    """
    rate = await store.benchmark_rate(code, context.business_date)
    if rate is None:
        raise UnknownBenchmark
    return rate


async def count_floating(store: LoanStore, part: Part) -> int:
    """How many loans of the part change on the day after this one."""
    changes = await store.changed_on(part.business_date + _ONE_DAY)
    return await store.count_floating(part.number, part.parts, list(changes)) if changes else 0


async def floating_loans(store: LoanStore, part: Part, after: str | None, limit: int) -> list[str]:
    """The ids of those loans."""
    changes = await store.changed_on(part.business_date + _ONE_DAY)
    if not changes:
        return []
    codes = list(changes)
    found = await store.floating(part.number, part.parts, codes, last_of(after), limit)
    return [str(loan_id) for loan_id in found]


@service.daily(
    "follow-benchmarks",
    days=LoanStore.days_over,
    count=count_floating,
    items=floating_loans,
    at_once=LOANS_AT_ONCE,
)
async def follow_benchmarks(store: LoanStore, day: date, items: Sequence[str]) -> Outgoing:
    """Give these loans the rate of the day after this one, and tell their borrowers."""
    loans = await store.lock_loans(batch_of(items))
    if any(loan.operation_id for loan in loans):
        raise LoanBusy
    changes, today = await store.changed_on(day + _ONE_DAY), await store.the_open_day()
    followed = []
    for case in await cases_of(loans, today, store):
        assert case.product.benchmark is not None
        event = changed_rate(case.loan.terms, case.events, changes[case.product.benchmark])
        if event is not None:
            followed.append((case, event))
    if not followed:
        return ()
    await store.append([_happened(case, event) for case, event in followed])
    await store.keep_standings(
        {case.loan.loan_id: _standing(case, event) for case, event in followed}
    )
    return [_told(case, event) for case, event in followed]


def _happened(case: Case, event: NewEvent) -> Happened:
    loan_id, said = case.loan.loan_id, event.details
    return Happened(
        loan_id,
        event,
        booked_on=case.today,
        made_by=service.name,
        caused_by=uuid5(loan_id, f"{said['benchmark']} {said['benchmark_version']}"),
    )


def _standing(case: Case, event: NewEvent) -> Standing:
    return standing_of(case.after(event), case.loan.disbursed_on or case.today)


def _told(case: Case, event: NewEvent) -> LoanRescheduled:
    loan, events = case.loan, [*case.events, event.numbered(case.sequence, case.today)]
    made = versions(loan.terms, events, case.product.servicing, loan.penal)
    return LoanRescheduled(**about(loan), version=len(made), kind=event.kind)
