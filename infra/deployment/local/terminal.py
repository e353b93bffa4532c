"""Text of others on an operator's terminal: shown, and never obeyed.

A terminal takes some characters for orders: to move, to erase, to rename its window, to write from
right to left. Whoever can put a message into a queue, or a line into a log, chooses such text.
"""

import unicodedata

_ORDERS = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})  # categories of Unicode


def plain(text: str) -> str:
    """The text with every character that a terminal may obey written out; its lines stay."""
    return "\n".join(in_one_line(line) for line in text.split("\n"))


def in_one_line(text: str) -> str:
    """The same for text that must not begin a line of its own, such as a reason or a body."""
    return "".join(
        character.encode("unicode_escape").decode() if _is_order(character) else character
        for character in text
    )


def _is_order(character: str) -> bool:
    return unicodedata.category(character) in _ORDERS
