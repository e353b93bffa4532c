"""The words that owners of messages share: names, texts, numbers, codes, moments, places in lists.

What only one owner speaks of stands in his own module.
"""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, Field, StringConstraints

from contracts.text import Composed, Seen, Shown

# Control characters have no place in what people read, and PostgreSQL takes no NUL.
PRINTABLE = r"^[^\x00-\x1f\x7f]*$"
AccountNumber = Annotated[str, StringConstraints(min_length=4, max_length=34, pattern=r"^[!-~]*$")]
CustomerId = Annotated[int, Field(strict=True, ge=1, le=2**53)]
BranchCode = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{3,12}$")]
Ifsc = Annotated[str, StringConstraints(pattern=r"^[A-Z]{4}0[A-Z0-9]{6}$")]
OUR_BANK = "BANK0"  # every IFSC of this bank begins so
OurIfsc = Annotated[str, StringConstraints(pattern=rf"^{OUR_BANK}[A-Z0-9]{{6}}$")]
Text = Annotated[str, StringConstraints(max_length=140, pattern=PRINTABLE), Composed, Seen]
Reason = Annotated[
    str, StringConstraints(min_length=1, max_length=200, pattern=PRINTABLE), Composed, Seen, Shown
]
Name = Annotated[
    str, StringConstraints(min_length=1, max_length=100, pattern=PRINTABLE), Composed, Seen, Shown
]
ShortName = Annotated[
    str, StringConstraints(min_length=1, max_length=60, pattern=PRINTABLE), Composed, Seen, Shown
]
Search = Annotated[str, StringConstraints(max_length=80, pattern=PRINTABLE), Composed, Seen]
Cursor = Annotated[str, StringConstraints(max_length=200, pattern=r"^[ -~]*$")]
PageSize = Annotated[int, Field(ge=1, le=200)]

_FIRST, _LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


def _in_utc(moment: datetime) -> datetime:
    """Elsewhere the first and the last day of the calendar have moments that UTC cannot name, and
    the very first and last one mean infinity to PostgreSQL's driver."""
    try:
        utc = moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("The time lies outside the calendar.") from error
    if not _FIRST < utc < _LAST:
        raise ValueError("The time lies outside the calendar.")
    return utc


Moment = Annotated[AwareDatetime, AfterValidator(_in_utc)]


class Weekday(StrEnum):
    """A day of the week."""

    MONDAY = "MONDAY"
    TUESDAY = "TUESDAY"
    WEDNESDAY = "WEDNESDAY"
    THURSDAY = "THURSDAY"
    FRIDAY = "FRIDAY"
    SATURDAY = "SATURDAY"
    SUNDAY = "SUNDAY"
