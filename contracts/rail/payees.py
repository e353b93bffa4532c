"""The shape of what is asked over a rail about a payee: who he is. Nothing moves by it."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from pydantic import StringConstraints

from contracts.rail.bodies import FromRail, Reference, ToRail
from contracts.text import Cleaned
from contracts.words import Name


class PayeeQuestion(ToRail):
    """Who is paid so?"""

    lookup_id: UUID


class AccountQuestion(PayeeQuestion):
    """Whose is this account?"""

    account_number: Cleaned
    ifsc: Cleaned


class AddressQuestion(PayeeQuestion):
    """Who goes by this address?"""

    vpa: Cleaned


class PayeeAnswer(FromRail):
    """What a rail says of a payee."""

    lookup_id: UUID

    @property
    def subject_id(self) -> UUID:
        return self.lookup_id


class PayeeKnown(PayeeAnswer):
    """The other bank knows him, by this name."""

    name: Name
    bank: Reference  # what people call it
    account_ending: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]{1,4}$")]


@dataclass(frozen=True, slots=True)
class SaidOfPayees:
    """The messages of one rail about payees, by what they are for."""

    ask: type[AccountQuestion] | type[AddressQuestion]
    known: type[PayeeKnown]
    unknown: type[PayeeAnswer]
