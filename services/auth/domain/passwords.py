"""What makes a password good enough: length, and not being what everybody tries first.

No rules about kinds of characters and no expiry: they make people write passwords down.
"""

from collections.abc import Container

from contracts.envelope import DomainError

LENGTH_MIN = 8
DIFFERENT_MIN = 4  # different characters

_LOOKALIKES = str.maketrans("@4310$5!7", "aaeiossit")


class WeakPassword(DomainError):
    """The password is too easy to guess."""


class WrongPassword(DomainError):
    """The current password is wrong."""


def require_strong(password: str, username: str, common: Container[str]) -> None:
    """Refuse what is short, guessed first, or says who the user is.

    `common` holds well-known passwords and the words they are made of, in lower case.

    Raises:
        WeakPassword: its text says what is wrong.
    """
    plain = password.casefold()
    if len(password) < LENGTH_MIN:
        raise WeakPassword(f"The password needs at least {LENGTH_MIN} characters.")
    if len(set(plain)) < DIFFERENT_MIN:
        raise WeakPassword(f"The password needs at least {DIFFERENT_MIN} different characters.")
    if username.casefold() in plain:
        raise WeakPassword("The password must not contain the username.")
    if plain in common or _stem(plain) in common:
        raise WeakPassword("The password is one of those that everybody tries first.")


def _stem(plain: str) -> str:
    """The word inside `p@ssw0rd123!`: without its decoration, look-alikes read as letters."""
    kept = plain
    while kept and not kept[-1].isalpha():
        kept = kept[:-1]
    while kept and not kept[0].isalpha():
        kept = kept[1:]
    return kept.translate(_LOOKALIKES)
