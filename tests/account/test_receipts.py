"""Receipts of entries: who gets one, and what anybody who holds it is told."""

from uuid import uuid4

import pytest

from contracts.account.movements import MakeTransfer, PostEntry, ReverseEntry
from contracts.account.receipts import GetCheckedReceipt, GetReceipt, Receipt
from contracts.envelope import Role, Subject
from contracts.money import Currency
from services.account.domain.refusals import EntryNotFound, UnknownReceipt
from services.account.sealing import code_of, entry_of
from tests.account.bank import Bank, Person
from tests.account.examples import BANK, CLEARING, TODAY, legs
from tests.builders import inr, staff

pytestmark = pytest.mark.integration

ANYBODY = Subject(id="gateway")
MANAGER = staff(Role.MANAGER)
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


async def receipt(bank: Bank, payer: Person, payee: Person, amount: str = "12.50") -> Receipt:
    wish = MakeTransfer(from_account=payer.number, to_account=payee.number, amount=inr(amount))
    made = await bank.do(wish)
    found = await bank.ask(GetReceipt(entry_id=made.entry_id), payer.subject)
    assert isinstance(found, Receipt)
    return found


async def test_both_parties_and_staff_get_the_same_receipt_and_nobody_else_any(bank: Bank) -> None:
    alice, bob, eve = [await bank.person("100") for _ in range(3)]
    shown = await receipt(bank, alice, bob)
    query = GetReceipt(entry_id=shown.entry_id)

    assert (shown.from_account, shown.to_account) == (alice.number, bob.number)
    assert (shown.amount_minor, shown.reversed_minor) == (1_250, 0)
    assert await bank.ask(query, bob.subject) == await bank.ask(query, MANAGER) == shown
    for wanted in (query, GetReceipt(entry_id=uuid4())):
        with pytest.raises(EntryNotFound):
            await bank.ask(wanted, eve.subject)


async def test_whoever_holds_the_code_learns_what_is_booked_and_the_last_digits(bank: Bank) -> None:
    alice, bob = await bank.person("100"), await bank.person("100")
    shown = await receipt(bank, alice, bob)

    checked = await bank.ask(GetCheckedReceipt(code=shown.code), ANYBODY)

    assert (checked.reference, checked.amount_minor, checked.currency, checked.booked_on) == (
        shown.reference, 1_250, Currency.INR, TODAY,
    )  # fmt: skip
    assert checked.from_account_ends == alice.number[-4:]
    assert checked.to_account_ends == bob.number[-4:]


async def test_a_receipt_tells_how_much_was_taken_back_since(bank: Bank) -> None:
    alice, bob = await bank.person("100"), await bank.person("100")
    shown = await receipt(bank, alice, bob)
    back = ReverseEntry(entry_id=shown.entry_id, reason="too much", amount=inr("2.50"))
    await bank.do(back, MANAGER)

    checked = await bank.ask(GetCheckedReceipt(code=shown.code), ANYBODY)

    assert (checked.amount_minor, checked.reversed_minor) == (1_250, 250)


async def test_an_entry_of_more_than_two_sides_names_no_accounts(bank: Bank) -> None:
    alice, bob = await bank.person("100"), await bank.person("100")
    sides = legs((alice.number, -300), (bob.number, 100), (CLEARING, 200))
    entry = PostEntry(reference=f"split-{uuid4()}", legs=sides)
    made = await bank.do(entry, BANK, sender="operator")

    shown = await bank.ask(GetReceipt(entry_id=made.entry_id), alice.subject)

    assert (shown.from_account, shown.to_account, shown.amount_minor) == (None, None, 300)


async def test_a_code_that_was_never_given_is_unknown(bank: Bank) -> None:
    alice, bob = await bank.person("100"), await bank.person("100")
    code = (await receipt(bank, alice, bob)).code

    for place, letter in enumerate(code):
        other = LETTERS[(LETTERS.index(letter) + 1) % len(LETTERS)]
        with pytest.raises(UnknownReceipt):
            await bank.ask(
                GetCheckedReceipt(code=f"{code[:place]}{other}{code[place + 1 :]}"), ANYBODY
            )
    with pytest.raises(UnknownReceipt):  # a good code, and no such entry
        await bank.ask(GetCheckedReceipt(code=code_of(uuid4())), ANYBODY)


def test_a_code_has_one_spelling() -> None:
    entry_id = uuid4()
    code = code_of(entry_id)

    opened = [entry_of(code[:-1] + letter) for letter in LETTERS]

    assert [found for found in opened if found] == [entry_id]
