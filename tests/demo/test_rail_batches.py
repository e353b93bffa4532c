"""How the other banks answer for a batch and for what is in it, fate by fate."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

import pytest

from contracts.rail.bodies import FromRail, Transfer
from contracts.rail.neft import (
    InquireNeftBatch,
    InquireNeftTransfer,
    NeftBatchRefused,
    NeftBatchSettled,
    NeftBatchUnaware,
    NeftReturned,
    NeftSettled,
    NeftUnaware,
    SubmitNeftBatch,
)
from contracts.rail.said import Order
from contracts.topology import NEFT
from demo.rails.batches import NET_DIFFERS, react_to
from demo.rails.behaviour import UNKNOWN_BENEFICIARY
from demo.rails.memory import Memory
from demo.rails.side import SIDES
from tests.builders import an, inr

SIDE = SIDES[NEFT.user]
BATCH_ID = UUID(int=900)
OURS, ORDINARY = UUID(int=1), UUID(int=2)  # the transfer that a test is about, and another one


def batch_of(ending: str, *, net_minor: int = 300) -> SubmitNeftBatch:
    """A transfer to an account with this ending, in one batch with an ordinary one."""
    transfers = [
        an(Transfer, transfer_id=transfer_id, beneficiary_account=account, amount=inr(amount))
        for transfer_id, account, amount in (
            (OURS, f"555000{ending}", "1.00"),
            (ORDINARY, "5550009999", "2.00"),
        )
    ]
    return an(SubmitNeftBatch, batch_id=BATCH_ID, net_minor=net_minor, transfers=transfers)


def settled(transfer_id: UUID) -> NeftSettled:
    return NeftSettled(transfer_id=transfer_id, rail_reference=SIDE.reference_of(transfer_id))


def returned(transfer_id: UUID, reason: tuple[str, str] = UNKNOWN_BENEFICIARY) -> NeftReturned:
    return NeftReturned(transfer_id=transfer_id, code=reason[0], detail=reason[1])


TAKEN = NeftBatchSettled(batch_id=BATCH_ID, rail_reference=SIDE.reference_of(BATCH_ID))
ASK_BATCH = InquireNeftBatch(batch_id=BATCH_ID)
ASK_OURS = InquireNeftTransfer(transfer_id=OURS)


@dataclass
class Banks:
    """The other banks with what they remember, on the disk."""

    memory: Memory
    later: list[tuple[float, FromRail]] = field(default_factory=list)

    def hear(self, order: Order, now: float = 0.0) -> list[FromRail]:
        """What they say at once."""
        said: list[FromRail] = []
        for reaction in react_to(SIDE, order, self.memory.recall, now):
            self.memory.keep(reaction)
            said += reaction.answers
            self.later += reaction.later
        self.memory.flush()
        return said


@pytest.fixture
def reborn(tmp_path: Path) -> Iterator[Callable[[], Banks]]:
    """The banks as each start of their process finds them."""
    with ExitStack() as stack:
        yield lambda: Banks(stack.enter_context(closing(Memory(tmp_path / "rail.jsonl", SIDE))))


@pytest.fixture
def banks(reborn: Callable[[], Banks]) -> Banks:
    return reborn()


def test_a_batch_is_settled_and_so_is_each_of_its_transfers(banks: Banks) -> None:
    assert banks.hear(batch_of("9999")) == [TAKEN, settled(OURS), settled(ORDINARY)]


def test_0001_is_returned_and_the_others_are_settled(banks: Banks) -> None:
    assert banks.hear(batch_of("0001")) == [TAKEN, returned(OURS), settled(ORDINARY)]


def test_0002_is_settled_after_eight_seconds_and_no_inquiry_brings_it_earlier(
    banks: Banks,
) -> None:
    assert banks.hear(batch_of("0002"), 100.0) == [TAKEN, settled(ORDINARY)]
    assert banks.later == [(108.0, settled(OURS))]
    assert banks.hear(ASK_OURS, 107.0) == []
    assert banks.hear(ASK_OURS, 108.0) == [settled(OURS)]


def test_0003_is_settled_twice_in_words_and_once_in_deed(banks: Banks) -> None:
    said = banks.hear(batch_of("0003"))

    assert said == [TAKEN, settled(OURS), settled(OURS), settled(ORDINARY)]


def test_0004_and_its_batch_are_known_only_when_asked(banks: Banks) -> None:
    assert banks.hear(batch_of("0004")) == [settled(ORDINARY)]
    assert banks.hear(ASK_BATCH) == [TAKEN]
    assert banks.hear(ASK_OURS) == [settled(OURS)]


def test_0005_loses_its_whole_batch_which_is_taken_when_it_is_sent_again(banks: Banks) -> None:
    lost = batch_of("0005")

    assert banks.hear(lost) == []
    assert banks.hear(ASK_BATCH) == [NeftBatchUnaware(batch_id=BATCH_ID)]
    assert banks.hear(ASK_OURS) == [NeftUnaware(transfer_id=OURS)]
    assert banks.hear(lost) == [TAKEN, settled(OURS), settled(ORDINARY)]


def test_0006_is_returned_and_two_seconds_later_settled(banks: Banks) -> None:
    assert banks.hear(batch_of("0006")) == [TAKEN, returned(OURS), settled(ORDINARY)]
    assert banks.later == [(2.0, settled(OURS))]


def test_a_batch_whose_net_amount_is_not_its_sum_is_refused_and_all_of_it_returned(
    banks: Banks,
) -> None:
    refused = NeftBatchRefused(batch_id=BATCH_ID, code=NET_DIFFERS[0], detail=NET_DIFFERS[1])

    assert banks.hear(batch_of("9999", net_minor=301)) == [
        refused,
        returned(OURS, NET_DIFFERS),
        returned(ORDINARY, NET_DIFFERS),
    ]
    assert banks.hear(batch_of("9999", net_minor=301)) == [refused]


def test_a_batch_that_comes_again_is_answered_and_nothing_of_it_is_done_again(
    reborn: Callable[[], Banks],
) -> None:
    """Also by banks that were killed meanwhile."""
    reborn().hear(batch_of("9999"))

    again = reborn()

    assert again.hear(batch_of("9999")) == [TAKEN]
    assert again.hear(ASK_OURS) == [settled(OURS)]


def test_a_transfer_that_comes_in_a_second_batch_is_credited_once(banks: Banks) -> None:
    banks.hear(batch_of("0001"))
    second = batch_of("9999").model_copy(update={"batch_id": UUID(int=901)})

    assert banks.hear(second)[1:] == [returned(OURS), settled(ORDINARY)]


def test_a_batch_that_was_never_submitted_is_unknown(banks: Banks) -> None:
    assert banks.hear(ASK_BATCH) == [NeftBatchUnaware(batch_id=BATCH_ID)]
