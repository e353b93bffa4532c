"""Provisions: what the bank sets aside, at its own expense, for what may be lost of its loans.

By the Reserve Bank's norms on income recognition, asset classification and provisioning (master
circular RBI/2015-16/101) it is a percentage of what is owed that grows with the years for which a
loan has not performed: it is sub-standard for up to 12 months, then doubtful for up to one year,
from one to three, and longer. Principal alone counts: interest of such a loan that is not paid is
no income, so it cannot be lost.

A loan that something of value stands for is secured as a whole. What is written off uses up what is
provided for it; only the rest is an expense of that day.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

from contracts.calendar import months_after
from contracts.loan.provisioning import ProvisionRate
from contracts.loan.values import Stage
from services.loan.domain.refusals import ProvisioningUnclear
from services.loan.domain.rounding import rounded
from services.loan.domain.servicing.arrears import Arrears
from services.loan.domain.servicing.books import LOSSES, PROVISION, PROVISION_EXPENSE
from services.loan.domain.servicing.position import Position

Percents = Mapping[Stage, Decimal]  # of loans of one kind

_SPECIAL_MENTION = (Stage.SMA_0, Stage.SMA_1, Stage.SMA_2)
# For up to so many months since it began that a loan does not perform.
_NOT_PERFORMING = ((12, Stage.SUB_STANDARD), (24, Stage.DOUBTFUL_1), (48, Stage.DOUBTFUL_2))


def stage_of(arrears: Arrears) -> Stage:
    """Of a loan that is owed, at the end of the day of its arrears."""
    since = arrears.npa_since
    if since is None:
        return Stage(arrears.classification)
    return next(
        (stage for months, stage in _NOT_PERFORMING if arrears.on <= months_after(since, months)),
        Stage.DOUBTFUL_3,
    )


def whole_rates(rates: Sequence[ProvisionRate]) -> tuple[ProvisionRate, ...]:
    """A rate for each stage in their order; of special mention that is left out, that of standard.

    Raises:
        ProvisioningUnclear: a stage has no rate or two, or there is one for losses.
    """
    of_stage = {each.stage: each for each in rates}
    wanted = [each for each in Stage if each is not Stage.LOSS]
    standard = of_stage.get(Stage.STANDARD)
    if standard is not None:
        left_out = {each: standard.model_copy(update={"stage": each}) for each in _SPECIAL_MENTION}
        of_stage = {**left_out, **of_stage}
    if of_stage.keys() != set(wanted) or len({each.stage for each in rates}) < len(rates):
        raise ProvisioningUnclear
    return tuple(of_stage[each] for each in wanted)


def percents_of(rates: Sequence[ProvisionRate], *, is_secured: bool) -> Percents:
    """What is provided for secured loans, or for the others."""
    return {
        each.stage: each.secured_percent if is_secured else each.unsecured_percent for each in rates
    }


def provision_due(position: Position, arrears: Arrears, percents: Percents) -> int:
    """What has to be provided for a loan that is owed, at the end of a day, rounded once."""
    suspended = position.unrealised_minor if arrears.is_npa else 0
    owed = position.principal_minor - suspended
    return rounded(owed * Fraction(percents[stage_of(arrears)]) / 100)


def provided(booked: Mapping[str, int]) -> int:
    """What was ever provided for a loan and not released, by what is booked of it."""
    return -booked.get(PROVISION_EXPENSE, 0)


def with_provision(
    lines: Mapping[str, int], position: Position, provision_minor: int
) -> dict[str, int]:
    """The books of a loan for which so much is provided; of one that is repaid, nothing is."""
    if position.written_off is not None:
        loss = max(-lines.get(LOSSES, 0), 0)
        used = min(provision_minor, loss)
        changed = {**lines, LOSSES: lines.get(LOSSES, 0) + used, PROVISION_EXPENSE: -used}
    else:
        kept = 0 if position.is_repaid else provision_minor
        changed = {**lines, PROVISION: kept, PROVISION_EXPENSE: -kept}
    return {line: minor for line, minor in changed.items() if minor}
