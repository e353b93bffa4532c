"""The reporting handlers on a real database, under the service's own rights."""

import asyncio
import random
from collections.abc import AsyncIterator
from datetime import date

import asyncpg
import pytest

from contracts.account.books import Moved
from contracts.account.values import LineClass
from contracts.money import Currency
from contracts.reporting import GetTrialBalanceReport, TrialBalanceReport
from infra.data.database import Connection
from services.reporting.handlers import get_trial_balance_report, on_moved
from services.reporting.store import ReportingStore
from tests.builders import ALICE, BOB, staff
from tests.fixtures.postings import asked_by, business_day, cash_posting, heard, posting
from tests.fixtures.servers import Database, Databases

pytestmark = pytest.mark.integration


@pytest.fixture
async def database(databases: Databases) -> AsyncIterator[Database]:
    async with databases.fresh(["reporting"]) as database:
        yield database


@pytest.fixture
async def db(database: Database) -> AsyncIterator[Connection]:
    connection = await asyncpg.connect(database.url("reporting"))
    yield connection
    await connection.close()


async def hear(db: Connection, *events: Moved) -> None:
    async with db.transaction():
        await on_moved(heard(*events), ReportingStore(db))


async def report(db: Connection, as_of: date | None = None) -> TrialBalanceReport:
    answer = await get_trial_balance_report(
        GetTrialBalanceReport(as_of=as_of), ReportingStore(db), asked_by(staff())
    )
    assert isinstance(answer, TrialBalanceReport)
    return answer


def lines(report: TrialBalanceReport) -> list[tuple[str, str, str, int, int]]:
    return [
        (each.currency, each.gl_code, each.name, each.debit_minor, each.credit_minor)
        for each in report.lines
    ]


async def test_a_bank_that_has_heard_nothing_has_an_empty_report(db: Connection) -> None:
    nothing = await report(db)

    assert (nothing.lines, nothing.postings_counted, nothing.gaps) == ((), 0, 0)


async def test_lines_are_ordered_by_currency_and_code_and_carry_their_names(
    db: Connection,
) -> None:
    await hear(db, posting(1, 700), cash_posting(1, -700))
    await hear(db, posting(1, 9, BOB, currency="AED"), posting(2, -200))

    assert lines(await report(db)) == [
        (Currency.AED, "2000", "Customer deposits", 0, 9),
        (Currency.INR, "1000", "Vault cash", 700, 0),
        (Currency.INR, "2000", "Customer deposits", 200, 700),
    ]


async def test_a_report_reads_rows_of_days_and_lines_however_many_postings_there_are(
    db: Connection,
) -> None:
    read = []
    for first, last in ((1, 10), (11, 2_000)):
        await hear(db, *[posting(each, 7, **business_day(15)) for each in range(first, last + 1)])
        read.append(await db.fetchval("select count(*) from totals"))

    assert read == [1, 1]
    assert (await report(db, date(2026, 1, 15))).postings_counted == 2_000


async def test_figures_as_of_a_day_leave_out_what_was_booked_later(db: Connection) -> None:
    await hear(db, posting(1, 700, **business_day(1)), posting(2, 50, **business_day(2)))

    assert lines(await report(db, date(2026, 1, 1)))[0][4] == 700
    assert lines(await report(db, date(2026, 1, 2)))[0][4] == 750
    assert (await report(db, date(2025, 12, 31))).lines == ()


async def test_a_posting_told_again_in_a_later_batch_changes_nothing(db: Connection) -> None:
    await hear(db, posting(1, 700), posting(2, 50))
    before = await report(db)

    await hear(db, posting(2, 50), posting(1, 700))

    assert await report(db) == before


async def test_any_order_gives_the_same_figures(db: Connection) -> None:
    told = [posting(n, n * 10) for n in range(1, 40)] + [posting(n, -n, BOB) for n in range(1, 40)]
    random.Random(7).shuffle(told)
    for start in range(0, len(told), 9):
        await hear(db, *told[start : start + 12])

    figures = await report(db)

    assert lines(figures)[0][3:] == (780, 7_800)
    assert (figures.postings_counted, figures.gaps) == (78, 0)


async def test_a_gap_is_seen_until_the_missing_posting_comes(db: Connection) -> None:
    await hear(db, posting(1, 10), posting(3, 10), posting(2, 10, BOB))
    with_gaps = await report(db)

    await hear(db, posting(2, 10), posting(1, 10, BOB))
    whole = await report(db)

    assert (with_gaps.gaps, with_gaps.postings_counted) == (2, 3)
    assert (whole.gaps, whole.postings_counted) == (0, 5)


async def test_turnover_may_grow_beyond_64_bits(db: Connection) -> None:
    huge = 9 * 10**18
    await hear(db, posting(1, huge), posting(2, huge))
    await hear(db, posting(3, -huge), posting(4, -huge), posting(5, -huge))

    assert lines(await report(db))[0][3:] == (3 * huge, 2 * huge)


async def test_a_renamed_line_is_reported_under_its_new_name(db: Connection) -> None:
    await hear(db, posting(1, 10), posting(2, 10, gl_name="Deposits of customers"))

    assert [each.name for each in (await report(db)).lines] == ["Deposits of customers"]


async def test_a_balance_is_on_the_side_on_which_the_class_of_its_line_grows(
    db: Connection,
) -> None:
    await hear(db, posting(1, 10, gl_class="LIABILITY"), cash_posting(1, -10, gl_class="ASSET"))
    # Told by a process of before; what a line is has been heard already.
    await hear(db, posting(2, 7), cash_posting(2, -7))

    assert [(each.line_class, each.balance_minor) for each in (await report(db)).lines] == [
        (LineClass.ASSET, 17), (LineClass.LIABILITY, 17)
    ]  # fmt: skip


async def test_a_line_of_which_nobody_said_what_it_is_has_no_balance(db: Connection) -> None:
    await hear(db, posting(1, 10))

    [line] = (await report(db)).lines
    assert (line.line_class, line.balance_minor, line.credit_minor) == (None, None, 10)


async def test_two_processes_that_hear_the_same_at_once_count_it_once(database: Database) -> None:
    connections = [await asyncpg.connect(database.url("reporting")) for _ in range(4)]
    told = [posting(n, 10) for n in range(1, 60)] + [cash_posting(n, -10) for n in range(1, 60)]
    shuffled = [random.Random(seed).sample(told, len(told)) for seed in range(4)]

    await asyncio.gather(
        *(hear(db, *events) for db, events in zip(connections, shuffled, strict=True))
    )

    figures = await report(connections[0])
    assert [each[3:] for each in lines(figures)] == [(590, 0), (0, 590)]
    assert figures.postings_counted == 118
    for connection in connections:
        await connection.close()


@pytest.mark.parametrize(
    "statement", ["delete from totals", "truncate accounts", "drop table lines"]
)
async def test_the_service_may_not_unmake_its_figures(db: Connection, statement: str) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await db.execute(statement)


async def test_counting_on_keeps_one_range_for_an_account(db: Connection) -> None:
    for start in range(1, 50, 7):
        await hear(db, *(posting(n, 10) for n in range(start, start + 7)))

    counted = await ReportingStore(db).lock_counted([ALICE])

    assert counted == {ALICE: [range(1, 50)]}
