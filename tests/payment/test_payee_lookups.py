"""Who a payee is: asked over the rail that finds him, on a real database."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from contracts.envelope import DomainError, Message, Role, Subject
from contracts.payment.payees import (
    GetPayeeLookup,
    LookupState,
    NameMatch,
    PayeeLookedUp,
    PayeeLookup,
    ResolvePayee,
)
from contracts.payment.values import Beneficiary
from contracts.rail.imps import AccountResolved, AccountUnknown, ResolveAccount
from contracts.rail.upi import AddressResolved, AddressUnknown, ResolveAddress
from infra.handling.telling import Send
from services.payment.domain.payees import LOOKUPS_MAX_OF_CUSTOMER, TooManyLookups
from tests.builders import an, customer, staff
from tests.payment.desk import NOON, Desk
from tests.payment.examples import CAROL, CAROLS_ADDRESS
from tests.pictures import beginnings, changes

pytestmark = pytest.mark.integration

TELLER = staff(Role.TELLER)


async def ask(
    desk: Desk, payee: Beneficiary = CAROLS_ADDRESS, by: Subject | None = None, **known: Any
) -> UUID:
    wish = ResolvePayee(beneficiary=payee)
    lookup: PayeeLookup = await desk.ask(wish, by or customer(), **known)
    assert lookup.state is LookupState.PROCESSING
    return lookup.lookup_id


async def see(desk: Desk, lookup_id: UUID, by: Subject | None = None, **known: Any) -> PayeeLookup:
    query = GetPayeeLookup(lookup_id=lookup_id)
    found: PayeeLookup = await desk.ask(query, by or customer(), **known)
    return found


def asked(desk: Desk) -> list[Message]:
    return [each.command for each in desk.sent if isinstance(each, Send)]


async def code_of(desk: Desk, payee: Beneficiary, **known: Any) -> str | None:
    try:
        await ask(desk, payee, **known)
    except DomainError as refusal:
        return refusal.code
    return None


async def test_an_address_is_asked_about_over_upi_and_an_account_over_imps(desk: Desk) -> None:
    of_address, of_account = await ask(desk), await ask(desk, CAROL)

    assert asked(desk) == [
        ResolveAddress(lookup_id=of_address, vpa="carol@okaxis"),
        ResolveAccount(lookup_id=of_account, account_number=CAROL.account_number, ifsc=CAROL.ifsc),
    ]


@pytest.mark.parametrize(
    ("name", "match"),
    [
        ("CAROL", NameMatch.EXACT),
        ("C\u00e0rol.", NameMatch.EXACT),
        ("Carol Mendes", NameMatch.CLOSE),
        ("Ravi Kumar", NameMatch.DIFFERENT),
    ],
)
async def test_what_the_bank_says_is_seen_with_how_like_the_names_are(
    desk: Desk, name: str, match: NameMatch
) -> None:
    lookup_id = await ask(desk)

    await desk.hear_rail(
        AddressResolved(lookup_id=lookup_id, name=name, bank="AXIS", account_ending="7890")
    )

    found = await see(desk, lookup_id)
    assert (found.state, found.match) == (LookupState.COMPLETED, match)
    assert (found.name, found.bank, found.account_ending) == (name, "AXIS", "7890")
    assert desk.sent[-1] == PayeeLookedUp(lookup_id=lookup_id)


async def test_nobody_is_found_where_there_is_nobody(desk: Desk) -> None:
    lookup_id = await ask(desk, CAROL)

    await desk.hear_rail(AccountUnknown(lookup_id=lookup_id))

    found = await see(desk, lookup_id)
    assert (found.state, found.name, found.match) == (LookupState.REFUSED, None, None)


async def test_the_first_word_of_the_rail_that_was_asked_holds(desk: Desk) -> None:
    lookup_id = await ask(desk)

    await desk.hear_rail(an(AccountResolved, lookup_id=lookup_id, name="Another"))
    assert (await see(desk, lookup_id)).state is LookupState.PROCESSING

    await desk.hear_rail(an(AddressResolved, lookup_id=lookup_id, name="Carol"))
    await desk.hear_rail(an(AddressResolved, lookup_id=lookup_id, name="Another"))
    await desk.hear_rail(AddressUnknown(lookup_id=lookup_id))

    assert (await see(desk, lookup_id)).name == "Carol"
    assert desk.sent.count(PayeeLookedUp(lookup_id=lookup_id)) == 1


async def test_a_bank_that_says_nothing_is_silent_until_it_does(desk: Desk) -> None:
    lookup_id = await ask(desk)
    later = NOON + timedelta(seconds=31)

    assert (await see(desk, lookup_id, now=later)).state is LookupState.EXPIRED

    await desk.hear_rail(an(AddressResolved, lookup_id=lookup_id))
    assert (await see(desk, lookup_id, now=later)).state is LookupState.COMPLETED


async def test_a_question_goes_the_ways_that_are_drawn(desk: Desk) -> None:
    found: set[tuple[str, str]] = set()
    for waits in (False, True):
        for answer in (AddressResolved, AddressUnknown, None):
            lookup_id = await ask(desk)
            now = NOON + timedelta(seconds=31) if waits else NOON
            before = (await see(desk, lookup_id, now=now)).state
            found.add((LookupState.PROCESSING, before))
            if answer is not None:
                await desk.hear_rail(an(answer, lookup_id=lookup_id))
            found.add((before, (await see(desk, lookup_id, now=now)).state))

    assert {(a, b) for a, b in found if a != b} == changes("Question about a payee")
    assert beginnings("Question about a payee") == {LookupState.PROCESSING}


async def test_a_question_is_seen_by_who_asked_and_by_staff(desk: Desk) -> None:
    own, of_staff = await ask(desk), await ask(desk, by=TELLER)

    assert (await see(desk, own, TELLER)).lookup_id == own
    for lookup_id, viewer in ((own, customer(8)), (of_staff, customer())):
        with pytest.raises(DomainError) as refused:
            await see(desk, lookup_id, viewer)
        assert refused.value.code == "payee-lookup-not-found"


async def test_one_person_gathers_no_names(desk: Desk) -> None:
    for number in range(LOOKUPS_MAX_OF_CUSTOMER):
        await ask(desk, now=NOON + timedelta(seconds=number))

    with pytest.raises(TooManyLookups) as refused:
        await ask(desk, now=NOON + timedelta(minutes=59))
    assert refused.value.retry_after_seconds == 60
    assert len(asked(desk)) == LOOKUPS_MAX_OF_CUSTOMER

    await ask(desk, by=TELLER)
    await ask(desk, now=NOON + timedelta(hours=1, seconds=1))


@pytest.mark.parametrize(
    ("payee", "code"),
    [
        (Beneficiary(name="Carol", vpa="carol@nobodys"), "unknown-handle"),
        (
            Beneficiary(name="Carol", account_number="5550009999", ifsc="BANK0000001"),
            "not-another-bank",
        ),
    ],
)
async def test_who_cannot_be_paid_is_not_asked_about(
    desk: Desk, payee: Beneficiary, code: str
) -> None:
    assert await code_of(desk, payee) == code
    assert desk.sent == []
