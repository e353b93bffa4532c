"""How much of what is refused the audit trail has row by row, and in what words the rest; and
which refusals say that somebody else writes in a partner's name."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from services.ingress.domain.refusals import BadSignature, KeyNotKnown

ROWS_A_MINUTE = 60  # of one lane; what is refused beyond that is counted into one row
CODES_MAX = 5  # that this row names, the most frequent first
BAD_SIGNATURES_MAX = 3  # of one lane within BAD_WITHIN: with the last of them it closes
BAD_WITHIN = timedelta(minutes=1)

_BAD = frozenset({BadSignature().code, KeyNotKnown().code})


def is_badly_signed(code: str | None) -> bool:
    """Whether this refusal says that none of the partner's keys has signed the message."""
    return code in _BAD


def minute_of(moment: datetime) -> datetime:
    """The minute in which it lies."""
    return moment.replace(second=0, microsecond=0)


def most_frequent(counts: Mapping[str, int]) -> list[str]:
    return sorted(counts, key=lambda code: (-counts[code], code))[:CODES_MAX]


def summary(minute: datetime, counts: Mapping[str, int]) -> str | None:
    """What the trail says of a minute; None: each of its refusals has a row."""
    refused = sum(counts.values())
    if refused <= ROWS_A_MINUTE:
        return None
    named = ", ".join(f"{counts[code]} {code}" for code in most_frequent(counts))
    return (
        f"{refused} refused in the minute from {minute:%F %H:%M} UTC,"
        f" the first {ROWS_A_MINUTE} in rows of their own: {named}"
    )
