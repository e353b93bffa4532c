"""Identity numbers of India: whether one can be genuine, and how much of it people are shown."""

from typing import ClassVar

from stdnum.exceptions import ValidationError
from stdnum.in_ import aadhaar, pan

from contracts.envelope import DomainError, FieldError, Refused

PERSON = "P"  # the fourth letter of a PAN says what its holder is
SHOWN_CHARACTERS = 4


class _NumberRefused(DomainError):
    """A refusal that names the field at fault and never the number."""

    field: ClassVar[str]

    def refusal(self) -> Refused:
        fault = FieldError(pointer=f"/{self.field}", detail=str(self))
        return super().refusal().model_copy(update={"errors": (fault,)})


class InvalidPan(_NumberRefused):
    """This is not the PAN of a person."""

    field = "pan"


class InvalidAadhaar(_NumberRefused):
    """This is not an Aadhaar number."""

    field = "aadhaar"


class SealedForAnother(DomainError):
    """An identity number was sealed under another key or for another place; send it again."""


def checked_pan(text: str) -> str:
    """In upper case, without spaces and hyphens.

    Raises:
        InvalidPan: not five letters, four digits, a letter; or not a person's.
    """
    try:
        number: str = pan.validate(text)
    except ValidationError as error:
        raise InvalidPan from error
    if number[3] != PERSON:
        raise InvalidPan
    return number


def checked_aadhaar(text: str) -> str:
    """Its twelve digits, without spaces and hyphens.

    Raises:
        InvalidAadhaar: another length, a first digit of 0 or 1, or a wrong check digit.
    """
    try:
        number: str = aadhaar.validate(text)
    except ValidationError as error:
        raise InvalidAadhaar from error
    return number


def masked(number: str) -> str:
    hidden = len(number) - SHOWN_CHARACTERS
    return "X" * hidden + number[hidden:]
