"""Limits of products, changes of status and the opening of accounts, in memory."""

from datetime import timedelta
from typing import Any

import pytest

from contracts.account.accounts import ChangeAccountStatus, OpenAccount
from contracts.account.holds import CaptureHold, ReleaseHold
from contracts.account.movements import MakeTransfer, MakeWithdrawal
from contracts.account.products import Product
from contracts.account.values import AccountStatus, AccountType
from contracts.customer import Customer, CustomerStatus
from contracts.envelope import Role
from contracts.money import CurrencyMismatch
from services.account.domain.commands.opening import account_number, check_standing, product_for
from services.account.domain.ledger.standing import standing_of
from services.account.domain.refusals import (
    AccountClosed,
    AccountHasBalance,
    AccountHasHolds,
    CustomerNotActive,
    LimitExceeded,
    ProductMismatch,
    ProductNotOffered,
    UnknownAccount,
    UnknownProduct,
)
from tests.account.examples import (
    BOUND,
    PROFILE,
    TODAY,
    VAULT,
    a_hold,
    decide,
    limits,
    refuses,
    some_books,
)
from tests.builders import ALICE, ALICE_ID, BOB, an, customer, inr, staff

ALICE_HERSELF = customer(ALICE_ID)


def withdrawal(amount: str) -> MakeWithdrawal:
    return MakeWithdrawal(account_number=ALICE, amount=inr(amount))


def transfer(amount: str) -> MakeTransfer:
    return MakeTransfer(from_account=ALICE, to_account=BOB, amount=inr(amount))


def test_one_transaction_stays_within_its_limit() -> None:
    books = some_books(limits=limits(transaction=300))

    for wish in (withdrawal("300.01"), transfer("300.01"), a_hold("300.01")):
        refuses(LimitExceeded, books, wish)
    for wish in (withdrawal("300"), transfer("300"), a_hold("300")):
        decide(books, wish)


def test_a_day_stays_within_its_limit_whatever_the_channel() -> None:
    books = some_books(limits=limits(daily=500))
    decide(books, withdrawal("200"))
    decide(books, transfer("200"), ALICE_HERSELF)

    refuses(LimitExceeded, books, a_hold("100.01"))
    decide(books, a_hold("100"))
    refuses(LimitExceeded, books, withdrawal("0.01"))


def test_a_channel_stays_within_its_own_limit() -> None:
    books = some_books(limits=limits(online=100))

    decide(books, withdrawal("500"))
    decide(books, transfer("100"), ALICE_HERSELF)

    refuses(LimitExceeded, books, transfer("0.01"), ALICE_HERSELF)
    decide(books, transfer("0.01"))


def test_what_a_hold_did_not_need_can_be_used_again_the_same_day() -> None:
    books = some_books(limits=limits(daily=500))
    captured, released = decide(books, a_hold("200")), decide(books, a_hold("300"))

    decide(books, CaptureHold(hold_id=captured.hold_id, to_account=BOB, amount=inr("50")))
    decide(books, ReleaseHold(hold_id=released.hold_id))

    refuses(LimitExceeded, books, withdrawal("450.01"))
    decide(books, withdrawal("450"))


def test_what_a_hold_of_yesterday_gives_back_is_not_todays() -> None:
    books = some_books(limits=limits(daily=500))
    hold = decide(books, a_hold("500"))
    books.business_date += timedelta(days=1)
    books.used.clear()

    decide(books, ReleaseHold(hold_id=hold.hold_id))

    assert books.used == {}


def change(status: AccountStatus, number: str = ALICE) -> ChangeAccountStatus:
    return ChangeAccountStatus(account_number=number, status=status, reason="asked to")


def test_a_status_is_changed_and_described() -> None:
    books = some_books()

    changed = decide(books, change(AccountStatus.FROZEN))

    assert (changed.status, changed.customer_id, changed.reason) == (
        AccountStatus.FROZEN,
        ALICE_ID,
        "asked to",
    )
    assert changed.account.status is AccountStatus.FROZEN
    assert (changed.account.uuid, changed.account.balance_minor) == (PROFILE.uuid, 100_000)
    decide(books, change(AccountStatus.ACTIVE))


def test_only_an_empty_account_is_closed_and_that_for_good() -> None:
    books = some_books()
    hold = decide(books, a_hold("1000"))
    closing = change(AccountStatus.CLOSED)

    refuses(AccountHasHolds, books, closing)
    decide(books, ReleaseHold(hold_id=hold.hold_id))
    refuses(AccountHasBalance, books, closing)
    decide(books, withdrawal("1000"))
    decide(books, closing)

    refuses(AccountClosed, books, change(AccountStatus.ACTIVE))
    refuses(AccountClosed, books, closing)


@pytest.mark.parametrize("number", [VAULT, "AC-20990101-000001"])
def test_the_banks_own_accounts_have_no_status_to_change(number: str) -> None:
    refuses(UnknownAccount, some_books(), change(AccountStatus.FROZEN, number), staff(Role.ADMIN))


SAVINGS = an(Product, code="SAVINGS", account_type="SAVINGS", currency="INR")
SAVINGS_PLUS = an(Product, code="SAVINGS_PLUS", account_type="SAVINGS", currency="INR")
DOLLARS = an(Product, code="DOLLARS", account_type="CURRENT", currency="USD")
PRODUCTS = [DOLLARS, SAVINGS, SAVINGS_PLUS]


def opening(**fields: Any) -> OpenAccount:
    known = {"account_type": "SAVINGS", "currency": "INR", "product_code": None}
    return an(OpenAccount, **(known | fields))


def test_a_product_is_found_by_its_code_or_by_type_and_currency() -> None:
    assert product_for(opening(), PRODUCTS) is SAVINGS
    assert product_for(opening(product_code="SAVINGS_PLUS"), PRODUCTS) is SAVINGS_PLUS


@pytest.mark.parametrize(
    ("wish", "refusal"),
    [
        ({"account_type": "CURRENT"}, UnknownProduct),
        ({"currency": "USD"}, UnknownProduct),
        ({"product_code": "NO_SUCH"}, UnknownProduct),
        ({"product_code": "DOLLARS", "currency": "USD"}, ProductMismatch),
        ({"product_code": "DOLLARS", "account_type": "CURRENT"}, CurrencyMismatch),
    ],
)
def test_no_product_no_account(wish: dict[str, str], refusal: Any) -> None:
    with pytest.raises(refusal):
        product_for(opening(**wish), PRODUCTS)


@pytest.mark.parametrize("product_code", [None, "BOUND"])
@pytest.mark.parametrize("account_type", BOUND)
def test_no_bound_deposit_is_opened_even_where_its_product_is_known(
    account_type: AccountType, product_code: Any
) -> None:
    bound = an(Product, code="BOUND", account_type=account_type, currency="INR")
    wish = opening(account_type=account_type, product_code=product_code)

    with pytest.raises(ProductNotOffered) as refused:
        product_for(wish, [*PRODUCTS, bound])
    assert refused.value.code == "product-not-offered"


def test_accounts_are_for_active_customers() -> None:
    check_standing(standing_of(an(Customer, status=CustomerStatus.ACTIVE)))

    for status in (CustomerStatus.SUSPENDED, CustomerStatus.CLOSED):
        with pytest.raises(CustomerNotActive):
            check_standing(standing_of(an(Customer, status=status)))


def test_an_account_number_tells_its_day() -> None:
    assert account_number(TODAY, 1) == "AC-20260302-000001"
    assert account_number(TODAY, 1_234_567) == "AC-20260302-1234567"
