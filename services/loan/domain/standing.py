"""What is kept of a loan's position for lists and for the work of a day, and its schedule."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from contracts.loan.quotes import Instalment as Told
from contracts.loan.quotes import LoanSchedule
from contracts.loan.values import Classification, ClassifiedBy, LoanState, Stage
from services.loan.domain.files import LoanFile
from services.loan.domain.provisioning import stage_of
from services.loan.domain.rows import printed_factor
from services.loan.domain.servicing.arrears import Arrears, arrears_of
from services.loan.domain.servicing.position import Instalment, Position
from services.loan.domain.terms import schedule_type


@dataclass(frozen=True, slots=True)
class Standing:
    """What follows from the events of a loan that is paid out; amounts in minor units."""

    state: LoanState
    disbursed_minor: int
    disbursed_on: date
    outstanding_minor: int  # principal
    overdue_minor: int
    overdue_since: date | None
    days_past_due: int
    classification: Classification
    classified_by: ClassifiedBy
    stage: Stage | None  # None: nothing is owed
    npa_since: date | None
    next_due_on: date | None
    next_due_minor: int
    instalments: tuple[Instalment, ...]


def standing_of(position: Position, disbursed_on: date) -> Standing:
    """How a loan stands that was first paid out on this date."""
    arrears = arrears_of(position, is_over=False)
    to_pay = next_due(position, position.on)
    state = _state_of(position)
    return Standing(
        state=state,
        disbursed_minor=position.disbursed_minor,
        disbursed_on=disbursed_on,
        outstanding_minor=position.principal_minor,
        overdue_minor=arrears.overdue_minor,
        overdue_since=arrears.since,
        days_past_due=arrears.days_past_due,
        classification=arrears.classification,
        classified_by=arrears.classified_by,
        stage=_stage_of(state, arrears),
        npa_since=arrears.npa_since,
        next_due_on=to_pay.due_on if to_pay else None,
        next_due_minor=to_pay.outstanding_minor if to_pay else 0,
        instalments=position.instalments,
    )


def next_due(position: Position, first: date) -> Instalment | None:
    """The first instalment that is due on this date or later and is not paid."""
    coming = (each for each in position.instalments if each.due_on >= first)
    return next((each for each in coming if each.outstanding_minor), None)


def _state_of(position: Position) -> LoanState:
    if position.written_off is not None:
        return LoanState.WRITTEN_OFF
    if not position.is_repaid:
        return LoanState.ACTIVE
    return LoanState.CANCELLED if position.is_given_back else LoanState.CLOSED


def _stage_of(state: LoanState, arrears: Arrears) -> Stage | None:
    if state is LoanState.WRITTEN_OFF:
        return Stage.LOSS
    return stage_of(arrears) if state is LoanState.ACTIVE else None


def schedule_of(loan: LoanFile, position: Position) -> LoanSchedule:
    """The instalments as they are; the yearly cost is that of the key facts, which count fees."""
    instalments = tuple(_told(each) for each in position.instalments)
    return LoanSchedule(
        currency=loan.currency,
        instalment_minor=instalment_of(position.instalments),
        instalments=instalments,
        total_interest_minor=position.capitalised_minor
        + position.to_capitalise_minor
        + sum(each.interest_minor for each in instalments),
        total_due_minor=sum(each.due_minor for each in instalments),
        apr=loan.key_facts.apr,
        total_principal_minor=position.disbursed_minor,
        total_fees_minor=position.kept_back_minor + sum(each.fees_minor for each in instalments),
        net_disbursed_minor=position.disbursed_minor - position.kept_back_minor,
        schedule_type=schedule_type(loan.terms),
    )


def instalment_of(instalments: Sequence[Instalment]) -> int:
    """What is paid regularly: of equal parts of principal, what is due first with one of them."""
    regular = (each for each in instalments if not each.is_down_payment)
    first = next((each for each in regular if each.principal.due_minor), instalments[-1])
    is_equal_part = first.target_minor == first.principal.due_minor
    return first.due_minor if is_equal_part else first.target_minor


def _told(instalment: Instalment) -> Told:
    return Told(
        number=instalment.number,
        due_date=instalment.due_on,
        principal_minor=instalment.principal.due_minor,
        interest_minor=instalment.interest.due_minor,
        fees_minor=instalment.fees.due_minor + instalment.penalties.due_minor,
        due_minor=instalment.due_minor,
        waived_minor=instalment.waived_minor,
        balance_minor=instalment.balance_minor,
        from_date=instalment.start_on,
        days=(instalment.due_on - instalment.start_on).days,
        rate_factor=printed_factor(sum(each.factor for each in instalment.stretches)),
    )
