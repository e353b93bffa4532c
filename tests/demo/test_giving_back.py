"""The demo at work the other way round: other banks ask for what they have paid in, over every
rail."""

import asyncio
import os
import sys
from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts.account.accounts import ChangeAccountStatus
from contracts.account.values import AccountStatus
from contracts.envelope import Command
from contracts.payment.incoming import IncomingState
from contracts.payment.incoming_recalls import (
    AgreeToRecall,
    IncomingRecall,
    IncomingRecalls,
    IncomingRecallState,
    ListIncomingRecalls,
    RecallRefusalCode,
    RefuseRecall,
)
from contracts.payment.values import Rail
from contracts.rail.credits import CreditArrival
from contracts.rail.recalls import key_of
from demo.rails.incoming import leave
from demo.rails.side import SIDES
from tests.builders import inr
from tests.demo.conftest import Bank
from tests.demo.test_incoming import arrival, ended, say
from tests.fixtures.waiting import until

pytestmark = pytest.mark.integration

every_rail = pytest.mark.parametrize("rail", Rail)
State = IncomingRecallState
SECONDS = 60.0


async def paid_in(bank: Bank, rail: Rail) -> CreditArrival:
    """Ten rupees that Alice has."""
    wish = arrival(bank, rail)
    say(bank, rail, wish)
    assert (await ended(bank, wish.credit_id)).state is IncomingState.COMPLETED
    return wish


def ask(bank: Bank, rail: Rail, transfer_id: UUID, **fields: Any) -> UUID:
    """The other bank asks for it; the id by which we know that."""
    user = f"rail-{rail.lower()}"
    values: dict[str, Any] = {
        "recall_id": uuid4(), "transfer_id": transfer_id, "amount": inr("10"), "code": "DUPL",
    }  # fmt: skip
    wish = SIDES[user].said.recalls.arrived(**(values | fields))
    leave(bank.folder / user, wish)
    return key_of(wish.recall_id, rail)


async def recall(bank: Bank, key: UUID, state: State) -> IncomingRecall:
    """It, once it stands so."""

    async def has_come() -> IncomingRecall | None:
        found = await bank.ask(ListIncomingRecalls(state=state, limit=200))
        assert isinstance(found, IncomingRecalls)
        return next((each for each in found.items if each.recall_id == key), None)

    return await until(has_come, SECONDS, f"the recall is {state}")


async def decide(bank: Bank, command: Command) -> None:
    found = await bank.ask(command)
    assert isinstance(found, IncomingRecall), found


@every_rail
async def test_what_we_agree_to_goes_from_the_customer_to_the_other_bank_once(
    bank: Bank, rail: Rail
) -> None:
    line, alice = f"GL-CLEARING-{rail}-INR", bank.accounts["alice"]
    before, books = await bank.balance(alice), await bank.books()
    credit = await paid_in(bank, rail)
    recall_id = uuid4()
    for _ in range(3):
        key = ask(bank, rail, credit.transfer_id, recall_id=recall_id)

    await recall(bank, key, State.PENDING)
    await decide(bank, AgreeToRecall(recall_id=key, reason="she agrees"))
    found = await recall(bank, key, State.RETURNED)

    assert (found.answer_code, found.needs_attention) == (None, False)
    after = await bank.balance(alice)
    assert (after.balance_minor, after.held_minor) == (before.balance_minor, before.held_minor)
    assert (await bank.books()).get(line, 0) == books.get(line, 0)


@every_rail
async def test_what_we_refuse_stays_with_the_customer(bank: Bank, rail: Rail) -> None:
    credit = await paid_in(bank, rail)
    before = await bank.balance(bank.accounts["alice"])
    key = ask(bank, rail, credit.transfer_id)

    await recall(bank, key, State.PENDING)
    no = RefuseRecall(recall_id=key, code=RecallRefusalCode.CUST, reason="it was owed")
    await decide(bank, no)
    found = await recall(bank, key, State.REFUSED)

    assert found.answer_code == "CUST"
    after = await bank.balance(bank.accounts["alice"])
    assert (after.balance_minor, after.held_minor) == (before.balance_minor, before.held_minor)


@every_rail
async def test_what_was_never_paid_in_is_refused_by_itself(bank: Bank, rail: Rail) -> None:
    found = await recall(bank, ask(bank, rail, uuid4()), State.REFUSED)

    assert (found.answer_code, found.decided_by) == ("NOOR", None)


@every_rail
async def test_what_was_given_back_is_not_given_back_again(bank: Bank, rail: Rail) -> None:
    credit = await paid_in(bank, rail)
    first = ask(bank, rail, credit.transfer_id)
    await recall(bank, first, State.PENDING)
    await decide(bank, AgreeToRecall(recall_id=first, reason="she agrees"))
    await recall(bank, first, State.RETURNED)

    found = await recall(bank, ask(bank, rail, credit.transfer_id), State.REFUSED)

    assert found.answer_code == "ARDT"


@every_rail
async def test_an_account_that_nothing_leaves_gives_nothing_back(bank: Bank, rail: Rail) -> None:
    credit = await paid_in(bank, rail)
    key = ask(bank, rail, credit.transfer_id)
    await recall(bank, key, State.PENDING)
    alice = bank.accounts["alice"]
    await bank.ask(
        ChangeAccountStatus(account_number=alice, status=AccountStatus.FROZEN, reason="court")
    )

    await decide(bank, AgreeToRecall(recall_id=key, reason="she agrees"))
    found = await recall(bank, key, State.REFUSED)
    await bank.ask(
        ChangeAccountStatus(account_number=alice, status=AccountStatus.ACTIVE, reason="over")
    )

    assert (found.answer_code, found.refused_because) == ("AGNT", "account-frozen")


async def test_whoever_plays_another_bank_asks_by_a_command(bank: Bank) -> None:
    credit = await paid_in(bank, Rail.IMPS)
    recall_id = uuid4()

    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "demo.rails.recall", "IMPS", str(credit.transfer_id), "10.00",
        "--code", "FRAD", "--id", str(recall_id),
        env={**os.environ, "BANK_DATA": str(bank.folder / "rail-imps")},
    )  # fmt: skip
    assert await process.wait() == 0

    assert (await recall(bank, key_of(recall_id, "IMPS"), State.PENDING)).code == "FRAD"
