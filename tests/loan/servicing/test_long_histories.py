"""Loans of many instalments and many repayments: what a replay has to do grows with both alone."""

from datetime import timedelta

import pytest

from contracts.loan.servicing import PrepaymentRule, Recalculation, ServicingRules
from services.loan.domain.schedule import draw_schedule
from services.loan.domain.servicing.events import Disbursed, Repaid
from services.loan.domain.servicing.lines import Line
from services.loan.domain.servicing.replaying import replay
from tests.loan.terms import terms

RULES = ServicingRules(recalculation=Recalculation.DAILY, prepayment=PrepaymentRule.REDUCE_NUMBER)


def lines_planned(instalments: int, monkeypatch: pytest.MonkeyPatch) -> int:
    """How often a line is planned while a loan is replayed of which half is paid punctually."""
    wanted = terms("1200000", "9", instalments=instalments)
    start, counted = wanted.start_date, 0
    events: list[Disbursed | Repaid] = [
        Disbursed(
            sequence=1, value_date=start, booked_on=start, amount_minor=wanted.principal_minor
        )
    ]
    for each in draw_schedule(wanted).instalments[: instalments // 2]:
        events.append(
            Repaid(
                sequence=each.number + 1, value_date=each.due_date, booked_on=each.due_date,
                amount_minor=each.due_minor,
            )
        )  # fmt: skip
    bear = Line.bear

    def counting(line: Line, own: int, brought: int, left: int, *, is_last: bool) -> None:
        nonlocal counted
        counted += 1
        bear(line, own, brought, left, is_last=is_last)

    with monkeypatch.context() as patch:
        patch.setattr(Line, "bear", counting)
        replay(wanted, events, events[-1].value_date + timedelta(days=1), rules=RULES)
    return counted


def test_four_times_as_many_instalments_and_repayments_are_four_times_the_work(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    few, many = lines_planned(60, monkeypatch), lines_planned(240, monkeypatch)

    assert many < 4.5 * few
