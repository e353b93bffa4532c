"""`kill -9` of the ingress while a partner sends: each command has one effect and one answer.

`python -m tests.chaos.partner --commands 10000 --kills 10` does the same for longer.
"""

import random
import sys

import pytest

from contracts.ingress import Answered
from tests.chaos.partner import survive
from tests.fixtures.bank import Bank

pytestmark = pytest.mark.chaos

COMMANDS, KILLS = 1_000, 4


async def test_each_command_of_a_partner_has_one_effect_and_one_answer_whatever_is_killed(
    bank: Bank, capsys: pytest.CaptureFixture[str]
) -> None:
    seed = random.getrandbits(32)

    ended = await survive(bank, COMMANDS, KILLS, seed)

    with capsys.disabled():
        sys.stdout.write(f"\na partner: {ended} (seed {seed})\n")
    assert ended.findings == []
    assert ended.answers == {
        Answered.TRANSFERRED: COMMANDS * 18 // 20,
        Answered.BALANCE: COMMANDS // 20,
        Answered.REFUSED: COMMANDS // 20,
    }
    assert ended.repeated > 0  # so the kills came in the middle
