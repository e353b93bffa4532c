"""How the other bank answers over any rail, by the ending of the account number or address."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.rail.bodies import AddressTransfer, Credit, FromRail, Inquiry, Transfer
from contracts.rail.returns import TransferReturn
from demo.rails.behaviour import UNKNOWN_BENEFICIARY, Behaviour, Record, behaviour_of, react
from demo.rails.side import SIDES, Side
from tests.builders import an

TRANSFER_ID = UUID(int=42)
ENDINGS = {
    "9999": ["accepted"],
    "0001": ["refused"],
    "0002": [],
    "0003": ["accepted", "accepted"],
    "0004": [],
    "0005": [],
    "0006": ["refused"],
    "0007": ["accepted"],
    "0009": ["accepted"],
}


@dataclass
class Talk:
    """What is said over one rail about one transfer."""

    side: Side

    def __post_init__(self) -> None:
        self.inquiry = self.side.said.inquire(transfer_id=TRANSFER_ID)
        self.accepted = self.side.accepted(TRANSFER_ID)
        self.refused = self.side.refused(TRANSFER_ID, *UNKNOWN_BENEFICIARY)
        self.unaware = self.side.unaware(TRANSFER_ID)

    def to(self, name: str) -> Credit:
        """To the account of this number, or to the address that begins so."""
        if self.side.said.pays_addresses:
            address = f"{name}@okaxis"
            return an(AddressTransfer, transfer_id=TRANSFER_ID, beneficiary_vpa=address)
        return an(Transfer, transfer_id=TRANSFER_ID, beneficiary_account=name)

    def converse(self, *messages: tuple[Credit | Inquiry, float]) -> list[tuple[FromRail, ...]]:
        """What is answered at once to each message, sent so many seconds after midnight."""
        record: Record | None = None
        answers = []
        for message, now in messages:
            reaction = react(self.side, message, record, now)
            record = reaction.record
            answers.append(reaction.answers)
        return answers


@pytest.fixture(params=SIDES.values(), ids=list(SIDES))
def talk(request: pytest.FixtureRequest) -> Talk:
    return Talk(request.param)


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_first_submission_is_answered_by_the_accounts_ending(talk: Talk, ending: str) -> None:
    [answers] = talk.converse((talk.to(f"555000{ending}"), 0.0))

    assert list(answers) == [getattr(talk, name) for name in ENDINGS[ending]]


def test_a_late_answer_comes_after_eight_seconds_and_no_inquiry_brings_it_earlier(
    talk: Talk,
) -> None:
    late = talk.to("0000000002")

    assert react(talk.side, late, None, 100.0).later == ((108.0, talk.accepted),)
    assert talk.converse((late, 100.0), (talk.inquiry, 105.0), (talk.inquiry, 108.0)) == [
        (),
        (),
        (talk.accepted,),
    ]


def test_a_silent_bank_knows_the_transfer_when_asked(talk: Talk) -> None:
    silent = talk.to("0000000004")

    said = talk.converse((silent, 0.0), (silent, 1.0), (talk.inquiry, 5.0))

    assert said == [(), (), (talk.accepted,)]


def test_a_lost_submission_is_unknown_when_asked_and_accepted_when_sent_again(talk: Talk) -> None:
    lost, asked = talk.to("0000000005"), talk.inquiry

    assert talk.converse((lost, 0.0), (asked, 5.0), (lost, 6.0), (asked, 7.0)) == [
        (),
        (talk.unaware,),
        (talk.accepted,),
        (talk.accepted,),
    ]


def test_a_contradicting_bank_accepts_two_seconds_after_it_refused(talk: Talk) -> None:
    reaction = react(talk.side, talk.to("0000000006"), None, 0.0)

    assert reaction.later == ((2.0, talk.accepted),)


@pytest.mark.parametrize(
    ("ending", "at_once", "later"),
    [("0007", ["yes"], ["back"]), ("0008", ["back"], ["yes"]), ("0009", ["yes"], ["back", "back"])],
)
def test_a_bank_that_gives_back_says_so_after_or_before_its_yes_or_twice(
    talk: Talk, ending: str, at_once: list[str], later: list[str]
) -> None:
    order = talk.to(f"000000{ending}")

    reaction = react(talk.side, order, None, 0.0)

    def words(said: Iterable[FromRail]) -> list[str]:
        return ["back" if isinstance(each, TransferReturn) else "yes" for each in said]

    assert words(reaction.answers) == at_once
    assert [due for due, _ in reaction.later] == [2.0] * len(later)
    assert words([answer for _, answer in reaction.later]) == later
    back = [
        each
        for each in (*reaction.answers, *(answer for _, answer in reaction.later))
        if isinstance(each, TransferReturn)
    ]
    assert {each.amount for each in back} == {order.amount}
    assert len({each.return_id for each in back}) == len(back)


def test_a_transfer_that_was_never_submitted_is_unknown(talk: Talk) -> None:
    assert talk.converse((talk.inquiry, 0.0)) == [(talk.unaware,)]


@given(
    st.sampled_from(list(SIDES.values())),
    st.sampled_from([b for b in Behaviour if b is not Behaviour.CONTRADICTS]),
    st.lists(st.booleans(), max_size=8),
)
def test_a_transfer_is_judged_once(
    side: Side, behaviour: Behaviour, submissions: list[bool]
) -> None:
    talk = Talk(side)
    submit = talk.to(f"555000{behaviour}")
    messages = [(submit if s else talk.inquiry, 10.0 * n) for n, s in enumerate(submissions)]

    said = [answer for answers in talk.converse(*messages) for answer in answers]
    verdicts = {each for each in said if not isinstance(each, TransferReturn)} - {talk.unaware}

    assert len(verdicts) <= 1


def test_any_other_ending_is_accepted() -> None:
    assert behaviour_of("5550009999") is Behaviour.ACCEPTS
    assert behaviour_of("") is Behaviour.ACCEPTS


def test_what_stands_behind_the_at_of_an_address_chooses_nothing() -> None:
    assert behaviour_of("asha@handle0001") is Behaviour.ACCEPTS


def test_the_references_of_a_rail_begin_with_its_name(talk: Talk) -> None:
    assert talk.side.reference_of(TRANSFER_ID) == f"{talk.side.said.name}000000000042"
    assert talk.side.said.system.user == f"rail-{talk.side.said.name.lower()}"
