"""How the other bank behaves, as pure functions of what it remembers and what it is sent.

The last four characters of the beneficiary's account number, or of what stands before the @ of his
address, choose the behaviour:

    0001          refuses: there is no such account
    0002          accepts, but does not say so, even when asked, for eight seconds
    0003          accepts and answers twice
    0004          accepts and does not answer; when asked it knows
    0005          loses the first submission; when asked it is unaware; accepts the second
    0006          refuses, and two seconds later says that it accepted: a fault to be seen
    0007          accepts, and two seconds later gives the money back
    0008          gives the money back before it says that it accepted, two seconds later
    0009          as 0007, and once more under another id
    0010 to 0013  accepts at once; how it answers a recall is in recalls.py
    all others    accepts at once

A transfer is judged once. However often it is submitted, the beneficiary is credited once and the
answer is the same.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from uuid import UUID

from contracts.rail.bodies import Credit, FromRail, Inquiry
from demo.rails.side import Side, Verdict

LATE_SECONDS = 8.0
CONTRADICTION_SECONDS = 2.0
RETURN_SECONDS = 2.0
CLOSED = ("account-closed", "The account was closed meanwhile.")
UNKNOWN_BENEFICIARY = ("unknown-beneficiary", "The other bank has no such account.")


class Behaviour(StrEnum):
    REFUSES = "0001"
    ANSWERS_LATE = "0002"
    ANSWERS_TWICE = "0003"
    IS_SILENT = "0004"
    LOSES_FIRST = "0005"
    CONTRADICTS = "0006"
    RETURNS = "0007"
    RETURNS_FIRST = "0008"
    RETURNS_TWICE = "0009"
    REFUSES_RECALL = "0010"
    ANSWERS_RECALL_LATE = "0011"
    LOSES_FIRST_RECALL = "0012"
    CONTRADICTS_RECALL = "0013"
    ACCEPTS = ""


@dataclass(frozen=True, slots=True)
class Record:
    """What the other bank remembers of one transfer, of one batch, or of one recall."""

    subject_id: UUID
    submissions: int = 0
    verdict: Verdict | None = None
    answers_from: float = 0.0  # seconds since the epoch; before, it does not answer
    goes_to: str = ""  # whom a transfer pays


@dataclass(frozen=True, slots=True)
class Reaction:
    """What it remembers from now on, says now, and will say at a later time."""

    record: Record
    answers: tuple[FromRail, ...] = ()
    later: tuple[tuple[float, FromRail], ...] = ()  # seconds since the epoch


def react(side: Side, command: Credit | Inquiry, record: Record | None, now: float) -> Reaction:
    """The other bank's reaction to one message; `record` is what it knows of the transfer."""
    record = record or Record(command.transfer_id)
    unaware = side.unaware(command.transfer_id)
    if isinstance(command, Inquiry):
        return Reaction(record, known(record, unaware, now))
    behaviour = behaviour_of(command.goes_to)
    record = replace(record, submissions=record.submissions + 1, goes_to=command.goes_to)
    if record.verdict is not None:
        is_silent = behaviour is Behaviour.IS_SILENT
        return Reaction(record, () if is_silent else known(record, unaware, now))
    if behaviour is Behaviour.LOSES_FIRST and record.submissions == 1:
        return Reaction(record)
    return _judge(side, command, behaviour, record, now)


def known(record: Record, unaware: FromRail, now: float) -> tuple[FromRail, ...]:
    """What is said when asked what became of it."""
    if record.verdict is None:
        return (unaware,)
    return (record.verdict,) if now >= record.answers_from else ()


def behaviour_of(goes_to: str) -> Behaviour:
    """By an account number, or by what stands before the @ of an address."""
    ending = goes_to.partition("@")[0][-4:]
    return Behaviour(ending) if ending in set(Behaviour) else Behaviour.ACCEPTS


def _judge(
    side: Side, command: Credit, behaviour: Behaviour, record: Record, now: float
) -> Reaction:
    transfer_id = record.subject_id
    accepted = side.accepted(transfer_id)
    refused = side.refused(transfer_id, *UNKNOWN_BENEFICIARY)
    is_accepted = behaviour not in (Behaviour.REFUSES, Behaviour.CONTRADICTS)
    verdict: Verdict = accepted if is_accepted else refused
    record = replace(record, verdict=verdict, answers_from=now)
    match behaviour:
        case Behaviour.ANSWERS_LATE:
            due = now + LATE_SECONDS
            return Reaction(replace(record, answers_from=due), later=((due, verdict),))
        case Behaviour.ANSWERS_TWICE:
            return Reaction(record, (verdict, verdict))
        case Behaviour.IS_SILENT:
            return Reaction(record)
        case Behaviour.CONTRADICTS:
            return Reaction(record, (verdict,), ((now + CONTRADICTION_SECONDS, accepted),))
        case Behaviour.RETURNS | Behaviour.RETURNS_FIRST | Behaviour.RETURNS_TWICE:
            return _give_back(side, command, behaviour, record, now)
        case _:
            return Reaction(record, (verdict,))


def _give_back(
    side: Side, command: Credit, behaviour: Behaviour, record: Record, now: float
) -> Reaction:
    """What was accepted comes back."""
    due, accepted = now + RETURN_SECONDS, side.accepted(record.subject_id)
    first, second = (side.returned(command, number, *CLOSED) for number in (1, 2))
    match behaviour:
        case Behaviour.RETURNS_FIRST:
            return Reaction(replace(record, answers_from=due), (first,), ((due, accepted),))
        case Behaviour.RETURNS_TWICE:
            return Reaction(record, (accepted,), ((due, first), (due, second)))
        case _:
            return Reaction(record, (accepted,), ((due, first),))
