"""Payments that are measured with screening are compared with the whole list, and left by it."""

from collections.abc import Awaitable, Callable
from uuid import uuid4

import pytest

from contracts.envelope import Role
from contracts.payment.payments import Payment
from contracts.payment.screening import ListScreeningRules, ScreeningRule, ScreeningRules
from contracts.payment.values import Beneficiary, PaymentState
from services.payment.domain.screening import NameList
from tests.benchmarks import screening
from tests.builders import staff
from tests.fixtures.servers import Database
from tests.payment.conftest import desk, payments
from tests.payment.desk import Desk
from tests.payment.examples import HELD

__all__ = ["desk", "payments"]  # the fixtures
LISTED, PAYEE = "Dimo Rakeso", "Tavi Nuro"


def test_ten_thousand_different_names_are_listed_and_each_payment_is_to_another_payee() -> None:
    sent = screening.payments([f"account {number}" for number in range(1_000)], "token")

    assert len(set(screening.listed())) == screening.LISTED == 10_000
    assert len(set(sent)) == len(sent) == screening.PAYEES


def test_nobody_who_is_paid_is_stopped_by_the_list() -> None:
    names = NameList([(uuid4(), name) for name in screening.listed()], screening.THRESHOLD)

    assert not any(names.search(payee) for payee in screening.payees())


@pytest.mark.integration
async def test_a_list_and_bounds_hold_as_long_as_payments_are_measured_with_them(
    payments: Database, desk: Desk
) -> None:
    async def paid(name: str) -> Payment:
        payee = Beneficiary(name=name, account_number="5550009999", ifsc="HDFC0002255")
        payment_id = await desk.make(beneficiary=payee)
        await desk.hear(HELD)
        return await desk.see(payment_id, staff(Role.MANAGER))

    async def state(name: str) -> PaymentState:
        return (await paid(name)).state

    for _ in range(2):
        async with screening.screening(payments.admin_url, [LISTED], screening.BOUNDED):
            assert await state(LISTED) is PaymentState.PARKED
            assert await state(PAYEE) is PaymentState.PROCESSING
            assert (await _rule(desk.ask)).daily_count is not None
        assert await state(LISTED) is PaymentState.PROCESSING
        assert (await _rule(desk.ask)).daily_count is None
        async with screening.screening(payments.admin_url, [LISTED], screening.COSTING):
            assert await state(LISTED) is PaymentState.PARKED
            assert ((await paid(PAYEE)).fee_minor, (await paid(PAYEE)).gst_minor) == (500, 90)
        assert ((await paid(PAYEE)).fee_minor, (await paid(PAYEE)).gst_minor) == (0, 0)


async def _rule(ask: Callable[..., Awaitable[ScreeningRules]]) -> ScreeningRule:
    found = await ask(ListScreeningRules(), staff(Role.ADMIN))
    [rule] = [each for each in found.items if each.is_in_force]
    return rule
