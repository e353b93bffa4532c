"""What the other banks say when they are asked to give back: by the end of the number or address
that the transfer has paid.

    0007 to 0009  refuses: it has given back already (ARDT)
    0010          refuses: its customer does not agree (CUST)
    0011          agrees, and says so after eight seconds
    0012          loses the first request; asked again it agrees
    0013          refuses (CUST), and two seconds later agrees all the same
    all others    agrees at once

What it agrees to comes back two seconds later, once. What it never took it refuses (NOOR).
"""

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

from contracts.rail.bodies import Acceptance, FromRail
from contracts.rail.recalls import AskedBack
from demo.rails import behaviour
from demo.rails.behaviour import Behaviour, Reaction, Record, behaviour_of
from demo.rails.side import Side

RECALLED = ("recalled", "Given back as you have asked.")
DECLINED = ("CUST", "Our customer does not agree.")
RETURNED = ("ARDT", "It was given back before.")
UNKNOWN = ("NOOR", "There is no such transfer.")
_RETURNS = (Behaviour.RETURNS, Behaviour.RETURNS_FIRST, Behaviour.RETURNS_TWICE)


def react_to_recall(
    side: Side, asked: AskedBack, remembered: Callable[[UUID], Record | None], now: float
) -> Reaction:
    """The other bank's reaction; asked again it says the same, and gives back once."""
    record = remembered(asked.recall_id) or Record(asked.recall_id)
    record = replace(record, submissions=record.submissions + 1)
    if record.verdict is not None:
        return Reaction(record, (record.verdict,) if now >= record.answers_from else ())
    transfer = remembered(asked.transfer_id)
    if transfer is None or not isinstance(transfer.verdict, Acceptance):
        return _refused(side, asked, record, UNKNOWN, now)
    manner = behaviour_of(transfer.goes_to)
    if manner in _RETURNS:
        return _refused(side, asked, record, RETURNED, now)
    if manner is Behaviour.LOSES_FIRST_RECALL and record.submissions == 1:
        return Reaction(record)
    return _judged(side, asked, record, manner, now)


def _judged(
    side: Side, asked: AskedBack, record: Record, manner: Behaviour, now: float
) -> Reaction:
    agreed = side.recall_agreed(asked)
    match manner:
        case Behaviour.REFUSES_RECALL:
            return _refused(side, asked, record, DECLINED, now)
        case Behaviour.CONTRADICTS_RECALL:
            reaction = _refused(side, asked, record, DECLINED, now)
            due = now + behaviour.CONTRADICTION_SECONDS
            return replace(reaction, later=((due, agreed), _back(side, asked, due)))
        case Behaviour.ANSWERS_RECALL_LATE:
            due = now + behaviour.LATE_SECONDS
            record = replace(record, verdict=agreed, answers_from=due)
            return Reaction(record, later=((due, agreed), _back(side, asked, due)))
        case _:
            record = replace(record, verdict=agreed, answers_from=now)
            return Reaction(record, (agreed,), (_back(side, asked, now),))


def _refused(
    side: Side, asked: AskedBack, record: Record, why: tuple[str, str], now: float
) -> Reaction:
    no = side.recall_refused(asked, *why)
    return Reaction(replace(record, verdict=no, answers_from=now), (no,))


def _back(side: Side, asked: AskedBack, now: float) -> tuple[float, FromRail]:
    """The money, two seconds after the yes; the first return of this transfer."""
    return now + behaviour.RETURN_SECONDS, side.returned(asked, 1, *RECALLED)
