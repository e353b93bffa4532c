"""What a text may hold, whoever writes it: all of it can be seen, and it is written in one way.

A text comes in as Unicode's normal form C (NFC), so that one name is one sequence of characters
however its sender's keyboard makes it. What cannot be seen, or turns the direction of what stands
beside it, is refused. Joiners (U+200C, U+200D) are part of how names of India are spelt: they stay
where the script has a use for them, and are refused anywhere else.
"""

import unicodedata
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator
from pydantic_core import PydanticCustomError

NON_JOINER, JOINER = "\u200c", "\u200d"
_JOINERS = frozenset({NON_JOINER, JOINER})
_VIRAMA = 9  # the combining class of the sign that takes a consonant's vowel away
# Scripts whose letters join: from Arabic to N'Ko, those of India to Myanmar, of South East Asia,
# Mongolian; their younger blocks; Adlam.
_JOINING = (
    (0x0600, 0x08FF), (0x0900, 0x0DFF), (0x0F00, 0x109F), (0x1700, 0x18AF), (0x1900, 0x1CFF),
    (0xA800, 0xABFF), (0x10A00, 0x11FFF), (0x1E900, 0x1E95F),
)  # fmt: skip
# Shown as nothing, although Unicode calls them letters, marks or not yet anything; the last two are
# never anything, and XML cannot hold them.
_FILLERS = frozenset(
    map(chr, (0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2065, 0x3164, 0xFFA0, 0xFFFE, 0xFFFF))
) | frozenset(map(chr, (*range(0x180B, 0x1810), *range(0xFFF0, 0xFFF9), *range(0xE0000, 0xE1000))))
_EMOJI_STYLES = frozenset("\ufe0e\ufe0f")
_VARIANTS = frozenset(map(chr, (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))))
_KEYCAP = "\u20e3"
_BREAKS = frozenset({"Cc", "Zl", "Zp"})
_UNSEEN = _BREAKS | {"Cf", "Cs"}
_BLANK_BRAILLE = "\u2800"


def composed(value: Any) -> Any:
    """A text in normal form C; anything else is left to whoever judges it."""
    if not isinstance(value, str) or value.isascii():
        return value
    return unicodedata.normalize("NFC", value)


def seen(text: str) -> str:
    """The same text.

    Raises:
        PydanticCustomError: something in it cannot be seen or turns the direction of writing.
    """
    if text.isascii() and text.isprintable():
        return text
    if any(_is_unseen(text, place) for place in range(len(text))):
        raise PydanticCustomError(
            "unseen_text", "The text holds a character that cannot be seen where it stands."
        )
    return text


def shown(text: str) -> str:
    """The same text.

    Raises:
        PydanticCustomError: it is blank.
    """
    if any(_shows(character) for character in text):
        return text
    raise PydanticCustomError("blank_text", "The text is blank.")


def cleaned(value: Any) -> Any:
    """A text without what `seen` would refuse, for words that came in before it judged, and for
    those of others whose message counts whatever its words are."""
    if not isinstance(value, str):
        return value
    text: str = composed(value)
    while not (text.isascii() and text.isprintable()):
        left = "".join(_kept(text, place) for place in range(len(text)))
        if left == text:
            break
        text = unicodedata.normalize("NFC", left)
    return text


Composed = BeforeValidator(composed)
Seen = AfterValidator(seen)
Shown = AfterValidator(shown)
Cleaning = BeforeValidator(cleaned)
Cleaned = Annotated[str, Cleaning]


def _is_unseen(text: str, place: int) -> bool:
    character = text[place]
    if character in _JOINERS:
        return not (_joins_letters(text, place) or _joins_pictures(text, place))
    if character in _VARIANTS:
        return not _varies(text, place)
    return character in _FILLERS or unicodedata.category(character) in _UNSEEN


def _kept(text: str, place: int) -> str:
    if not _is_unseen(text, place):
        return text[place]
    return " " if unicodedata.category(text[place]) in _BREAKS else ""


def _joins_letters(text: str, place: int) -> bool:
    """After a virama, also at the end of a word, or between two letters of scripts that join."""
    before, after = text[place - 1 : place], text[place + 1 : place + 2]
    if not _is_joining_letter(before):
        return False
    return unicodedata.combining(before) == _VIRAMA or _is_joining_letter(after)


def _joins_pictures(text: str, place: int) -> bool:
    """As in the emoji of a family, which is those of its members joined."""
    before, after = text[place - 1 : place], text[place + 1 : place + 2]
    is_after_picture = before in _EMOJI_STYLES or _category(before) in ("So", "Sk")
    return text[place] == JOINER and is_after_picture and _category(after) == "So"


def _varies(text: str, place: int) -> bool:
    """A variant of a symbol, of a key cap's digit, or of a Chinese character."""
    before, after = text[place - 1 : place], text[place + 1 : place + 2]
    if text[place] in _EMOJI_STYLES and (_category(before)[:1] == "S" or after == _KEYCAP):
        return True
    return bool(before) and unicodedata.name(before, "").startswith("CJK ")


def _is_joining_letter(character: str) -> bool:
    if _category(character)[:1] not in ("L", "M") or character in _FILLERS:
        return False
    return any(first <= ord(character) <= last for first, last in _JOINING)


def _category(character: str) -> str:
    return unicodedata.category(character) if character else ""


def _shows(character: str) -> bool:
    return unicodedata.category(character)[0] in "LNPS" and character != _BLANK_BRAILLE
