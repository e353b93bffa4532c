"""Reasons in documents: a code of an external list of ISO 20022 or a word of one's own, and text.

All documents that have reasons have them alike, each in classes of its own.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

T = TypeVar("T")

ISO_REASONS = {  # our words for reasons of the external lists; another of them is its own word
    "unknown-beneficiary": "AC01",
    "account-closed": "AC04",
    "account-blocked": "AC06",
    "currency-not-taken": "AM03",
    "id-reused": "AM05",
    "recalled": "FOCR",  # given back because its bank has asked
    "net-differs": "AM10",
}
# Of what a bank asks back, and of a no to it. Who deals with recalls knows the codes of the lists,
# of which CUST means something else in each, so they are told as they are.
RECALL_REASONS = {code: code for code in ("DUPL", "FRAD", "CUST", "AM09", "AC03", "TECH")}
RECALL_REFUSALS = {
    code: code for code in ("CUST", "LEGL", "AGNT", "NOAS", "ARDT", "AC04", "AM04", "NOOR")
}
_LINE_MAX = 105  # characters of one line of additional information


def why(
    said: Any,
    information: Callable[..., T],
    choice: Callable[..., Any],
    iso_reasons: Mapping[str, str] = ISO_REASONS,
) -> list[T]:
    """Its code and its text in these classes of a document; neither is a must."""
    iso = iso_reasons.get(said.code)
    lines = [
        said.detail[start : start + _LINE_MAX] for start in range(0, len(said.detail), _LINE_MAX)
    ]
    if not said.code and not lines:
        return []
    reason = choice(cd=iso, prtry=None if iso else said.code) if said.code else None
    return [information(rsn=reason, addtl_inf=lines)]


def reason_of(
    reasons: Sequence[Any], iso_reasons: Mapping[str, str] = ISO_REASONS
) -> dict[str, Any]:
    """Code and text."""
    reason, lines = first_of(reasons)
    words = {code: word for word, code in iso_reasons.items()}
    code = (words.get(reason.cd, reason.cd) if reason.cd else reason.prtry) if reason else ""
    return {"code": code, "detail": "".join(lines)}


def first_of(reasons: Sequence[Any]) -> tuple[Any, list[str]]:
    """The first counts for the code; what all say is the text."""
    first = reasons[0].rsn if reasons else None
    return first, [line for reason in reasons for line in reason.addtl_inf]
