"""How a person is reached: phone numbers, e-mail addresses, countries and postal codes, each in the
one form in which it is kept and compared. Nothing here asks a network."""

import re
from functools import cache
from typing import Annotated

import phonenumbers
import pycountry
from email_validator import EmailNotValidError, ValidatedEmail, validate_email
from pydantic import AfterValidator, StringConstraints
from pydantic_core import PydanticCustomError

from contracts.text import Composed, Seen

HOME = "IN"  # a number without a country's code is of this country
_PIN = re.compile(r"([1-9][0-9]{2}) ?([0-9]{3})")  # of India's post


def phone(text: str) -> str:
    """In the form of E.164, `+919876543210`, whatever its spelling.

    Raises:
        PydanticCustomError: no country gives out such a number, or it has an extension.
    """
    try:
        number = phonenumbers.parse(text, HOME)
    except phonenumbers.NumberParseException:
        number = phonenumbers.PhoneNumber()
    is_plain = not number.extension and not any(each.isalpha() for each in text)
    if not is_plain or not phonenumbers.is_valid_number(number):
        raise PydanticCustomError("phone", "This is not a phone number.")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def email(text: str) -> str:
    """With its domain in lower case and in its own script; the part before it is kept.

    Raises:
        PydanticCustomError: no mail can be sent to it, or only by servers that take other letters
            than those of ASCII before the @.
    """
    try:
        return checked_email(text).normalized
    except EmailNotValidError as error:
        raise PydanticCustomError(
            "email", "This is not an e-mail address that every mail server takes."
        ) from error


def checked_email(text: str, *, has_public_domain: bool = True) -> ValidatedEmail:
    """The address in its several forms; `ascii_email` is the one that every mail server takes.

    Raises:
        EmailNotValidError: see `email`.
    """
    # The names of trial banks' customers may end with .test.
    return validate_email(
        text,
        check_deliverability=False,
        allow_smtputf8=False,
        globally_deliverable=has_public_domain,
        test_environment=True,
    )


def country(code: str) -> str:
    """Raises PydanticCustomError: no country of ISO 3166 has this code."""
    if code not in _countries():
        raise PydanticCustomError("country", "No country has this code.")
    return code


def postal_code(code: str, of_country: str) -> str:
    """As its post writes it: the six digits of an Indian PIN without a blank, others as they are.

    Raises:
        PydanticCustomError: it is no PIN, and the country is India.
    """
    if of_country != HOME:
        return code
    found = _PIN.fullmatch(code)
    if found is None:
        raise PydanticCustomError("postal_code", "A PIN of India has six digits, the first not 0.")
    return "".join(found.groups())


@cache
def _countries() -> frozenset[str]:
    return frozenset(each.alpha_2 for each in pycountry.countries)


_countries()  # read from the package here, and never while a message is judged

Phone = Annotated[
    str, StringConstraints(min_length=4, max_length=40), Composed, Seen, AfterValidator(phone)
]
Email = Annotated[
    str, StringConstraints(min_length=3, max_length=254), Composed, Seen, AfterValidator(email)
]
Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$"), AfterValidator(country)]
PostalCode = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9 -]{3,12}$")]
