"""What the other bank has judged and still has to say, in a journal that outlives a kill.

The journal is a file of JSON lines, read once at the start; the last line about a thing counts. A
line that a kill cut short was never acted upon and is cut off. A batch or a recall goes by the name
of a transfer there: its id is one of its own.
"""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson

from contracts.rail.bodies import FromRail
from contracts.topology import routing_key
from demo.rails.behaviour import Reaction, Record
from demo.rails.side import Side, Verdict


class Memory:
    """What the other banks behind this side of a rail know."""

    def __init__(self, path: Path, side: Side) -> None:
        self.side = side
        self._kinds = {routing_key(kind): kind for kind in side.said.answers}
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("a+b")
        self._records: dict[UUID, Record] = {}
        self._later: dict[int, tuple[float, FromRail]] = {}  # by number: when, and what
        self._numbers = 0
        self._unwritten: list[dict[str, Any]] = []
        self._read_all()

    def close(self) -> None:
        self._file.close()

    def recall(self, subject_id: UUID) -> Record | None:
        return self._records.get(subject_id)

    def keep(self, reaction: Reaction) -> None:
        """Remember what was decided and what is still to be said; safe only after `flush`."""
        record = reaction.record
        verdict = _written(record.verdict) if record.verdict else None
        self._note(
            {
                "transfer_id": str(record.subject_id),
                "submissions": record.submissions,
                "verdict": verdict,
                "answers_from": record.answers_from,
                "goes_to": record.goes_to,
            }
        )
        for due, answer in reaction.later:
            self._note({"later": self._numbers, "due": due, "answer": _written(answer)})

    def due(self, now: float) -> list[tuple[int, FromRail]]:
        """What is to be said by now, with the numbers to strike it off."""
        return [(number, answer) for number, (due, answer) in self._later.items() if due <= now]

    def strike_off(self, numbers: Iterable[int]) -> None:
        """These have been said. Forgotten by a kill, they are only said again."""
        for number in numbers:
            self._note({"said": number})

    def flush(self) -> None:
        """Return when all of it will survive."""
        if self._unwritten:
            self._file.write(b"".join(orjson.dumps(line) + b"\n" for line in self._unwritten))
            self._file.flush()
            os.fsync(self._file.fileno())
            self._unwritten.clear()

    def _note(self, line: dict[str, Any]) -> None:
        self._unwritten.append(line)
        self._apply(line)

    def _apply(self, line: dict[str, Any]) -> None:
        if "said" in line:
            del self._later[line["said"]]
        elif "later" in line:
            self._later[line["later"]] = (line["due"], self._read(line["answer"]))
            self._numbers = line["later"] + 1
        else:
            verdict = self._read(line["verdict"]) if line["verdict"] else None
            assert verdict is None or isinstance(verdict, Verdict)
            subject_id = UUID(line["transfer_id"])
            self._records[subject_id] = Record(
                subject_id,
                line["submissions"],
                verdict,
                line["answers_from"],
                line.get("goes_to", ""),  # lines of before do not have it
            )

    def _read_all(self) -> None:
        self._file.seek(0)
        whole, newline, _ = self._file.read().rpartition(b"\n")
        self._file.truncate(len(whole) + len(newline))
        for line in whole.splitlines():
            self._apply(orjson.loads(line))

    def _read(self, written: dict[str, Any]) -> FromRail:
        return self._kinds[written["type"]].model_validate(written["body"])


def _written(answer: FromRail) -> dict[str, Any]:
    return {"type": routing_key(type(answer)), "body": answer.model_dump(mode="json")}
