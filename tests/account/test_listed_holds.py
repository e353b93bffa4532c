"""The holds of an account, and what an entry says of those that take it back."""

from datetime import timedelta

import pytest

from contracts.account.holds import CaptureHold, ListHolds, ReleaseHold
from contracts.account.movements import GetEntry, MakeTransfer, ReverseEntry
from contracts.account.values import HoldState
from contracts.envelope import Role
from infra.data.paging import InvalidCursor
from services.account.domain.refusals import UnknownAccount
from tests.account.bank import Bank
from tests.account.examples import a_hold
from tests.builders import inr, staff

pytestmark = pytest.mark.integration

AUDITOR, MANAGER = staff(Role.AUDITOR), staff(Role.MANAGER)


async def test_holds_are_listed_newest_first_page_by_page_whatever_became_of_them(
    bank: Bank,
) -> None:
    alice, bob = await bank.person("100"), await bank.person()
    placed = [await bank.do(a_hold(f"{amount}", alice.number)) for amount in (1, 2, 3)]
    bank.now += timedelta(minutes=1)
    placed.append(await bank.do(a_hold("4", alice.number)))
    await bank.do(a_hold("50", bob.number))
    await bank.do(ReleaseHold(hold_id=placed[0].hold_id))
    await bank.do(CaptureHold(hold_id=placed[3].hold_id, to_account=bob.number))

    first = await bank.ask(ListHolds(account_number=alice.number, limit=2), alice.subject)
    rest = await bank.ask(ListHolds(account_number=alice.number, cursor=first.next_cursor))

    shown = [*first.items, *rest.items]
    assert (len(first.items), rest.next_cursor) == (2, None)
    assert shown[0].hold_id == placed[3].hold_id
    assert {each.hold_id for each in shown} == {each.hold_id for each in placed}
    assert sorted(each.amount_minor for each in shown if each.state is HoldState.OPEN) == [200, 300]


@pytest.mark.parametrize(
    ("state", "amounts"),
    [(HoldState.OPEN, [200]), (HoldState.RELEASED, [100]), (HoldState.EXPIRED, [])],
)
async def test_holds_are_found_by_what_became_of_them(
    bank: Bank, state: HoldState, amounts: list[int]
) -> None:
    alice = await bank.person("100")
    released = await bank.do(a_hold("1", alice.number))
    await bank.do(a_hold("2", alice.number))
    await bank.do(ReleaseHold(hold_id=released.hold_id))

    found = await bank.ask(ListHolds(account_number=alice.number, state=state))

    assert [each.amount_minor for each in found.items] == amounts


async def test_nobody_sees_the_holds_of_somebody_else(bank: Bank) -> None:
    alice, bob = await bank.person("100"), await bank.person()
    await bank.do(a_hold("1", alice.number))

    for number in (alice.number, "AC-20990101-000001"):
        with pytest.raises(UnknownAccount):
            await bank.ask(ListHolds(account_number=number), bob.subject)
    with pytest.raises(InvalidCursor):
        await bank.ask(ListHolds(account_number=alice.number, cursor="x"))


async def test_an_entry_says_by_what_and_how_far_it_was_taken_back(bank: Bank) -> None:
    alice, bob = await bank.person("100"), await bank.person("100")
    made = await bank.do(
        MakeTransfer(from_account=alice.number, to_account=bob.number, amount=inr("10"))
    )
    before = await bank.ask(GetEntry(entry_id=made.entry_id), AUDITOR)
    part = ReverseEntry(entry_id=made.entry_id, reason="too much", amount=inr("3"))
    backs = [await bank.do(part, MANAGER)]
    bank.now += timedelta(minutes=1)
    backs.append(await bank.do(ReverseEntry(entry_id=made.entry_id, reason="all"), MANAGER))

    after = await bank.ask(GetEntry(entry_id=made.entry_id), bob.subject)
    back = await bank.ask(GetEntry(entry_id=backs[0].entry_id), AUDITOR)

    assert (before.reversed_by, before.reversed_minor) == ((), 0)
    assert after.reversed_by == tuple(each.entry_id for each in backs)
    assert after.reversed_minor == 1_000
    assert (back.reverses, back.reversed_by) == (made.entry_id, ())
