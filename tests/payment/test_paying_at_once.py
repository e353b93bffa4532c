"""How much leaves an account at once is bounded, also when two payments are made together; and
what changes the list of names waits for what is on its way out."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest

from contracts.account.holds import PlaceHold
from contracts.envelope import DomainError
from contracts.payment.screening import AddScreeningRule
from contracts.rail.imps import RailRefused
from infra.handling.context import Asked
from tests.builders import customer
from tests.fixtures.servers import Databases
from tests.fixtures.waiting import until
from tests.payment.desk import Desk, context, payment_of
from tests.payment.examples import HELD
from tests.payment.test_beneficiaries import added, paid, removed
from tests.payment.test_beneficiaries import bounded as limited
from tests.payment.test_screening import ADMIN, TODAY, listed, paid_to, refusal_of, to
from tests.payment.test_ways_round_cooling import DAVE

pytestmark = pytest.mark.integration


@pytest.fixture
async def desks(databases: Databases) -> AsyncIterator[tuple[Desk, Desk]]:
    """Two processes of one service."""
    async with databases.fresh(("payment",)) as database:
        first, second = [await asyncpg.connect(database.url("payment")) for _ in range(2)]
        yield Desk(first), Desk(second)
        await first.close()
        await second.close()


async def until_blocked(desk: Desk) -> None:
    """Until somebody waits for what the desk holds."""

    async def is_blocking() -> Any:
        return await desk.store.db.fetchval(
            "select exists (select from pg_stat_activity"
            " where pg_backend_pid() = any(pg_blocking_pids(pid)))"
        )

    await until(is_blocking, what="somebody waits")


async def bounded(desk: Desk, **bounds: Any) -> None:
    await desk.ask(AddScreeningRule(valid_from=TODAY, threshold=90, **bounds), ADMIN)


async def test_no_more_payments_leave_an_account_in_an_hour_than_the_rule_lets(desk: Desk) -> None:
    await bounded(desk, hourly_count=2)
    await desk.make()
    await desk.make()

    assert await refusal_of(desk.make()) == "too-many-payments"


async def test_two_payments_in_one_batch_are_both_counted(desk: Desk) -> None:
    await bounded(desk, daily_most_minor=700_00)
    asked = [Asked(payment_of(), context(customer())) for _ in range(2)]

    outcomes = await desk.ask_all(*asked)

    assert [isinstance(each, DomainError) for each in outcomes] == [False, True]
    assert outcomes[1].code == "too-much-at-once"


async def test_a_payment_that_failed_leaves_room_for_another(desk: Desk) -> None:
    await bounded(desk, daily_count=1)
    payment_id = await desk.make()
    await desk.hear(HELD)
    await desk.hear_rail(RailRefused(transfer_id=payment_id, code="no-such-account", detail=""))

    await desk.make()


async def test_two_payments_at_once_cannot_both_slip_under_a_bound(
    desks: tuple[Desk, Desk],
) -> None:
    desk, other = desks
    await bounded(desk, hourly_count=1)
    first = desk.store.db.transaction()
    await first.start()
    await desk.make()

    second = asyncio.create_task(refusal_of(other.make()))
    await until_blocked(desk)
    await first.commit()

    assert await second == "too-many-payments"


async def test_two_payments_at_once_cannot_both_slip_under_the_limit_of_a_payee(
    desks: tuple[Desk, Desk],
) -> None:
    desk, other = desks
    listed = await added(desk, daily_most_minor=700_00)
    first = desk.store.db.transaction()
    await first.start()
    await paid(desk, listed.beneficiary_id)

    second = asyncio.create_task(refusal_of(paid(other, listed.beneficiary_id)))
    await until_blocked(desk)
    await first.commit()

    assert await second == "beneficiary-limit-exceeded"


async def test_two_payments_at_once_cannot_both_slip_under_what_goes_to_new_payees(
    desks: tuple[Desk, Desk],
) -> None:
    desk, other = desks
    await limited(desk, cooling_most_minor=700_00)
    one, another = await added(desk), await added(desk, DAVE)
    first = desk.store.db.transaction()
    await first.start()
    await paid(desk, one.beneficiary_id)

    second = asyncio.create_task(refusal_of(paid(other, another.beneficiary_id)))
    await until_blocked(desk)
    await first.commit()

    assert await second == "beneficiary-is-new"


async def test_two_payments_at_once_to_payees_on_no_list_are_both_counted(
    desks: tuple[Desk, Desk],
) -> None:
    desk, other = desks
    await limited(desk, cooling_most_minor=700_00, unlisted_are_new=True)
    first = desk.store.db.transaction()
    await first.start()
    await desk.make(beneficiary=DAVE)

    second = asyncio.create_task(refusal_of(other.make()))
    await until_blocked(desk)
    await first.commit()

    assert await second == "beneficiary-is-new"


async def test_a_payment_that_comes_while_its_payee_is_removed_is_not_accepted(
    desks: tuple[Desk, Desk],
) -> None:
    desk, other = desks
    listed = await added(desk)
    removing = desk.store.db.transaction()
    await removing.start()
    await removed(desk, listed.beneficiary_id)

    payment = asyncio.create_task(refusal_of(paid(other, listed.beneficiary_id)))
    await until_blocked(desk)
    await removing.commit()

    assert await payment == "beneficiary-already-removed"


async def test_another_account_is_not_counted_with_it(desk: Desk) -> None:
    await bounded(desk, hourly_count=1)
    await desk.make()

    await desk.make(from_account="AC-20250709-999999")


async def test_a_change_of_the_list_waits_until_what_was_compared_has_left(
    desks: tuple[Desk, Desk],
) -> None:
    desk, other = desks
    leaving = desk.store.db.transaction()
    await leaving.start()
    await paid_to(desk, "Viktor Bout")

    change = asyncio.create_task(listed(other, "Viktor Bout"))
    await until_blocked(desk)
    assert not change.done()
    await leaving.commit()

    await change


async def test_a_payment_that_comes_while_the_list_changes_waits_and_goes_by_the_new_one(
    desks: tuple[Desk, Desk],
) -> None:
    desk, other = desks
    await desk.make(beneficiary=to("Viktor Bout"))
    change = other.store.db.transaction()
    await change.start()
    await listed(other, "Viktor Bout")

    hearing = asyncio.create_task(desk.hear(HELD))
    await until_blocked(other)
    await change.commit()
    await hearing

    assert desk.kinds() == [PlaceHold]
