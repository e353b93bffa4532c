"""Reasons in documents: a code of an external list of ISO 20022 or a word of one's own, and text.

All documents that have reasons have them alike, each in classes of its own.
"""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

T = TypeVar("T")

ISO_REASONS = {  # our words for reasons of the external lists; another of them is its own word
    "unknown-beneficiary": "AC01",
    "account-closed": "AC04",
    "account-blocked": "AC06",
    "currency-not-taken": "AM03",
    "id-reused": "AM05",
    "net-differs": "AM10",
}
_WORDS = {code: word for word, code in ISO_REASONS.items()}
_LINE_MAX = 105  # characters of one line of additional information


def why(said: Any, information: Callable[..., T], choice: Callable[..., Any]) -> list[T]:
    """Its code and its text in these classes of a document; neither is a must."""
    iso = ISO_REASONS.get(said.code)
    lines = [
        said.detail[start : start + _LINE_MAX] for start in range(0, len(said.detail), _LINE_MAX)
    ]
    if not said.code and not lines:
        return []
    reason = choice(cd=iso, prtry=None if iso else said.code) if said.code else None
    return [information(rsn=reason, addtl_inf=lines)]


def reason_of(reasons: Sequence[Any]) -> dict[str, Any]:
    """Code and text."""
    reason, lines = first_of(reasons)
    code = (_WORDS.get(reason.cd, reason.cd) if reason.cd else reason.prtry) if reason else ""
    return {"code": code, "detail": "".join(lines)}


def first_of(reasons: Sequence[Any]) -> tuple[Any, list[str]]:
    """The first counts for the code; what all say is the text."""
    first = reasons[0].rsn if reasons else None
    return first, [line for reason in reasons for line in reason.addtl_inf]
