"""What staff move beyond an amount waits for another; customers and our own services never do."""

import asyncio
from uuid import UUID, uuid4

import asyncpg
import pytest

from contracts.account.accounts import Account, AccountOpened, GetAccount
from contracts.account.holds import CaptureHold, HoldCaptured, HoldPlaced, PlaceHold
from contracts.account.movements import (
    DepositMade,
    MakeDeposit,
    MakeTransfer,
    MakeWithdrawal,
    TransferMade,
)
from contracts.account.values import EntryKind
from contracts.approvals import ApprovalNeeded, ApproveCommand, CommandApproved
from contracts.envelope import Command, Message, OutcomeState, Role, Subject
from contracts.money import Currency, Money, Whole
from services.account.domain.commands.weighing import Weighed, captured_whole, why_it_waits
from tests.account.examples import CLEARING
from tests.account.world import ADMIN, TELLER, World, expect, opening
from tests.builders import ALICE, BOB, customer

MANAGER = Subject(id="manager-1", role=Role.MANAGER)
ALLOWED, TOO_MUCH = 200_000_00, 200_000_01  # minor units of INR
TERMS = {"above": "200000.00"}
HOLD = UUID(int=7)


def money(minor: int, currency: Currency = Currency.INR) -> Money:
    return Money(minor=minor, currency=currency)


def wishes(account: str, other: str, minor: int) -> list[Command]:
    """Each command that moves this much and that staff may send."""
    return [
        MakeDeposit(account_number=account, amount=money(minor)),
        MakeWithdrawal(account_number=account, amount=money(minor)),
        MakeTransfer(from_account=account, to_account=other, amount=money(minor)),
        opening(initial_deposit_minor=minor),
    ]


@pytest.mark.parametrize(
    ("currency", "allowed_minor"),
    [(Currency.INR, 20_000_000), (Currency.JPY, 200_000), (Currency.KWD, 200_000_000)],
)
def test_the_amount_counts_in_the_units_of_its_currency(
    currency: Currency, allowed_minor: int
) -> None:
    def deposit(minor: int) -> MakeDeposit:
        return MakeDeposit(account_number=ALICE, amount=money(minor, currency))

    assert why_it_waits(deposit(allowed_minor), TERMS, {}) is None
    assert currency in (why_it_waits(deposit(allowed_minor + 1), TERMS, {}) or "")


@pytest.mark.parametrize("place", range(4))
def test_every_way_to_move_money_is_weighed(place: int) -> None:
    less, more = (wishes(ALICE, BOB, minor)[place] for minor in (ALLOWED, TOO_MUCH))
    assert isinstance(less, Weighed)
    assert isinstance(more, Weighed)

    assert why_it_waits(less, TERMS, {}) is None
    assert why_it_waits(more, TERMS, {}) == "It moves more than 200000.00 INR."


@pytest.mark.parametrize("amount", [None, Whole(currency=Currency.INR)])
def test_a_capture_of_all_that_is_held_moves_that_much(amount: Whole | None) -> None:
    capture = CaptureHold(hold_id=HOLD, to_account=BOB, amount=amount)

    assert captured_whole([capture]) == {HOLD}
    assert why_it_waits(capture, TERMS, {HOLD: money(ALLOWED)}) is None
    assert why_it_waits(capture, TERMS, {HOLD: money(TOO_MUCH)}) is not None
    assert why_it_waits(capture, TERMS, {}) is None  # there is nothing to move


def test_a_capture_of_a_part_moves_the_part() -> None:
    part = CaptureHold(hold_id=HOLD, to_account=BOB, amount=money(ALLOWED))

    assert captured_whole([part]) == set()
    assert why_it_waits(part, TERMS, {}) is None


def test_an_empty_account_has_nothing_to_weigh() -> None:
    assert why_it_waits(opening(initial_deposit_minor=0), TERMS, {}) is None


async def deposit(world: World, account: str, minor: int) -> None:
    """In parts that need nobody."""
    wish = MakeDeposit(account_number=account, amount=money(minor))
    expect(DepositMade, await world.ask(wish))


async def rich(world: World) -> Account:
    """An account with 400,000.00."""
    account = await world.opened(ALLOWED)
    await deposit(world, account.account_number, ALLOWED)
    return account


async def balance(world: World, number: str) -> int:
    return expect(Account, await world.ask(GetAccount(account_number=number))).balance_minor


async def approve(world: World, needed: Message) -> CommandApproved:
    approval_id = expect(ApprovalNeeded, needed).approval_id
    command = ApproveCommand(approval_id=approval_id)
    return expect(CommandApproved, await world.ask(command, MANAGER, owner="account"))


@pytest.mark.integration
@pytest.mark.parametrize("subject", [TELLER, ADMIN], ids=lambda subject: subject.role)
async def test_above_the_amount_staff_wait_and_below_they_do_not(
    world: World, subject: Subject
) -> None:
    source, target = await rich(world), await world.opened(0)
    numbers = source.account_number, target.account_number

    below = [await world.ask(wish, subject) for wish in wishes(*numbers, ALLOWED)]
    above = [await world.ask(wish, subject) for wish in wishes(*numbers, TOO_MUCH)]

    assert not [each for each in below if isinstance(each, ApprovalNeeded)]
    assert {type(each) for each in above} == {ApprovalNeeded}
    assert await balance(world, target.account_number) == ALLOWED


@pytest.mark.integration
async def test_what_waits_is_booked_when_a_manager_approves_it(world: World) -> None:
    source, target = await rich(world), await world.opened(0)
    numbers = source.account_number, target.account_number

    for wish in wishes(*numbers, TOO_MUCH)[:3]:
        approved = await approve(world, await world.ask(wish))
        assert approved.outcome is not None
        expected = OutcomeState.COMPLETED
        assert approved.outcome.state is expected, approved.outcome

    assert await balance(world, numbers[0]) == 400_000_00 - TOO_MUCH
    assert await balance(world, numbers[1]) == TOO_MUCH


@pytest.mark.integration
@pytest.mark.parametrize("amount", [None, money(TOO_MUCH)])
async def test_a_hold_is_no_way_round_it(world: World, amount: Money | None) -> None:
    source, target = await rich(world), await world.opened(0)
    hold = PlaceHold(
        hold_id=uuid4(),
        account_number=source.account_number,
        amount=money(TOO_MUCH),
        reason="a car",
    )
    expect(HoldPlaced, await world.ask(hold))
    capture = CaptureHold(hold_id=hold.hold_id, to_account=target.account_number, amount=amount)

    needed = await world.ask(capture)

    assert await balance(world, target.account_number) == 0
    approved = await approve(world, needed)
    assert approved.outcome is not None
    assert approved.outcome.state is OutcomeState.COMPLETED
    assert await balance(world, target.account_number) == TOO_MUCH


@pytest.mark.integration
async def test_a_payment_that_staff_have_made_is_captured_without_waiting(world: World) -> None:
    """The saga captures for the bank itself, whoever the payer is."""
    source = await rich(world)
    hold = PlaceHold(
        hold_id=uuid4(),
        account_number=source.account_number,
        amount=money(TOO_MUCH),
        reason="a payment",
    )
    capture = CaptureHold(
        hold_id=hold.hold_id, to_account=CLEARING, kind=EntryKind.PAYMENT, final=True
    )
    async with world.asking_as("payment") as payment:
        placed = await payment.ask(hold, subject=TELLER, wait_seconds=30)
        captured = await payment.ask(capture, subject=Subject(id="payment"), wait_seconds=30)

    expect(HoldPlaced, placed.message)
    expect(HoldCaptured, captured.message)


@pytest.mark.integration
async def test_an_account_is_opened_when_its_deposit_is_approved(world: World) -> None:
    message_id = uuid4()
    wish = opening(initial_deposit_minor=TOO_MUCH)

    approved = await approve(world, await world.ask(wish, id=message_id))

    assert approved.outcome is not None
    opened = expect(AccountOpened, await world.ask(wish, id=message_id)).account
    assert opened.balance_minor == TOO_MUCH
    assert approved.outcome.body == AccountOpened(account=opened).model_dump_json()


@pytest.mark.integration
async def test_customers_move_their_own_money_without_waiting(world: World) -> None:
    source, target = await rich(world), await world.opened(0)
    wish = MakeTransfer(
        from_account=source.account_number,
        to_account=target.account_number,
        amount=money(TOO_MUCH),
    )

    expect(TransferMade, await world.ask(wish, customer(source.customer_id)))


@pytest.mark.integration
async def test_the_bank_itself_waits_for_nobody(world: World) -> None:
    """The operator's tools, which open the accounts of the demo."""
    await world.ask(opening())  # as staff, so that the branch is known to be there
    body = opening(initial_deposit_minor=TOO_MUCH)
    async with world.asking_as("operator") as operator:
        reply = await operator.ask(body, subject=Subject(id="operator"), wait_seconds=30)

    expect(AccountOpened, reply.message)


@pytest.mark.integration
async def test_of_a_batch_only_the_large_ones_wait(world: World) -> None:
    account = await world.opened(0)
    amounts = [TOO_MUCH if turn % 10 == 0 else 1 for turn in range(50)]

    replies = await asyncio.gather(
        *(
            world.ask(MakeDeposit(account_number=account.account_number, amount=money(minor)))
            for minor in amounts
        )
    )

    assert [type(each) for each in replies].count(ApprovalNeeded) == 5
    assert await balance(world, account.account_number) == 45


@pytest.mark.integration
async def test_the_terms_of_the_open_day_decide(world: World) -> None:
    account = await world.opened(0)
    admin = await asyncpg.connect(world.database.admin_url)
    await admin.execute(
        "insert into account.terms values"
        " ('staff-movements', 2, '2026-01-01', '{\"above\": \"300000.00\"}', 'test', now()),"
        " ('staff-movements', 3, '2999-01-01', '{\"above\": \"1.00\"}', 'test', now())"
    )
    await admin.close()

    async def paid_in(minor: int) -> Message:
        wish = MakeDeposit(account_number=account.account_number, amount=money(minor))
        return await world.ask(wish)

    expect(DepositMade, await paid_in(300_000_00))
    expect(ApprovalNeeded, await paid_in(300_000_01))
