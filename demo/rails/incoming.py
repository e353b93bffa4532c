"""What the other banks begin: money that they send to customers of ours, and what they ask for that
they have sent. Wishes in a folder of each kind, one file each.

Whoever plays a customer of another bank leaves a file (pay_in.py, recall.py); the process of the
rail says what is in it and takes it away. Killed in between, it says it again.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import TypeAlias
from uuid import uuid4

from contracts.rail.credits import CreditArrival
from contracts.rail.recalls import RecallArrival
from demo.rails.side import Side

PAY_IN, RECALL = "pay-in", "recall"
Wish: TypeAlias = CreditArrival | RecallArrival


def leave(data: Path, wish: Wish) -> None:
    """Have the rail with this folder say it."""
    folder = data / (PAY_IN if isinstance(wish, CreditArrival) else RECALL)
    folder.mkdir(parents=True, exist_ok=True)
    unfinished = folder / f"{uuid4()}.unfinished"
    unfinished.write_text(wish.model_dump_json())
    unfinished.rename(unfinished.with_suffix(".json"))


def waiting(data: Path, side: Side) -> Iterator[tuple[Path, Wish]]:
    """What is to be said over this rail, with its file, which is to be taken away then."""
    kinds: dict[str, type[Wish]] = {
        PAY_IN: side.said.credits.arrived,
        RECALL: side.said.recalls.arrived,
    }
    for folder, kind in kinds.items():
        for file in sorted((data / folder).glob("*.json")):
            yield file, kind.model_validate_json(file.read_bytes())
