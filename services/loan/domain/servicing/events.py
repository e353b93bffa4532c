"""What can happen to a loan: each kind of event, and its exact form in the table of events.

An event counts from its `value_date`, and became known on `booked_on`, a business date. Events of a
loan are numbered 1, 2, 3 …; none is ever changed or removed. What takes one back is an event too.
Amounts are minor units of the loan's currency and positive.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from contracts.loan.rescheduling import MoratoriumInterest
from contracts.loan.top_ups import TopUpFacts
from contracts.money import MINOR_MAX

Minor = Annotated[int, Field(strict=True, gt=0, le=MINOR_MAX)]
_COLUMNS = frozenset({"sequence", "kind", "value_date", "booked_on", "amount_minor", "reverses"})


class Part(StrEnum):
    """Of what an instalment consists, and a repayment with it."""

    PENALTIES = "penalties"
    FEES = "fees"
    INTEREST = "interest"
    PRINCIPAL = "principal"


class Event(BaseModel):
    """What all events have; `rank` orders those of one value date."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rank: ClassVar[int]

    sequence: Annotated[int, Field(ge=1)]
    value_date: date
    booked_on: date

    @property
    def order(self) -> tuple[date, int, int]:
        """The place of an event in a replay: its value date, its rank, its number."""
        return self.value_date, self.rank, self.sequence


class Disbursed(Event):
    """Paid out to the borrower, less the fees that are kept back from it."""

    rank = 0
    kind: Literal["disbursed"] = "disbursed"
    amount_minor: Minor
    fees_minor: Annotated[int, Field(ge=0)] = 0  # kept back, the tax on them included
    tax_minor: Annotated[int, Field(ge=0)] = 0  # of `fees_minor`


class ToppedUp(Event):
    """Lent beside what was approved, less the fees that are kept back from it; the instalments to
    come are planned anew for all that is owed then."""

    rank = 1
    kind: Literal["topped-up"] = "topped-up"
    amount_minor: Minor
    fees_minor: Annotated[int, Field(ge=0)] = 0  # kept back, the tax on them included
    tax_minor: Annotated[int, Field(ge=0)] = 0  # of `fees_minor`
    extra_instalments: Annotated[int, Field(ge=0, le=600)] = 0
    reason: str = ""
    facts: TopUpFacts | None = None  # as the borrower was told


class RateChanged(Event):
    """From its value date on interest is charged at another rate."""

    rank = 1
    kind: Literal["rate-changed"] = "rate-changed"
    annual_rate: Decimal  # percent
    benchmark: str | None = None  # that the loan follows with it; None: people changed it
    benchmark_version: int | None = None


class Rescheduled(Event):
    """The instalments to come that are due on `from_due` or later are planned anew.

    What is None stays as it was.
    """

    rank = 1
    kind: Literal["rescheduled"] = "rescheduled"
    from_due: date
    new_due: date | None = None  # of the first of them; the others follow it at the same distance
    annual_rate: Decimal | None = None  # percent
    extra_instalments: Annotated[int, Field(ge=0, le=600)] = 0
    principal_grace: Annotated[int, Field(ge=0, le=600)] = 0  # so many of them repay no principal
    # So many of them have no interest due; the next one has it.
    interest_grace: Annotated[int, Field(ge=0, le=600)] = 0
    reason: str = ""


class MoratoriumGranted(Event):
    """Nothing is due with the next so many instalments, and as many are added at the end."""

    rank = 1
    kind: Literal["moratorium"] = "moratorium"
    instalments: Annotated[int, Field(ge=1, le=600)]
    interest: MoratoriumInterest
    reason: str = ""


class Reamortised(Event):
    """What is overdue of principal is spread over the instalments that are not due yet."""

    rank = 1
    kind: Literal["re-amortised"] = "re-amortised"
    reason: str = ""


class Charged(Event):
    """A fee or a penal charge, due on its value date; no interest is charged on either."""

    rank = 2
    kind: Literal["charged"] = "charged"
    amount_minor: Minor  # tax included
    part: Literal[Part.FEES, Part.PENALTIES]
    name: str
    tax_minor: Annotated[int, Field(ge=0)] = 0  # of the amount


class Waived(Event):
    """The bank does without this much of what is due, the oldest first."""

    rank = 3
    kind: Literal["waived"] = "waived"
    amount_minor: Minor
    part: Literal[Part.INTEREST, Part.FEES, Part.PENALTIES]
    reason: str = ""


class Repaid(Event):
    """Paid by the borrower or for him."""

    rank = 4
    kind: Literal["repaid"] = "repaid"
    amount_minor: Minor
    from_account: str | None = None  # None: in cash


class GivenBack(Event):
    """Given back within the days to think: repaid with the interest of the days that it was there,
    and the fees that were kept back are the borrower's again."""

    rank = 4
    kind: Literal["given-back"] = "given-back"
    amount_minor: Minor  # principal, interest and charges, before the fees come off
    fees_minor: Annotated[int, Field(ge=0)] = 0  # that came back, the tax on them included
    tax_minor: Annotated[int, Field(ge=0)] = 0  # of `fees_minor`
    reason: str = ""


class RepaymentReversed(Event):
    """A repayment, refund or recovery that does not count, and never did."""

    rank = 5
    kind: Literal["repayment-reversed"] = "repayment-reversed"
    reverses: int
    reason: str = ""


class Refunded(Event):
    """What was paid too much, given back."""

    rank = 6
    kind: Literal["refunded"] = "refunded"
    amount_minor: Minor
    to_account: str | None = None  # None: in cash


class WrittenOff(Event):
    """The bank no longer counts on what is owed; it is owed nevertheless."""

    rank = 7
    kind: Literal["written-off"] = "written-off"
    reason: str = ""


class Recovered(Event):
    """Paid after the loan was written off."""

    rank = 8
    kind: Literal["recovered"] = "recovered"
    amount_minor: Minor
    from_account: str | None = None  # None: in cash


class Classified(Event):
    """At the end of its value date the bank has found that the borrower, and with him each of his
    loans, does not perform, or that he does again."""

    rank = 10
    kind: Literal["classified"] = "classified"
    npa_since: date | None  # at the end of which day that began; None: he performs


class Cancelled(Event):
    """Given up before anything was paid out: nothing follows from it, and nothing comes after."""

    rank = 9
    kind: Literal["cancelled"] = "cancelled"
    reason: str = ""


LoanEvent = Annotated[
    Disbursed
    | ToppedUp
    | RateChanged
    | Rescheduled
    | MoratoriumGranted
    | Reamortised
    | Charged
    | Waived
    | Repaid
    | GivenBack
    | RepaymentReversed
    | Refunded
    | WrittenOff
    | Recovered
    | Classified
    | Cancelled,
    Field(discriminator="kind"),
]
_ANY: TypeAdapter[LoanEvent] = TypeAdapter(LoanEvent)


def event_of(columns: Mapping[str, Any], details: Mapping[str, Any]) -> LoanEvent:
    """An event from its row: what several kinds have in columns, and the rest."""
    given = {name: columns[name] for name in _COLUMNS if columns.get(name) is not None}
    return _ANY.validate_python({**details, **given})


def details_of(event: LoanEvent) -> dict[str, Any]:
    """What an event has beside the columns of its row, as JSON."""
    return event.model_dump(mode="json", exclude=set(_COLUMNS))
