"""What makes a password good enough: length, and not being what everybody tries first.

No rules about kinds of characters and no expiry: they make people write passwords down. A password
is judged, compared and hashed in one form, `normal`; the list of well-known ones is asked about
what a reader sees in it, however it is spelled.
"""

import unicodedata
from collections.abc import Container, Iterator

from contracts.envelope import DomainError

LENGTH_MIN = 8
LENGTH_MAX = 128  # in its normal form, which may be longer than what was typed
DIFFERENT_MIN = 4  # different characters
NAME_LENGTH_MIN = 3  # without separators: shorter ones are found in passwords by chance

_DIGITS_AS_LETTERS = str.maketrans("@4310$5!7", "aaeiossit")
# Letters that look like Latin ones and that no normal form folds into them.
_FOREIGN_AS_LATIN = str.maketrans(
    "авеһіјкӏмнорԛѕтухԁԝ" "αβεηικνορτυχω" "ɑɡıłøđ",
    "abehijklmhopqstyxdw" "abenikvoptuxw" "agilod",
)  # fmt: skip


class WeakPassword(DomainError):
    """The password is too easy to guess."""


class WrongPassword(DomainError):
    """The current password is wrong."""


class SamePassword(DomainError):
    """The new password is the current one."""


def normal(password: str) -> str:
    """One form of what keyboards produce as different code points for the same letters."""
    return unicodedata.normalize("NFKC", password)


def require_strong(password: str, username: str, common: Container[str]) -> None:
    """Refuse what is short, guessed first, or says who the user is.

    `common` holds well-known passwords and the words they are made of, in lower case.

    Raises:
        WeakPassword: its text says what is wrong.
    """
    form = normal(password)
    if len(form) < LENGTH_MIN:
        raise WeakPassword(f"The password needs at least {LENGTH_MIN} characters.")
    if len(form) > LENGTH_MAX:
        raise WeakPassword(f"The password may have at most {LENGTH_MAX} characters.")
    if len(set(form.casefold())) < DIFFERENT_MIN:
        raise WeakPassword(f"The password needs at least {DIFFERENT_MIN} different characters.")
    if _holds(form, username):
        raise WeakPassword("The password must not contain the username.")
    if any(reading in common for reading in _readings(form)):
        raise WeakPassword("The password is one of those that everybody tries first.")


def require_different(new_password: str, current_password: str) -> None:
    """Raises SamePassword when both are one password, however they were typed."""
    if normal(new_password) == normal(current_password):
        raise SamePassword


def _holds(form: str, username: str) -> bool:
    name = _joined(_as_latin(username))
    is_long = len(name) >= NAME_LENGTH_MIN
    return username.casefold() in form.casefold() or (is_long and name in _joined(_as_latin(form)))


def _readings(form: str) -> Iterator[str]:
    """What a reader may see in a password: each as it is, and without what separates letters."""
    plain = _as_latin(form)
    for reading in (form.casefold(), plain, _stem(plain)):
        yield reading
        yield _joined(reading)


def _as_latin(form: str) -> str:
    """In lower case, without accents, other alphabets' look-alikes read as Latin letters."""
    parts = unicodedata.normalize("NFKD", form.casefold())
    return "".join(each for each in parts if not unicodedata.combining(each)).translate(
        _FOREIGN_AS_LATIN
    )


def _joined(text: str) -> str:
    """Without blanks, separators and what cannot be seen."""
    return "".join(each for each in text if each.isalnum())


def _stem(plain: str) -> str:
    """The word inside `p@ssw0rd123!`: without its decoration, look-alikes read as letters."""
    kept = plain
    while kept and not kept[-1].isalpha():
        kept = kept[:-1]
    while kept and not kept[0].isalpha():
        kept = kept[1:]
    return kept.translate(_DIGITS_AS_LETTERS)
