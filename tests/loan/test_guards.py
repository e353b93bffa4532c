"""What the database refuses of loans, whoever writes: the service's role or the owner of tables."""

from collections.abc import AsyncIterator, Mapping
from uuid import UUID, uuid4

import asyncpg
import pytest

from infra.data.database import Connection
from tests.fixtures.servers import Databases

pytestmark = pytest.mark.integration

LOAN, OTHER = UUID(int=1), UUID(int=2)
MINE = {"the service": "loan", "the owner": "migrator"}

_BOOK = """
insert into loan_products values ('PERSONAL', 'Personal loan', 'INR');
insert into loans (loan_id, requested_by, customer_id, account_number, product_code,
    product_version, currency, principal_minor, terms, key_facts, scorecard, state, applied_by,
    applied_at, applied_on, decided_by, decided_at, disbursed_minor, disbursed_on, updated_at)
select id, id, 1, 'AC-1', 'PERSONAL', 1, 'INR', 100, '{}', '{}', '{}', 'active', 'teller', now(),
    '2026-01-01', 'manager', now(), 100, '2026-01-01', now()
from (values ('00000000-0000-0000-0000-000000000001'::uuid),
    ('00000000-0000-0000-0000-000000000002')) as given(id);
"""
_HAPPENED = """
insert into loan_events (loan_id, sequence, kind, value_date, booked_on, amount_minor, details,
    reverses, made_by, caused_by, recorded_at)
select {loan_id}, {sequence}, {kind}, {value_date}, '2026-01-02', {amount}, {details}, {reverses},
    {made_by}, gen_random_uuid(), now()
"""
_USUAL = {
    "loan_id": f"'{LOAN}'", "sequence": "3", "kind": "'repaid'", "value_date": "'2026-01-02'",
    "amount": "10", "details": "'{}'", "reverses": "null", "made_by": "'teller'",
}  # fmt: skip


def happened(**changes: str) -> str:
    """The statement that adds an event to the two of the loan, with these parts changed."""
    return _HAPPENED.format(**{**_USUAL, **changes})


@pytest.fixture(scope="module")
async def kept(databases: Databases) -> AsyncIterator[str]:
    """The address of a database with two loans; two things have happened to the first."""
    async with databases.fresh(("loan",)) as database:
        connection = await asyncpg.connect(database.admin_url)
        await connection.execute("set search_path to loan")
        await connection.execute(_BOOK)
        await connection.execute(happened(sequence="1", kind="'disbursed'", amount="100"))
        await connection.execute(happened(sequence="2"))
        await connection.close()
        yield database.admin_url


@pytest.fixture(params=MINE)
async def pen(request: pytest.FixtureRequest, kept: str) -> AsyncIterator[Connection]:
    """Writes within a transaction that is rolled back."""
    db = await asyncpg.connect(kept)
    transaction = db.transaction()
    await transaction.start()
    await db.execute(f"set local role {MINE[request.param]}; set local search_path to loan")
    yield db
    await transaction.rollback()
    await db.close()


async def test_what_happens_next_can_be_written_by_hand(pen: Connection) -> None:
    await pen.execute(happened())
    await pen.execute(happened(sequence="4", kind="'repayment-reversed'", reverses="3"))
    await pen.execute(happened(loan_id=f"'{OTHER}'", sequence="1"))

    count = await pen.fetchval("select count(*) from loan_events where loan_id = $1", LOAN)
    assert count == 4


FAULTS: Mapping[str, tuple[str, str]] = {
    "a number is left out": (happened(sequence="4"), "events_follow"),
    "a number is taken": (happened(sequence="2"), "events_follow"),
    "the first is not one": (happened(loan_id=f"'{OTHER}'", sequence="2"), "events_follow"),
    "it counts from later than it was known": (
        happened(value_date="'2026-01-03'"), "loan_events_check",
    ),
    "nothing was paid": (happened(amount="0"), "loan_events_amount_minor_check"),
    "less than nothing was paid": (happened(amount="-1"), "loan_events_amount_minor_check"),
    "it reverses itself": (happened(reverses="3"), "loan_events_check1"),
    "it reverses what has not happened": (
        happened(loan_id=f"'{OTHER}'", sequence="1", reverses="0"),
        "loan_events_loan_id_reverses_fkey",
    ),
    "it is of no loan": (
        happened(loan_id=f"'{uuid4()}'", sequence="1"), "loan_events_loan_id_fkey",
    ),
    "nobody did it": (happened(made_by="''"), "loan_events_made_by_check"),
    "it is of no kind": (happened(kind="''"), "loan_events_kind_check"),
    "it says a list": (happened(details="'[]'"), "loan_events_details_check"),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
async def test_nothing_has_happened_to_a_loan_when(pen: Connection, fault: str) -> None:
    statement, rule = FAULTS[fault]

    with pytest.raises(asyncpg.IntegrityConstraintViolationError) as refused:
        await pen.execute(statement)

    assert refused.value.constraint_name == rule


async def test_an_event_is_reversed_once(pen: Connection) -> None:
    await pen.execute(happened(reverses="2"))

    with pytest.raises(asyncpg.UniqueViolationError) as refused:
        await pen.execute(happened(sequence="4", reverses="2"))

    assert refused.value.constraint_name == "loan_events_by_reversed"


@pytest.mark.parametrize(
    "change",
    [
        "update loan_events set amount_minor = 11 where sequence = 2",
        "update loan_events set reference = 'another'",
        "delete from loan_events where sequence = 2",
        "truncate loan_events",
    ],
)
async def test_what_has_happened_to_a_loan_stays_as_it_was(pen: Connection, change: str) -> None:
    with pytest.raises((asyncpg.InsufficientPrivilegeError, asyncpg.RestrictViolationError)):
        await pen.execute(change)


@pytest.mark.parametrize(
    "change",
    [
        "update loans set terms = '{}'",
        "update loans set key_facts = '{}'",
        "update loans set customer_id = 2",
        "update loans set account_number = 'AC-2'",
        "update loans set applied_by = 'another'",
        "update loan_products set currency = 'USD'",
        "update accruals set business_date = '2026-01-02'",
        "update sagas set name = 'another'; delete from sagas",
        "delete from loans where loan_id = '00000000-0000-0000-0000-000000000002'",
        "delete from loan_products",
        "delete from accruals",
        "alter table loan_events disable trigger stay_as_happened",
    ],
)
async def test_the_service_itself_cannot_change_what_was_agreed(kept: str, change: str) -> None:
    db = await asyncpg.connect(kept)
    async with db.transaction():
        await db.execute("set local role loan; set local search_path to loan")

        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await db.execute(change)
    await db.close()


WRONG: Mapping[str, tuple[str, str]] = {
    "nobody decided": (
        "update loans set decided_by = null, decided_at = null", "decided_by_somebody",
    ),
    "whoever applied has decided": (
        "update loans set decided_by = applied_by", "nobody_decides_his_own",
    ),
    "it is not known when it was decided": (
        "update loans set decided_at = null", "decided_whole",
    ),
    "its state has no name": ("update loans set state = 'lost'", "loans_state_check"),
    "more is paid out than agreed": (
        "update loans set disbursed_minor = 101", "disbursed_at_most_whole",
    ),
    "less than nothing is paid out": (
        "update loans set disbursed_minor = -1", "loans_disbursed_minor_check",
    ),
    "it is paid out on no day": (
        "update loans set disbursed_on = null", "disbursed_whole",
    ),
    "less than nothing is overdue": (
        "update loans set overdue_minor = -1", "loans_overdue_minor_check",
    ),
    "it is late by less than no days": (
        "update loans set days_past_due = -1", "loans_days_past_due_check",
    ),
    "less than nothing is due next": (
        "update loans set next_due_minor = -1", "loans_next_due_minor_check",
    ),
    "its class is none": (
        "update loans set classification = 'bad'", "loans_classification_check",
    ),
    "its movement has no name": (
        "update loans set operation_id = gen_random_uuid()", "operation_whole",
    ),
    "its movement is another's too": (
        "update loans set operation_id = '00000000-0000-0000-0000-000000000009', operation = 'x'",
        "loans_operation_id_key",
    ),
    "less than nothing is owed": (
        "update loans set outstanding_minor = -1",
        "outstanding_not_negative",
    ),
    "a line of its books has no name": (
        "insert into loan_books select loan_id, '', 1 from loans", "loan_books_line_check",
    ),
    "a line is in its books twice": (
        "insert into loan_books select loan_id, 'LOANS', n from loans, generate_series(1, 2) n",
        "loan_books_pkey",
    ),
    "its books are of no loan": (
        "insert into loan_books values (gen_random_uuid(), 'LOANS', 1)", "loan_books_loan_id_fkey",
    ),
    "an instalment has no number": (
        "insert into loan_instalments select loan_id, 0, now(), 1, 1, 0, 0, 0, 0, 2 from loans",
        "loan_instalments_number_check",
    ),
    "an accrual has no known end": (
        "insert into accruals values (gen_random_uuid(), now(), 'lost')", "accruals_state_check",
    ),
}  # fmt: skip


@pytest.mark.parametrize("fault", WRONG)
async def test_no_loan_is_kept_of_which(pen: Connection, fault: str) -> None:
    statement, rule = WRONG[fault]

    with pytest.raises(asyncpg.IntegrityConstraintViolationError) as refused:
        await pen.execute(statement)

    assert refused.value.constraint_name == rule


@pytest.mark.parametrize("number", range(7))
async def test_no_amount_of_an_instalment_is_negative(pen: Connection, number: int) -> None:
    amounts = [0] * 7
    amounts[number] = -1

    with pytest.raises(asyncpg.CheckViolationError) as refused:
        await pen.execute(
            "insert into loan_instalments values ($1, 1, '2026-02-01', $2, $3, $4, $5, $6, $7, $8)",
            LOAN,
            *amounts,
        )

    assert refused.value.constraint_name == "nothing_negative"
