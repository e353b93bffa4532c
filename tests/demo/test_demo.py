"""The demo at work: people with accounts, and payments to a bank of many manners."""

import asyncio
import os
import sys

import pytest

from contracts.payment.values import PaymentState, Rail
from contracts.sagas import StepState
from demo.rails.side import SIDES
from demo.seed.asking import Seeder
from demo.seed.report import report
from demo.seed.seeding import seed
from tests.demo.conftest import Bank
from tests.fixtures.waiting import until

pytestmark = pytest.mark.integration

every_rail = pytest.mark.parametrize("rail", Rail)


async def test_seeding_again_changes_nothing_and_says_the_same(bank: Bank) -> None:
    before = await bank.balance(bank.accounts["bob"])

    first = await seed(Seeder(bank.operator))
    second = await seed(Seeder(bank.operator))

    numbers = [[a.account_number for a in demo.accounts] for demo in (first, second)]
    assert numbers[0] == numbers[1]
    assert first.logins == second.logins
    assert report(first, is_new=True).row_count == 9
    assert (await bank.balance(bank.accounts["bob"])).balance_minor == before.balance_minor


async def test_the_seeding_process_shows_who_can_sign_in_and_with_which_accounts(
    bank: Bank,
) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "demo.seed", stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "BANK_AMQP_URL": bank.vhost.url("operator")},
    )  # fmt: skip
    output, _ = await process.communicate()

    assert process.returncode == 0
    shown = output.decode()
    assert all(name in shown for name in ("admin", "manager", "teller", "auditor"))
    assert all(number in shown for number in bank.accounts.values())


@every_rail
async def test_a_payment_to_another_bank_moves_the_money_into_clearing(
    bank: Bank, rail: Rail
) -> None:
    minor = await bank.fund(rail)
    before = await bank.balance(bank.accounts["alice"])
    line = f"GL-CLEARING-{rail}-INR"
    clearing = (await bank.books()).get(line, 0)

    payment = await bank.ended(await bank.pay("5550009999", minor, rail=rail))

    assert payment.state is PaymentState.COMPLETED
    assert payment.rail_reference == SIDES[f"rail-{rail.lower()}"].reference_of(payment.payment_id)
    assert [step.state for step in payment.steps] == [StepState.DONE] * 4
    after = await bank.balance(bank.accounts["alice"])
    assert after.balance_minor == before.balance_minor - minor
    assert after.held_minor == 0
    assert (await bank.books())[line] == clearing + minor


@every_rail
@pytest.mark.parametrize(
    "account",
    ["5550000002", "5550000003", "5550000004", "5550000005"],
    ids=["answered late", "answered twice", "known only when asked", "lost at first"],
)
async def test_a_rail_that_answers_badly_still_moves_the_money_once(
    bank: Bank, account: str, rail: Rail
) -> None:
    minor = await bank.fund(rail)
    before = await bank.balance(bank.accounts["alice"])

    payment = await bank.ended(await bank.pay(account, minor, rail=rail))

    assert payment.state is PaymentState.COMPLETED
    after = await bank.balance(bank.accounts["alice"])
    assert (after.balance_minor, after.held_minor) == (before.balance_minor - minor, 0)


@every_rail
async def test_a_refused_payment_gives_the_money_back(bank: Bank, rail: Rail) -> None:
    minor = await bank.fund(rail)
    before = await bank.balance(bank.accounts["alice"])

    payment = await bank.ended(await bank.pay("5550000001", minor, rail=rail))

    assert (payment.state, payment.reason) == (PaymentState.FAILED, "unknown-beneficiary")
    after = await bank.balance(bank.accounts["alice"])
    assert (after.balance_minor, after.held_minor) == (before.balance_minor, 0)


async def test_a_payment_from_anothers_account_fails_as_if_it_were_not_there(bank: Bank) -> None:
    payment_id = await bank.pay("5550009999", from_account=bank.accounts["bob"])

    payment = await bank.ended(payment_id)

    assert (payment.state, payment.reason) == (PaymentState.FAILED, "unknown-account")


async def test_a_payment_beyond_the_balance_fails_with_the_accounts_code(bank: Bank) -> None:
    balance = await bank.balance(bank.accounts["alice"])

    payment = await bank.ended(await bank.pay("5550009999", balance.available_minor + 1))

    assert (payment.state, payment.reason) == (PaymentState.FAILED, "insufficient-funds")


@every_rail
async def test_an_acceptance_after_a_refusal_stands_in_suspense(bank: Bank, rail: Rail) -> None:
    minor = await bank.fund(rail)
    before = await bank.balance(bank.accounts["alice"])
    suspense = (await bank.books()).get("GL-SUSPENSE-INR", 0)

    payment = await bank.ended(await bank.pay("5550000006", minor, rail=rail))

    async def has_come() -> bool:
        return (await bank.books()).get("GL-SUSPENSE-INR", 0) != suspense

    await until(has_come, 60, "the late money is booked")

    payment = await bank.payment(payment.payment_id)
    assert (payment.state, payment.needs_attention) == (PaymentState.FAILED, True)
    assert (await bank.books())["GL-SUSPENSE-INR"] == suspense - minor
    after = await bank.balance(bank.accounts["alice"])
    assert after.available_minor == before.available_minor


async def test_many_payments_at_once_all_end_whole(bank: Bank) -> None:
    before = await bank.balance(bank.accounts["alice"])
    endings = ["9999", "0001", "0003", "0004", "0005"]

    ids = await asyncio.gather(*(bank.pay(f"555000{endings[n % 5]}", 1_00) for n in range(50)))
    payments = await asyncio.gather(*(bank.ended(payment_id) for payment_id in ids))

    completed = [p for p in payments if p.state is PaymentState.COMPLETED]
    assert len(completed) == 40
    after = await bank.balance(bank.accounts["alice"])
    assert (after.balance_minor, after.held_minor) == (before.balance_minor - 40_00, 0)
