"""Who a payee is, asked over real rails: what other banks say, by the end of what he goes by."""

from uuid import UUID

import pytest

from contracts.payment.payees import (
    GetPayeeLookup,
    LookupState,
    NameMatch,
    PayeeLookup,
    ResolvePayee,
)
from contracts.payment.values import Beneficiary
from contracts.rail.imps import ResolveAccount
from contracts.rail.payees import PayeeKnown
from contracts.rail.upi import ResolveAddress
from demo.rails.payees import tell
from demo.rails.side import SIDES
from tests.demo.conftest import Bank
from tests.fixtures.waiting import until

UPI, IMPS = SIDES["rail-upi"], SIDES["rail-imps"]
LOOKUP_ID = UUID(int=42)


def said(local: str) -> list[str]:
    """What is said at once and later of who goes by this address, by kind."""
    question = ResolveAddress(lookup_id=LOOKUP_ID, vpa=f"{local}@okaxis")
    reaction = tell(UPI, question, 100.0)
    later = [f"{type(each).__name__} at {due}" for due, each in reaction.later]
    return [*(type(each).__name__ for each in reaction.answers), *later]


@pytest.mark.parametrize(
    ("local", "answers"),
    [
        ("asha.rao", ["AddressResolved"]),
        ("asha0001", ["AddressUnknown"]),
        ("asha0002", ["AddressResolved at 108.0"]),
        ("asha0003", ["AddressResolved", "AddressResolved"]),
        ("asha0004", []),
        ("asha0005", []),
        ("asha0006", ["AddressResolved"]),
    ],
)
def test_a_question_is_answered_by_the_end_of_the_address(local: str, answers: list[str]) -> None:
    assert said(local) == answers


@pytest.mark.parametrize("local", ["42", "a" * 256, "..", "-_-", "ASHA--rao"])
def test_every_address_has_a_name(local: str) -> None:
    question = ResolveAddress(lookup_id=LOOKUP_ID, vpa=f"{local}@okaxis")

    [known] = tell(UPI, question, 0.0).answers

    assert isinstance(known, PayeeKnown)
    assert known.name


def test_an_account_has_the_same_name_each_time() -> None:
    question = ResolveAccount(
        lookup_id=LOOKUP_ID, account_number="50100234567890", ifsc="OTHR0000001"
    )

    first, again = (tell(IMPS, question, now).answers for now in (0.0, 9.0))
    [known] = first
    assert isinstance(known, PayeeKnown)
    assert known.name == "Asha Rao"
    assert again == first


@pytest.mark.integration
@pytest.mark.parametrize(
    ("payee", "state", "match"),
    [
        ({"vpa": "Asha.Rao@okaxis"}, LookupState.COMPLETED, NameMatch.EXACT),
        ({"vpa": "ravi.kumar@okaxis"}, LookupState.COMPLETED, NameMatch.DIFFERENT),
        ({"vpa": "asha.rao.0001@okaxis"}, LookupState.REFUSED, None),
        ({"vpa": "asha.rao.0002@okaxis"}, LookupState.COMPLETED, NameMatch.EXACT),
        (
            {"account_number": "50100234567890", "ifsc": "OTHR0000001"},
            LookupState.COMPLETED,
            NameMatch.EXACT,
        ),
    ],
)
async def test_the_bank_of_a_payee_is_asked_and_answers(
    bank: Bank, payee: dict[str, str], state: LookupState, match: NameMatch | None
) -> None:
    before = await bank.books()
    wish = ResolvePayee(beneficiary=Beneficiary(name="Asha Rao", **payee))
    asked = await bank.ask(wish, bank.alice)
    assert isinstance(asked, PayeeLookup), asked

    async def answered() -> PayeeLookup | None:
        found = await bank.ask(GetPayeeLookup(lookup_id=asked.lookup_id), bank.alice)
        assert isinstance(found, PayeeLookup)
        return found if found.state is not LookupState.PROCESSING else None

    found = await until(answered, 60, "the payee's bank has answered")

    assert (found.state, found.match) == (state, match)
    assert await bank.books() == before
