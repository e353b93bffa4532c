"""How the other bank answers, by the ending of the beneficiary's account number."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.rail import InquireTransfer, RailAccepted, RailRefused, RailUnaware, SubmitTransfer
from demo.rails.imps.behaviour import Answer, Behaviour, Record, behaviour_of, react, reference_of
from tests.builders import an

TRANSFER_ID = UUID(int=42)
INQUIRY = InquireTransfer(transfer_id=TRANSFER_ID)
ACCEPTED = RailAccepted(transfer_id=TRANSFER_ID, rail_reference=reference_of(TRANSFER_ID))
REFUSED = RailRefused(
    transfer_id=TRANSFER_ID,
    code="unknown-beneficiary",
    detail="The other bank has no such account.",
)
UNAWARE = RailUnaware(transfer_id=TRANSFER_ID)


def to(account: str) -> SubmitTransfer:
    return an(SubmitTransfer, transfer_id=TRANSFER_ID, beneficiary_account=account)


def converse(*messages: tuple[SubmitTransfer | InquireTransfer, float]) -> list[tuple[Answer, ...]]:
    """What is answered at once to each message, sent so many seconds after midnight."""
    record: Record | None = None
    answers = []
    for message, now in messages:
        reaction = react(message, record, now)
        record = reaction.record
        answers.append(reaction.answers)
    return answers


@pytest.mark.parametrize(
    ("account", "answers"),
    [
        ("5550009999", (ACCEPTED,)),
        ("5550000001", (REFUSED,)),
        ("5550000002", ()),
        ("5550000003", (ACCEPTED, ACCEPTED)),
        ("5550000004", ()),
        ("5550000005", ()),
        ("5550000006", (REFUSED,)),
    ],
)
def test_a_first_submission_is_answered_by_the_accounts_ending(
    account: str, answers: tuple[Answer, ...]
) -> None:
    assert converse((to(account), 0.0)) == [answers]


def test_a_late_answer_comes_after_eight_seconds_and_no_inquiry_brings_it_earlier() -> None:
    assert react(to("0000000002"), None, 100.0).later == ((108.0, ACCEPTED),)
    assert converse((to("0000000002"), 100.0), (INQUIRY, 105.0), (INQUIRY, 108.0)) == [
        (),
        (),
        (ACCEPTED,),
    ]


def test_a_silent_bank_knows_the_transfer_when_asked() -> None:
    silent = to("0000000004")

    assert converse((silent, 0.0), (silent, 1.0), (INQUIRY, 5.0)) == [(), (), (ACCEPTED,)]


def test_a_lost_submission_is_unknown_when_asked_and_accepted_when_sent_again() -> None:
    lost = to("0000000005")

    assert converse((lost, 0.0), (INQUIRY, 5.0), (lost, 6.0), (INQUIRY, 7.0)) == [
        (),
        (UNAWARE,),
        (ACCEPTED,),
        (ACCEPTED,),
    ]


def test_a_contradicting_bank_accepts_two_seconds_after_it_refused() -> None:
    assert react(to("0000000006"), None, 0.0).later == ((2.0, ACCEPTED),)


def test_a_transfer_that_was_never_submitted_is_unknown() -> None:
    assert converse((INQUIRY, 0.0)) == [(UNAWARE,)]


@given(
    st.sampled_from([b for b in Behaviour if b is not Behaviour.CONTRADICTS]),
    st.lists(st.booleans(), max_size=8),
)
def test_a_transfer_is_judged_once(behaviour: Behaviour, submissions: list[bool]) -> None:
    submit = to(f"555000{behaviour}")
    messages = [(submit if s else INQUIRY, 10.0 * n) for n, s in enumerate(submissions)]

    verdicts = {answer for said in converse(*messages) for answer in said} - {UNAWARE}

    assert len(verdicts) <= 1


def test_any_other_ending_is_accepted() -> None:
    assert behaviour_of("5550009999") is Behaviour.ACCEPTS
    assert behaviour_of("") is Behaviour.ACCEPTS
