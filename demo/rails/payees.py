"""What the other banks say of a payee: by the end of the number or address, as with a payment.

    0001          there is nobody
    0002          the answer comes after eight seconds
    0003          it comes twice
    0004, 0005    there is none
    all others    his name, at once

His name is that before the @, `asha.rao@okaxis` is Asha Rao; accounts have the names of a short
list, each always the same.
"""

from uuid import UUID

from contracts.rail.payees import (
    AccountQuestion,
    AddressQuestion,
    PayeeAnswer,
    PayeeKnown,
    PayeeQuestion,
)
from demo.rails import behaviour
from demo.rails.behaviour import Behaviour, Reaction, Record, behaviour_of
from demo.rails.side import Side

NAMES = ("Ravi Kumar", "Meera Nair", "Asha Rao", "Farhan Khan", "Lakshmi Iyer", "Jaspreet Kaur")


def tell(side: Side, question: PayeeQuestion, now: float) -> Reaction:
    """The other bank's reaction; it remembers nothing but that it was asked."""
    goes_by, known = _known(side, question)
    record = Record(question.lookup_id)
    match behaviour_of(goes_by):
        case Behaviour.REFUSES:
            return Reaction(record, (side.unknown_payee(question.lookup_id),))
        case Behaviour.ANSWERS_LATE:
            return Reaction(record, later=((now + behaviour.LATE_SECONDS, known),))
        case Behaviour.ANSWERS_TWICE:
            return Reaction(record, (known, known))
        case Behaviour.IS_SILENT | Behaviour.LOSES_FIRST:
            return Reaction(record)
        case _:
            return Reaction(record, (known,))


def _known(side: Side, question: PayeeQuestion) -> tuple[str, PayeeAnswer]:
    """What he goes by, and the answer that tells who he is."""
    if isinstance(question, AccountQuestion):
        number = question.account_number
        name = NAMES[sum(number.encode()) % len(NAMES)]
        return number, _answer(side, question.lookup_id, name, question.ifsc[:4], number[-4:])
    assert isinstance(question, AddressQuestion)
    local, _, handle = question.vpa.partition("@")
    words = "".join(each if each.isalpha() else " " for each in local).split()
    name = " ".join(words).title() or NAMES[0]
    ending = f"{sum(local.encode()) % 10_000:04d}"
    return question.vpa, _answer(side, question.lookup_id, name, handle, ending)


def _answer(side: Side, lookup_id: UUID, name: str, bank: str, ending: str) -> PayeeKnown:
    return side.payees.known(
        lookup_id=lookup_id, name=name[:100], bank=bank.upper()[:60], account_ending=ending
    )
