"""What the other bank remembers after it was killed."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from uuid import UUID

import pytest

from contracts.rail.imps import SubmitTransfer
from demo.rails.behaviour import react
from demo.rails.memory import Memory
from demo.rails.side import SIDES
from tests.builders import an

SIDE = SIDES["rail-imps"]
TRANSFER_ID = UUID(int=42)
LATE = an(SubmitTransfer, transfer_id=TRANSFER_ID, beneficiary_account="5550000002")


@pytest.fixture
def remember(tmp_path: Path) -> Iterator[Callable[[], Memory]]:
    """Opens the one journal of the test, as each start of the process does."""
    with ExitStack() as stack:
        yield lambda: stack.enter_context(closing(Memory(tmp_path / "rail.jsonl", SIDE)))


def test_what_was_written_down_is_known_after_a_kill(remember: Callable[[], Memory]) -> None:
    reaction = react(SIDE, LATE, None, 100.0)
    memory = remember()
    memory.keep(reaction)
    memory.flush()

    reborn = remember()

    assert reborn.recall(TRANSFER_ID) == reaction.record
    assert reborn.recall(UUID(int=1)) is None
    assert [answer for _, answer in reborn.due(108.0)] == [reaction.record.verdict]
    assert reborn.due(107.9) == []


def test_what_was_said_is_not_said_again_and_its_number_is_not_used_again(
    remember: Callable[[], Memory],
) -> None:
    memory = remember()
    memory.keep(react(SIDE, LATE, None, 100.0))
    [(number, _)] = memory.due(200.0)
    memory.strike_off([number])
    memory.flush()

    reborn = remember()
    assert reborn.due(200.0) == []

    reborn.keep(react(SIDE, LATE.model_copy(update={"transfer_id": UUID(int=7)}), None, 100.0))
    assert [found for found, _ in reborn.due(200.0)] == [number + 1]


def test_a_line_cut_short_by_a_kill_is_forgotten_and_the_journal_goes_on(
    remember: Callable[[], Memory], tmp_path: Path
) -> None:
    path = tmp_path / "rail.jsonl"
    memory = remember()
    memory.keep(react(SIDE, LATE, None, 100.0))
    memory.flush()
    path.write_bytes(path.read_bytes() + b'{"transfer_id": "0000')

    reborn = remember()
    reborn.strike_off([0])
    reborn.flush()

    again = remember()
    assert again.recall(TRANSFER_ID) is not None
    assert again.due(200.0) == []
