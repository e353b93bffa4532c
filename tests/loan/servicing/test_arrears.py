"""How late a loan is, by the dates of the Reserve Bank's circulars."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from contracts.loan.penal import PenalTerms
from contracts.loan.servicing import AllocationOrder, ServicingRules
from services.loan.domain.servicing.arrears import Arrears, arrears_of
from services.loan.domain.servicing.books import books
from services.loan.domain.servicing.events import (
    Classified,
    Disbursed,
    LoanEvent,
    Repaid,
    event_of,
)
from services.loan.domain.servicing.position import Position
from services.loan.domain.servicing.replaying import replay
from tests.loan.servicing.histories import day, paid, position
from tests.loan.terms import inr, terms

PAID_OUT_ON = date(2022, 2, 28)


def borrowed(on: str, *repayments: tuple[str, str]) -> Position:
    """3 000 without interest from 28 February, first due on 31 March, three times 1 000."""
    wanted = terms(
        "3000", "0", instalments=3, start_date=PAID_OUT_ON, first_due_date=date(2022, 3, 31)
    )
    events: list[LoanEvent] = [
        Disbursed(
            sequence=1, value_date=PAID_OUT_ON, booked_on=PAID_OUT_ON, amount_minor=inr("3000")
        )
    ]
    for number, (amount, when) in enumerate(repayments, start=2):
        paid_on = day(when)
        events.append(
            Repaid(sequence=number, value_date=paid_on, booked_on=paid_on, amount_minor=inr(amount))
        )
    return replay(wanted, events, day(on))


def late(on: str, *repayments: tuple[str, str]) -> Arrears:
    return arrears_of(borrowed(on, *repayments))


@pytest.mark.parametrize(
    ("on", "days", "expected"),
    [
        ("2022-03-30", 0, "standard"),
        ("2022-03-31", 0, "sma-0"),
        ("2022-04-29", 29, "sma-0"),
        ("2022-04-30", 30, "sma-1"),
        ("2022-05-29", 59, "sma-1"),
        ("2022-05-30", 60, "sma-2"),
        ("2022-06-28", 89, "sma-2"),
        ("2022-06-29", 90, "npa"),
    ],
)
def test_a_loan_due_on_31_march_is_classified_at_the_end_of_each_day(
    on: str, days: int, expected: str
) -> None:
    found = late(on)

    assert (found.days_past_due, found.classification) == (days, expected)


def test_paying_a_part_of_the_oldest_instalment_makes_nothing_younger() -> None:
    found = late("2022-04-30", ("999.99", "2022-04-10"))

    assert found.since == date(2022, 3, 31)
    assert found.classification == "sma-1"
    assert found.overdue_minor == inr("1000.01")  # one paisa, and what is due today


def test_a_loan_that_does_not_perform_performs_again_when_all_arrears_are_paid() -> None:
    oldest_paid = late("2022-07-05", ("2000", "2022-07-01"))
    all_paid = late("2022-07-05", ("2000", "2022-07-01"), ("1000", "2022-07-04"))

    assert oldest_paid.days_past_due == 35
    assert oldest_paid.classification == "npa"
    assert all_paid.classification == "standard"


def test_a_loan_that_was_late_and_paid_in_time_is_classified_by_what_is_late_now() -> None:
    found = late("2022-06-30", ("1000", "2022-06-10"), ("1000", "2022-06-15"))

    # What was due on 31 May is unpaid, 31 days by then; nothing was late for more than 90 days.
    assert found.classification == "sma-1"


def test_an_instalment_of_which_nothing_was_to_be_paid_was_never_late() -> None:
    wanted = terms(
        "3000", "0", instalments=6, start_date=PAID_OUT_ON, first_due_date=date(2022, 3, 31),
        principal_grace=3,
    )  # fmt: skip
    paid_out = Disbursed(
        sequence=1, value_date=PAID_OUT_ON, booked_on=PAID_OUT_ON, amount_minor=inr("3000")
    )

    found = arrears_of(replay(wanted, [paid_out], date(2022, 7, 31)))

    # Nothing was due on 31 March, 30 April, 31 May; the first 1 000 was on 30 June.
    assert (found.since, found.classification) == (date(2022, 6, 30), "sma-1")


@pytest.mark.parametrize(
    ("until", "class_then", "by"),
    [(None, "npa", "borrower"), ("2022-04-10", "sma-0", "loan")],
)
def test_a_loan_that_is_hardly_late_is_classified_with_its_borrower(
    until: str | None, class_then: str, by: str
) -> None:
    found = classified(("2022-03-31", "2022-03-31"), *([(until, None)] if until else []))

    assert (found.classification, found.classified_by) == (class_then, by)
    assert (found.days_past_due, found.overdue_minor) == (11, inr("1000"))


def classified(*found: tuple[str, str | None]) -> Arrears:
    """The loan of above on 11 April, whose borrower was found so on these days."""
    wanted = terms(
        "3000", "0", instalments=3, start_date=PAID_OUT_ON, first_due_date=date(2022, 3, 31)
    )
    events: list[LoanEvent] = [
        Disbursed(
            sequence=1, value_date=PAID_OUT_ON, booked_on=PAID_OUT_ON, amount_minor=inr("3000")
        )
    ]
    for number, (when, since) in enumerate(found, start=2):
        on = day(when)
        npa = since and day(since)
        events.append(Classified(sequence=number, value_date=on, booked_on=on, npa_since=npa))
    return arrears_of(replay(wanted, events, day("2022-04-11")))


PENAL = PenalTerms(
    penal_rate=Decimal(24), penal_amount_minor=250_00, penal_grace_days=3,
    penal_tax_percent=Decimal(0),
)  # fmt: skip


def charged(on: str, *repayments: tuple[str, str], **charges: Any) -> Arrears:
    """The loan of above, which pays principal before the penal charges of 250 and 24 percent."""
    wanted = terms(
        "3000", "0", instalments=3, start_date=PAID_OUT_ON, first_due_date=date(2022, 3, 31)
    )
    rules = ServicingRules(allocation=AllocationOrder.INTEREST_PRINCIPAL_PENALTIES_FEES)
    happened: list[dict[str, Any]] = [{"kind": "disbursed", "on": "2022-02-28", "minor": "3000"}]
    happened += [{"kind": "repaid", "on": when, "minor": amount} for amount, when in repayments]
    if charges:
        happened.append({"kind": "charged", "minor": "10", "on": charges.pop("when"), **charges})
    events = [
        event_of(
            {
                "sequence": number, "kind": each.pop("kind"), "value_date": day(each["on"]),
                "booked_on": day(each.pop("on")), "amount_minor": inr(each.pop("minor")),
            },
            each,
        )
        for number, each in enumerate(happened, start=1)
    ]  # fmt: skip
    return arrears_of(replay(wanted, events, day(on), rules=rules, penal=PENAL))


IN_TIME = (("1000", "2022-03-31"), ("1000", "2022-04-30"))


def test_a_penal_charge_that_is_left_makes_nobody_late() -> None:
    unpaid = charged("2022-06-10", *IN_TIME)
    only_penal = charged("2022-12-31", *IN_TIME, ("1000", "2022-06-10"))

    assert (unpaid.since, unpaid.overdue_minor) == (date(2022, 5, 31), inr("1250"))
    assert (only_penal.since, only_penal.days_past_due) == (None, 0)
    assert only_penal.overdue_minor == inr("250")
    assert (only_penal.classification, only_penal.is_npa) == ("standard", False)


def test_it_performs_again_with_principal_and_interest_whatever_is_left_of_charges() -> None:
    found = charged("2022-08-30", *IN_TIME, ("1000", "2022-08-30"))

    assert charged("2022-08-29", *IN_TIME).classification == "npa"
    assert found.classification == "standard"
    assert found.overdue_minor > inr("250")


def test_a_fee_is_late_and_makes_no_loan_non_performing() -> None:
    found = charged(
        "2022-12-31", *IN_TIME, ("1000", "2022-05-31"), when="2022-05-31", part="fees", name="copy"
    )

    assert found.since == date(2022, 5, 31)
    assert found.classification == "sma-2"


def test_interest_of_a_loan_that_does_not_perform_is_no_income() -> None:
    found = position(paid("20", "2022-12-05"), on="2023-03-15")

    performing, not_performing = books(found), books(found, is_npa=True)

    assert not_performing["INTEREST-INCOME"] == inr("20")
    assert not_performing["INTEREST-SUSPENSE"] == performing["INTEREST-INCOME"] - inr("20")
    assert not_performing["LOAN-INTEREST-RECEIVABLE"] == performing["LOAN-INTEREST-RECEIVABLE"]
