"""The rates at which the bank provides: what may be set, and from when on it counts."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from contracts.envelope import Role
from contracts.loan.provisioning import (
    AddProvisioningVersion,
    GetProvisioning,
    Provisioning,
    ProvisionRate,
)
from contracts.loan.values import Stage
from infra.data.terms import TermsInThePast, TermsOverlap
from services.loan.domain.provisioning import whole_rates
from services.loan.domain.refusals import ProvisioningUnclear
from tests.builders import staff
from tests.loan.desk import DAY, LoanDesk
from tests.loan.provisions import PRINCIPAL, end, provided
from tests.loan.terms import inr

ADMIN = staff(Role.ADMIN)
FIRST = date(2026, 1, 1)
NORMS = {  # of secured and unsecured loans, in percent
    "standard": ("0.40", "0.40"), "sma-0": ("0.40", "0.40"), "sma-1": ("0.40", "0.40"),
    "sma-2": ("0.40", "0.40"), "sub-standard": ("15", "25"), "doubtful-1": ("25", "100"),
    "doubtful-2": ("40", "100"), "doubtful-3": ("100", "100"),
}  # fmt: skip
NO_MENTION = {stage: both for stage, both in NORMS.items() if not stage.startswith("sma")}


def rate(stage: str, secured: Any = 1, unsecured: Any = 1) -> ProvisionRate:
    return ProvisionRate(
        stage=Stage(stage), secured_percent=secured, unsecured_percent=unsecured
    )  # fmt: skip


def rates(of: dict[str, tuple[str, str]]) -> tuple[ProvisionRate, ...]:
    return tuple(rate(stage, *both) for stage, both in of.items())


def told(found: tuple[ProvisionRate, ...]) -> dict[str, tuple[str, str]]:
    return {
        each.stage.value: (f"{each.secured_percent:f}", f"{each.unsecured_percent:f}")
        for each in found
    }


async def asked(desk: LoanDesk) -> Provisioning:
    found = await desk.ask(GetProvisioning(), ADMIN)
    assert isinstance(found, Provisioning)
    return found


def test_special_mention_that_is_left_out_is_provided_for_as_standard() -> None:
    assert told(whole_rates(rates(NO_MENTION))) == NORMS
    earlier = whole_rates([*rates(NO_MENTION), rate("sma-2", 5, 5)])
    assert told(earlier) == {**NORMS, "sma-2": ("5", "5")}


@pytest.mark.parametrize(
    "given",
    [
        [each for each in rates(NORMS) if each.stage is not Stage.STANDARD],
        [each for each in rates(NORMS) if each.stage is not Stage.DOUBTFUL_2],
        [*rates(NORMS), rate("doubtful-1")],
        [*rates(NORMS), rate("loss")],
    ],
    ids=["no standard", "no doubtful-2", "one twice", "a loss"],
)
def test_rates_of_which_one_is_missing_or_too_many_are_refused(given: list[ProvisionRate]) -> None:
    with pytest.raises(ProvisioningUnclear):
        whole_rates(given)


@pytest.mark.parametrize("percent", ["100.000001", "-0.1", "NaN"])
def test_a_percentage_is_between_nothing_and_all(percent: str) -> None:
    with pytest.raises(ValidationError):
        rate("standard", percent)
    assert rate("standard", "100").secured_percent == Decimal(100)


@pytest.mark.integration
async def test_a_bank_begins_with_the_rates_of_the_reserve_bank(desk: LoanDesk) -> None:
    found = await asked(desk)

    assert told(found.rates) == NORMS
    assert [each.version for each in found.versions if each.is_in_force] == [1]


@pytest.mark.integration
async def test_other_rates_count_from_the_end_of_their_first_day_on(desk: LoanDesk) -> None:
    await desk.lend(PRINCIPAL, 12)
    wish = AddProvisioningVersion(
        valid_from=FIRST + DAY, rates=rates({**NO_MENTION, "standard": ("1", "0.5")})
    )
    added = await desk.ask(wish, ADMIN)
    assert (added.version, added.is_in_force) == (2, False)

    await end(desk, FIRST)
    assert provided(desk) == inr("480")
    await end(desk, FIRST + DAY)

    assert provided(desk) == inr("600")
    found = await asked(desk)
    assert (found.version, told(found.rates)["sma-1"]) == (2, ("1", "0.5"))
    assert [each.is_in_force for each in found.versions] == [False, True]


@pytest.mark.integration
async def test_a_day_that_is_done_late_goes_by_the_rates_of_its_own(desk: LoanDesk) -> None:
    await desk.lend(PRINCIPAL, 12)
    await desk.next_day_without_jobs()
    wish = AddProvisioningVersion(
        valid_from=desk.day, rates=rates({**NO_MENTION, "standard": ("1", "1")})
    )
    await desk.ask(wish, ADMIN)

    await desk.end(FIRST)
    await desk.book()

    assert provided(desk) == inr("480")


@pytest.mark.integration
async def test_rates_neither_change_the_past_nor_one_another(desk: LoanDesk) -> None:
    def wish(valid_from: date) -> AddProvisioningVersion:
        return AddProvisioningVersion(valid_from=valid_from, rates=rates(NORMS))

    await desk.ask(wish(FIRST + 5 * DAY), ADMIN)
    before = await asked(desk)

    with pytest.raises(TermsInThePast):
        await desk.ask(wish(FIRST - DAY), ADMIN)
    for day in (FIRST + 4 * DAY, FIRST + 5 * DAY):
        with pytest.raises(TermsOverlap):
            await desk.ask(wish(day), ADMIN)
    assert await asked(desk) == before
