"""How the other bank answers over any rail when it is to give back, by whom the transfer paid."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from contracts.rail.bodies import AddressTransfer, Credit, FromRail, Transfer
from contracts.rail.recalls import RecallAgreement, RecallRefusal, RecallRequest
from contracts.rail.returns import TransferReturn
from contracts.rail.said import Order
from demo.rails.batches import react_to
from demo.rails.behaviour import Reaction, Record, react
from demo.rails.memory import Memory
from demo.rails.side import SIDES, Side
from tests.builders import an, inr

TRANSFER_ID, RECALL_ID = UUID(int=42), UUID(int=43)


class Talk:
    """One transfer that was sent to the other bank, and what it says when asked for it."""

    def __init__(self, side: Side) -> None:
        self.side = side
        self.records: dict[UUID, Record] = {}

    def pay(self, ending: str) -> None:
        reaction = react(self.side, self.credit(f"555000{ending}"), None, 0.0)
        self.records[TRANSFER_ID] = reaction.record

    def credit(self, name: str) -> Credit:
        values = {"transfer_id": TRANSFER_ID, "amount": inr("500")}
        if self.side.said.pays_addresses:
            return an(AddressTransfer, **values, beneficiary_vpa=f"{name}@okaxis")
        return an(Transfer, **values, beneficiary_account=name)

    def recall(self) -> RecallRequest:
        return self.side.said.recalls.ask(
            recall_id=RECALL_ID, transfer_id=TRANSFER_ID, amount=inr("500"), code="DUPL"
        )

    def ask(self, now: float) -> Reaction:
        [reaction] = react_to(self.side, self.recall(), self.records.get, now)
        self.records[RECALL_ID] = reaction.record
        return reaction


@pytest.fixture(params=SIDES.values(), ids=list(SIDES))
def talk(request: pytest.FixtureRequest) -> Talk:
    return Talk(request.param)


def word(said: FromRail) -> str:
    if isinstance(said, RecallRefusal):
        return said.code
    assert isinstance(said, RecallAgreement | TransferReturn)
    return "yes" if isinstance(said, RecallAgreement) else "money"


def words(reaction: Reaction) -> tuple[list[str], list[tuple[float, str]]]:
    """What is said at once, and what at which second."""
    later = [(due, word(said)) for due, said in reaction.later]
    return [word(said) for said in reaction.answers], later


@pytest.mark.parametrize(
    ("ending", "at_once", "later"),
    [
        ("9999", ["yes"], [(102.0, "money")]),
        ("0001", ["NOOR"], []),
        ("0006", ["NOOR"], []),
        ("0007", ["ARDT"], []),
        ("0008", ["ARDT"], []),
        ("0009", ["ARDT"], []),
        ("0010", ["CUST"], []),
        ("0011", [], [(108.0, "yes"), (110.0, "money")]),
        ("0012", [], []),
        ("0013", ["CUST"], [(102.0, "yes"), (104.0, "money")]),
    ],
)
def test_a_recall_is_answered_by_whom_the_transfer_has_paid(
    talk: Talk, ending: str, at_once: list[str], later: list[tuple[float, str]]
) -> None:
    talk.pay(ending)

    assert words(talk.ask(100.0)) == (at_once, later)


def test_what_was_never_seen_is_refused(talk: Talk) -> None:
    assert words(talk.ask(100.0)) == (["NOOR"], [])


@pytest.mark.parametrize(("ending", "says"), [("9999", ["yes"]), ("0010", ["CUST"])])
def test_asked_again_it_says_the_same_and_gives_back_nothing_more(
    talk: Talk, ending: str, says: list[str]
) -> None:
    talk.pay(ending)
    talk.ask(100.0)

    assert words(talk.ask(200.0)) == (says, [])


def test_a_late_answer_is_not_brought_earlier_by_asking_again(talk: Talk) -> None:
    talk.pay("0011")
    talk.ask(100.0)

    assert words(talk.ask(107.0)) == ([], [])
    assert words(talk.ask(108.0)) == (["yes"], [])


def test_a_lost_recall_is_answered_when_it_is_asked_again(talk: Talk) -> None:
    talk.pay("0012")
    talk.ask(100.0)

    assert words(talk.ask(200.0)) == (["yes"], [(202.0, "money")])


def test_the_whole_amount_of_just_this_transfer_comes_back(talk: Talk) -> None:
    talk.pay("9999")

    [(_, back)] = talk.ask(100.0).later

    assert isinstance(back, TransferReturn)
    assert (back.transfer_id, back.amount, back.code) == (TRANSFER_ID, inr("500"), "recalled")


def test_whom_a_transfer_paid_and_what_was_answered_are_known_after_a_kill(
    talk: Talk, tmp_path: Path
) -> None:
    talk.pay("0012")
    talk.ask(100.0)
    reaction = talk.ask(200.0)
    known = remembered(
        talk, tmp_path, lambda memory: memory.keep(Reaction(talk.records[TRANSFER_ID]))
    )

    assert known(TRANSFER_ID) == talk.records[TRANSFER_ID]

    known = remembered(talk, tmp_path, lambda memory: memory.keep(reaction))

    assert known(RECALL_ID) == reaction.record


def remembered(
    talk: Talk, folder: Path, keep: Callable[[Memory], None]
) -> Callable[[UUID], Record | None]:
    """What a new process knows of it."""
    memory = Memory(folder / "rail.jsonl", talk.side)
    keep(memory)
    memory.flush()
    memory.close()
    reborn = Memory(folder / "rail.jsonl", talk.side)
    reborn.close()
    return reborn.recall


def test_it_has_whatever_we_answer_to_it_and_give_back(talk: Talk) -> None:
    recalls = talk.side.said.recalls
    same: dict[str, Any] = {"transfer_id": TRANSFER_ID}
    answers = recalls.answer(recall_id=RECALL_ID, code="CUST", **same)
    gives = recalls.give_back(return_id=RECALL_ID, amount=inr("500"), code="recalled", **same)

    told: tuple[Order, ...] = (answers, gives)
    remembered = talk.records.get
    said = [each for order in told for each in react_to(talk.side, order, remembered, 0.0)]

    assert [each.answers for each in said] == [
        (recalls.answered(recall_id=RECALL_ID, **same),),
        (recalls.given_back(return_id=RECALL_ID, **same),),
    ]
