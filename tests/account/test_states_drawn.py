"""Accounts and holds go the ways that docs/states.md draws, and no other."""

from itertools import permutations
from uuid import uuid4

import pytest

from contracts.account.accounts import ChangeAccountStatus
from contracts.account.holds import CaptureHold, ReleaseHold
from contracts.account.values import AccountStatus, HoldState
from contracts.envelope import Command, DomainError
from services.account.domain.commands.holds import expire_due_holds
from tests.account.examples import BANK, LATER, a_hold, decide, some_books
from tests.builders import ALICE, BOB, inr
from tests.pictures import OUTSIDE, Ways, beginnings, changes, ways


def test_an_account_goes_the_ways_that_are_drawn() -> None:
    found = {(a, b) for a, b in permutations(AccountStatus, 2) if _may_follow(a, b)}

    assert found == changes("Account")
    assert beginnings("Account") == {AccountStatus.ACTIVE}


def test_a_hold_goes_the_ways_that_are_drawn() -> None:
    found = {way for happening in range(len(HAPPENINGS)) for way in _ways_of_a_hold(happening)}

    assert found | {_way_of_a_release_that_came_first()} == {
        way for way in ways("Hold") if way[1] != OUTSIDE
    }


def _may_follow(before: AccountStatus, after: AccountStatus) -> bool:
    books = some_books(posted_minor=0, status=before)
    command = ChangeAccountStatus(account_number=ALICE, status=after, reason="a test")
    try:
        decide(books, command)
    except DomainError:
        return False
    return books.accounts[ALICE].status is after


HOLD_ID = uuid4()
HAPPENINGS: list[Command | None] = [
    CaptureHold(hold_id=HOLD_ID, to_account=BOB, amount=inr("10"), final=False),
    CaptureHold(hold_id=HOLD_ID, to_account=BOB, amount=inr("10")),
    CaptureHold(hold_id=HOLD_ID, to_account=BOB),
    ReleaseHold(hold_id=HOLD_ID, reason="a test"),
    None,  # its time passes
]


def _ways_of_a_hold(first: int) -> Ways:
    """What comes of a hold when this happens to it, and then everything else in turn."""
    books = some_books()
    decide(books, a_hold("100", hold_id=HOLD_ID, expires_at=LATER))
    states = [_told(books.holds[HOLD_ID].state)]
    for happening in (HAPPENINGS[first], *HAPPENINGS):
        try:
            if happening is None:
                books.now = LATER
                expire_due_holds(books)
            else:
                decide(books, happening)
        except DomainError:
            continue
        states.append(_told(books.holds[HOLD_ID].state))
    pairs = zip([OUTSIDE, *states], states, strict=False)
    return {(before, after) for before, after in pairs if before != after}


def _way_of_a_release_that_came_first() -> tuple[str, str]:
    books = some_books()
    released = ReleaseHold(hold_id=HOLD_ID, reason="a test")
    decide(books, released, BANK, sender="payment")

    with pytest.raises(DomainError):
        decide(books, a_hold("100", hold_id=HOLD_ID), BANK, sender="payment")
    return OUTSIDE, _told(books.holds[HOLD_ID].state)


def _told(state: HoldState) -> str:
    return state.value.lower()
