"""Identity numbers of India: whether one can be genuine, and how much of it people are shown."""

from stdnum.exceptions import ValidationError
from stdnum.in_ import aadhaar, pan

from contracts.envelope import DomainError

PERSON = "P"  # the fourth letter of a PAN says what its holder is
SHOWN_CHARACTERS = 4


class InvalidPan(DomainError):
    """This is not the PAN of a person."""


class InvalidAadhaar(DomainError):
    """This is not an Aadhaar number."""


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
