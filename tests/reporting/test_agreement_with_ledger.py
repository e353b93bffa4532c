"""What three services keep of the ledger's events is what the ledger itself says."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import pytest

from contracts.account.accounts import AccountOpened, ListPostings, OpenAccount, Postings
from contracts.account.books import GetTrialBalance, TrialBalance
from contracts.account.movements import (
    DepositMade,
    MakeDeposit,
    MakeTransfer,
    MakeWithdrawal,
    TransferMade,
    WithdrawalMade,
)
from contracts.account.products import BranchCreated, CreateBranch, CreateProduct, ProductCreated
from contracts.customer import CreateCustomer, CustomerCreated
from contracts.envelope import OPERATOR, Command, Message, Query, Role, Subject
from contracts.notification import ListNotifications, Notifications
from contracts.reporting import GetTrialBalanceReport, TrialBalanceReport
from contracts.transaction.history import Movements, SearchMovements
from infra.bus.ask import AskClient
from infra.deployment.definitions import load_services
from tests.builders import a_phone, an, inr, staff
from tests.fixtures.processes import all_running, asking
from tests.fixtures.servers import Database, Vhost
from tests.fixtures.waiting import until

pytestmark = pytest.mark.integration

M = TypeVar("M", bound=Message)
SERVICES = ["customer", "account", "reporting", "transaction", "notification"]


@dataclass
class Bank:
    client: AskClient
    operator: AskClient
    mailbox: Path

    async def ask(self, message: Command | Query, kind: type[M]) -> M:
        reply = await self.client.ask(message, subject=staff(Role.ADMIN), wait_seconds=10)
        assert isinstance(reply.message, kind), reply.message
        return reply.message

    async def open_account(self, name: str, deposit: str) -> str:
        person = an(CreateCustomer, first_name=name, email=f"{name}@example.com", phone=a_phone())
        customer = await self.ask(person, CustomerCreated)
        opening = OpenAccount(
            customer_id=customer.customer.id,
            account_type="SAVINGS",
            branch_code="BR001",
            initial_deposit_minor=inr(deposit).minor,
        )
        return (await self.ask(opening, AccountOpened)).account.account_number

    async def ledger(self) -> TrialBalance:
        """The books themselves, for which there is no route."""
        reply = await self.operator.ask(
            GetTrialBalance(), subject=Subject(id=OPERATOR), wait_seconds=10
        )
        assert isinstance(reply.message, TrialBalance), reply.message
        return reply.message

    def mails(self) -> int:
        return len(list(self.mailbox.glob("*.eml")))


@pytest.fixture
async def bank(
    database: Database, vhost: Vhost, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Bank]:
    monkeypatch.setenv("BANK_DATA", str(tmp_path))
    async with (
        all_running(load_services(SERVICES), database, vhost),
        asking(vhost) as client,
        asking(vhost, OPERATOR) as operator,
    ):
        bank = Bank(client, operator, tmp_path / "mailbox")
        await bank.ask(an(CreateBranch, code="BR001"), BranchCreated)
        savings = CreateProduct(code="SAVINGS", name="Savings", account_type="SAVINGS")
        await bank.ask(savings, ProductCreated)
        yield bank


async def test_reports_history_and_e_mails_agree_with_the_ledger(bank: Bank) -> None:
    alice, bob = await bank.open_account("Alice", "1000"), await bank.open_account("Bob", "500")

    await asyncio.gather(
        *(bank.ask(MakeDeposit(account_number=alice, amount=inr("10")), DepositMade)
          for _ in range(10)),
        *(bank.ask(MakeWithdrawal(account_number=bob, amount=inr("5")), WithdrawalMade)
          for _ in range(10)),
        *(bank.ask(MakeTransfer(from_account=alice, to_account=bob, amount=inr("3")), TransferMade)
          for _ in range(10)),
    )  # fmt: skip

    ledger = await bank.ledger()
    # Two initial deposits and thirty entries, of two postings each.
    await until(lambda: _counted(bank, 64))
    report = await bank.ask(GetTrialBalanceReport(as_of=ledger.as_of), TrialBalanceReport)
    assert report.lines == ledger.lines
    assert report.gaps == 0
    for account in (alice, bob):
        await _same_history(bank, account)
    await until(lambda: _mails(bank, 42))


async def _counted(bank: Bank, postings: int) -> bool:
    report = await bank.ask(GetTrialBalanceReport(), TrialBalanceReport)
    return report.postings_counted == postings


async def _same_history(bank: Bank, account: str) -> None:
    ledger = await bank.ask(ListPostings(account_number=account, limit=200), Postings)
    search = SearchMovements(account_number=account, limit=200)

    async def complete() -> bool:
        return len((await bank.ask(search, Movements)).items) == len(ledger.items)

    await until(complete)
    history = await bank.ask(search, Movements)
    assert [each.model_dump(exclude={"customer_id", "counterparty"}) for each in history.items] == [
        each.model_dump() for each in ledger.items
    ]


async def _mails(bank: Bank, count: int) -> bool:
    log = await bank.ask(ListNotifications(limit=200), Notifications)
    return len(log.items) == count == bank.mails()
