"""What people are shown of accounts and the books, and what they are not."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest

from contracts.account.accounts import GetAccount, GetBalance, ListAccounts, ListPostings
from contracts.account.books import GetTrialBalance
from contracts.account.holds import CaptureHold, GetHold, ReleaseHold
from contracts.account.movements import (
    GetEntry,
    MakeDeposit,
    MakeTransfer,
    MakeWithdrawal,
    PostEntry,
)
from contracts.account.products import ListBranches, ListProducts
from contracts.account.values import AccountStatus, EntryKind
from contracts.envelope import Role, Subject
from contracts.money import Currency
from infra.data.paging import InvalidCursor
from services.account.domain.ledger.books import Wanted
from services.account.domain.ledger.entries import Draft, Leg
from services.account.domain.refusals import EntryNotFound, HoldNotFound, UnknownAccount
from services.account.store import AccountStore
from tests.account.bank import Bank, Person
from tests.account.examples import BANK, CLEARING, NOON, TODAY, VAULT, a_hold, legs
from tests.builders import inr, staff

pytestmark = pytest.mark.integration

AUDITOR = staff(Role.AUDITOR)


def deposit(person: Person, amount: str) -> MakeDeposit:
    return MakeDeposit(account_number=person.number, amount=inr(amount))


def transfer(source: Person, target: Person, amount: str) -> MakeTransfer:
    return MakeTransfer(from_account=source.number, to_account=target.number, amount=inr(amount))


async def test_an_account_shows_what_is_there_and_what_is_free(bank: Bank) -> None:
    await bank.offer("OVERDRAFT", overdraft_limit_minor=5_000)
    alice = await bank.person("100", of="OVERDRAFT")
    await bank.do(a_hold("30", alice.number))

    account = await bank.ask(GetAccount(account_number=alice.number), alice.subject)

    assert (account.balance_minor, account.held_minor, account.available_minor) == (
        10_000,
        3_000,
        12_000,
    )
    assert (account.overdraft_limit_minor, account.product_code) == (5_000, "OVERDRAFT")
    assert (account.status, account.branch_code) == (AccountStatus.ACTIVE, "BR001")
    assert (account.customer_id, account.opened_at) == (alice.id, NOON)


async def test_a_customer_never_learns_of_anybody_elses(bank: Bank) -> None:
    alice, bob = await bank.person("100"), await bank.person("100")
    hold = await bank.do(a_hold("1", alice.number))
    made = await bank.do(deposit(alice, "1"))
    secrets: list[tuple[Any, Any]] = [
        (GetAccount(account_number=alice.number), UnknownAccount),
        (GetBalance(account_number=alice.number), UnknownAccount),
        (ListPostings(account_number=alice.number), UnknownAccount),
        (GetBalance(account_number=VAULT), UnknownAccount),
        (ListPostings(account_number=VAULT), UnknownAccount),
        (GetEntry(entry_id=made.entry_id), EntryNotFound),
        (GetHold(hold_id=hold.hold_id), HoldNotFound),
    ]

    for query, refusal in secrets:
        with pytest.raises(refusal):
            await bank.ask(query, bob.subject)


async def test_what_is_not_there_is_not_found(bank: Bank) -> None:
    nowhere = "AC-20990101-999999"
    early = uuid4()
    await bank.do(ReleaseHold(hold_id=early), BANK, sender="payment")
    nothing: list[tuple[Any, Any]] = [
        (GetAccount(account_number=nowhere), UnknownAccount),
        (GetAccount(account_number=VAULT), UnknownAccount),
        (GetBalance(account_number=nowhere), UnknownAccount),
        (ListPostings(account_number=nowhere), UnknownAccount),
        (GetEntry(entry_id=uuid4()), EntryNotFound),
        (GetHold(hold_id=uuid4()), HoldNotFound),
        (GetHold(hold_id=early), HoldNotFound),
    ]

    for query, refusal in nothing:
        with pytest.raises(refusal):
            await bank.ask(query)


async def test_accounts_are_listed_newest_first_a_customers_own_to_him(bank: Bank) -> None:
    people = [await bank.person(None) for _ in range(5)]

    first = await bank.ask(ListAccounts(limit=3))
    second = await bank.ask(ListAccounts(limit=3, cursor=first.next_cursor))

    numbers = [account.account_number for account in [*first.items, *second.items]]
    assert numbers[:5] == [person.number for person in reversed(people)]
    own = await bank.ask(ListAccounts(), people[0].subject)
    assert [account.account_number for account in own.items] == [people[0].number]
    of_another = ListAccounts(customer_id=people[1].id)
    assert (await bank.ask(of_another, people[0].subject)).items == ()
    tied_to_nobody = Subject(id="u-1", role=Role.CUSTOMER)
    assert (await bank.ask(ListAccounts(), tied_to_nobody)).items == ()
    assert len((await bank.ask(of_another)).items) == 1
    closed = await bank.ask(ListAccounts(status=AccountStatus.CLOSED))
    assert (closed.items, closed.next_cursor) == ((), None)


async def test_a_balance_can_be_asked_for_as_of_any_day(bank: Bank) -> None:
    alice = await bank.person("100")
    bank.now = NOON + timedelta(days=2)
    await bank.do(deposit(alice, "50"))
    await bank.do(a_hold("1", alice.number))

    async def on(day: date | None) -> tuple[int, int, int]:
        balance = await bank.ask(GetBalance(account_number=alice.number, as_of=day), alice.subject)
        return balance.balance_minor, balance.held_minor, balance.available_minor

    assert await on(None) == await on(TODAY + timedelta(days=2)) == (15_000, 100, 14_900)
    assert await on(date.max) == (15_000, 100, 14_900)
    assert await on(TODAY + timedelta(days=1)) == await on(TODAY) == (10_000, 0, 10_000)
    assert await on(TODAY - timedelta(days=1)) == await on(date.min) == (0, 0, 0)
    bank.now = NOON


async def test_as_of_is_the_end_of_the_business_day_in_the_banks_zone(bank: Bank) -> None:
    alice = await bank.person("100")
    yesterday = TODAY - timedelta(days=1)

    past = await bank.ask(GetBalance(account_number=alice.number, as_of=yesterday))
    now = await bank.ask(GetBalance(account_number=alice.number))

    assert past.as_of.isoformat() == "2026-03-01T18:30:00+00:00"  # midnight in India
    assert now.as_of == NOON


async def test_postings_are_listed_newest_first_with_their_running_balance(bank: Bank) -> None:
    alice, bob = await bank.person("100"), await bank.person(None)
    await bank.batch(*[transfer(alice, bob, str(amount)) for amount in (1, 2, 3)])

    first = await bank.ask(ListPostings(account_number=alice.number, limit=3), alice.subject)
    rest = await bank.ask(
        ListPostings(account_number=alice.number, limit=3, cursor=first.next_cursor)
    )

    shown = [
        (posting.sequence, posting.amount_minor, posting.balance_after_minor)
        for posting in [*first.items, *rest.items]
    ]
    assert shown == [(4, -300, 9_400), (3, -200, 9_700), (2, -100, 9_900), (1, 10_000, 10_000)]
    assert rest.next_cursor is None


@pytest.mark.parametrize(
    ("filters", "sequences"),
    [
        ({}, [2, 1]),
        ({"kind": "DEPOSIT"}, [1]),
        ({"kind": "FEE"}, []),
        ({"booked_from": TODAY}, [2, 1]),
        ({"booked_from": TODAY + timedelta(days=1)}, []),
        ({"booked_to": TODAY - timedelta(days=1)}, []),
        ({"booked_from": TODAY, "booked_to": TODAY, "kind": "WITHDRAWAL"}, [2]),
    ],
)
async def test_postings_are_filtered(
    bank: Bank, filters: dict[str, Any], sequences: list[int]
) -> None:
    alice = await bank.person("100")
    await bank.do(MakeWithdrawal(account_number=alice.number, amount=inr("5")))

    found = await bank.ask(ListPostings(account_number=alice.number, **filters))

    assert [posting.sequence for posting in found.items] == sequences


async def test_a_made_up_cursor_is_refused(bank: Bank) -> None:
    for query in (ListAccounts(cursor="x"), ListPostings(account_number=VAULT, cursor="x")):
        with pytest.raises(InvalidCursor):
            await bank.ask(query)


async def test_a_transfer_shows_both_sides_and_to_a_customer_no_balance_but_his(bank: Bank) -> None:
    alice, bob = await bank.person("100"), await bank.person("900")
    made = await bank.do(transfer(alice, bob, "1"))
    query = GetEntry(entry_id=made.entry_id)

    for_staff = await bank.ask(query, AUDITOR)
    for_bob = await bank.ask(query, bob.subject)

    assert (for_staff.reference, for_staff.amount_minor) == (made.reference, 100)
    both = [(alice.number, -100), (bob.number, 100)]
    assert [(side.account_number, side.amount_minor) for side in for_staff.postings] == both
    assert [(side.account_number, side.amount_minor) for side in for_bob.postings] == both
    assert [(side.sequence, side.balance_after_minor) for side in for_staff.postings] == [
        (2, 9_900),
        (2, 90_100),
    ]
    assert [(side.sequence, side.balance_after_minor) for side in for_bob.postings] == [
        (None, None),
        (2, 90_100),
    ]
    assert for_bob.amount_minor == for_staff.amount_minor


async def test_of_an_entry_with_many_sides_a_customer_sees_his_own(bank: Bank) -> None:
    alice, bob = await bank.person("100"), await bank.person("100")
    sides = legs((alice.number, -300), (bob.number, 100), (CLEARING, 200))
    posted = await bank.do(
        PostEntry(reference=f"split-{uuid4()}", legs=sides), BANK, sender="operator"
    )

    for_bob = await bank.ask(GetEntry(entry_id=posted.entry_id), bob.subject)

    assert [(side.account_number, side.balance_after_minor) for side in for_bob.postings] == [
        (bob.number, 10_100)
    ]


async def test_a_hold_is_shown_with_its_history(bank: Bank) -> None:
    alice, bob = await bank.person("100"), await bank.person()
    hold = await bank.do(a_hold("30", alice.number))
    captured = await bank.do(
        CaptureHold(hold_id=hold.hold_id, to_account=bob.number, amount=inr("10"))
    )

    shown = await bank.ask(GetHold(hold_id=hold.hold_id), alice.subject)

    assert shown.model_dump() == captured.model_dump(exclude={"entry_id"})


async def test_the_trial_balance_balances_and_knows_its_days(bank: Bank) -> None:
    before = await bank.ask(GetTrialBalance(as_of=TODAY), AUDITOR)
    bank.now = NOON + timedelta(days=5)
    await bank.person("700")
    own = legs((CLEARING, -500), ("GL-SUSPENSE-INR", 500))
    await bank.do(PostEntry(reference=f"own-{uuid4()}", legs=own), BANK)

    eve = await bank.ask(GetTrialBalance(as_of=TODAY + timedelta(days=4)), AUDITOR)
    after = await bank.ask(GetTrialBalance(), AUDITOR)

    for report in (before, eve, after):
        debits = sum(line.debit_minor for line in report.lines)
        assert debits == sum(line.credit_minor for line in report.lines) > 0
    assert (before.as_of, after.as_of) == (TODAY, TODAY + timedelta(days=5))
    assert await bank.ask(GetTrialBalance(as_of=TODAY), AUDITOR) == before
    vault_then, vault_now = [
        next(line for line in report.lines if line.gl_code == "CASH") for report in (eve, after)
    ]
    assert vault_now.debit_minor == vault_then.debit_minor + 70_000
    bank.now = NOON


async def test_turnover_may_grow_beyond_64_bits(bank: Bank) -> None:
    numbers, huge = ("GL-FEE-INCOME-JPY", "GL-SUSPENSE-JPY"), 10**18
    async with bank.connection() as db, db.transaction():
        store = AccountStore(db)
        wanted = Wanted(numbers=set(numbers))
        books = await store.open_books(wanted, now=bank.now, business_date=TODAY)
        one, other = [books.accounts[number] for number in numbers]
        for place in range(20):
            there = huge if place % 2 else -huge
            books.book(
                Draft(
                    reference=f"huge-{place}",
                    kind=EntryKind.MANUAL,
                    currency=Currency.JPY,
                    legs=(Leg(one, there), Leg(other, -there)),
                    description="",
                    value_date=TODAY,
                    caused_by=uuid4(),
                    actor="test",
                    owner="operator",
                )
            )
        await store.record(books)

    report = await bank.ask(GetTrialBalance(), AUDITOR)

    yen = [line for line in report.lines if line.currency is Currency.JPY]
    assert [(line.debit_minor, line.credit_minor) for line in yen] == [(10 * huge, 10 * huge)] * 2


async def test_what_is_on_offer_is_listed_by_code(bank: Bank) -> None:
    await bank.offer(
        "A_LIMITED", transaction_limit_minor=5, channel_daily_limits_minor={"ONLINE": 3}
    )

    products = (await bank.ask(ListProducts(), staff())).items
    branches = (await bank.ask(ListBranches())).items

    assert [product.code for product in products] == sorted(p.code for p in products)
    assert products[0].channel_daily_limits_minor == {"ONLINE": 3}
    assert products[0].transaction_limit_minor == 5
    assert [branch.code for branch in branches] == ["BR001"]
