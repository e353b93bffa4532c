"""Money that the other banks send to customers of ours: wishes in a folder, one file each.

Whoever plays a customer of another bank leaves a file (pay_in.py); the process of the rail says
what is in it and takes it away. Killed in between, it says it again.
"""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

from contracts.rail.credits import CreditArrival
from demo.rails.side import Side

FOLDER = "pay-in"


def leave(data: Path, wish: CreditArrival) -> None:
    """Have the rail with this folder say it."""
    folder = data / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    unfinished = folder / f"{uuid4()}.unfinished"
    unfinished.write_text(wish.model_dump_json())
    unfinished.rename(unfinished.with_suffix(".json"))


def waiting(data: Path, side: Side) -> Iterator[tuple[Path, CreditArrival]]:
    """What is to be said over this rail, with its file, which is to be taken away then."""
    for file in sorted((data / FOLDER).glob("*.json")):
        yield file, side.said.credits.arrived.model_validate_json(file.read_bytes())
