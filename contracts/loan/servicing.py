"""How a loan is served: which part a repayment pays first, and what it changes of the schedule."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field


class AllocationOrder(StrEnum):
    """Which parts of what is due a repayment pays first."""

    # Instalment by instalment, the oldest first; within one in this order.
    PENALTIES_FEES_INTEREST_PRINCIPAL = "PENALTIES_FEES_INTEREST_PRINCIPAL"
    INTEREST_PRINCIPAL_PENALTIES_FEES = "INTEREST_PRINCIPAL_PENALTIES_FEES"
    # Penalties, fees and interest of all that is due, the oldest first; then its principal.
    PRINCIPAL_LAST = "PRINCIPAL_LAST"


class PrepaymentRule(StrEnum):
    """What becomes of the instalments to come when more is paid than is due."""

    NEXT_INSTALMENTS = "NEXT_INSTALMENTS"  # the next ones are paid in advance
    REDUCE_INSTALMENT = "REDUCE_INSTALMENT"  # as many, each smaller
    REDUCE_NUMBER = "REDUCE_NUMBER"  # each as large, fewer of them


class Recalculation(StrEnum):
    """Whether interest follows what is really owed, and from when a repayment counts for it."""

    NONE = "NONE"  # interest is as it was planned, whenever it is paid
    DAILY = "DAILY"  # from the day of the repayment
    SAME_AS_REPAYMENT = "SAME_AS_REPAYMENT"  # from the next due date


class LateInterest(StrEnum):
    """Whether principal that is overdue bears interest, where interest is recalculated."""

    FULL = "FULL"  # every day
    UNTIL_REPAYMENT = "UNTIL_REPAYMENT"  # in periods with a repayment, and until it
    NONE = "NONE"


class PreClosure(StrEnum):
    """Until when the period under way bears interest if the loan is paid off within it."""

    TO_DATE = "TO_DATE"
    TO_DUE_DATE = "TO_DUE_DATE"


class ServicingRules(BaseModel):
    """The rules under which a loan is repaid, as its product has them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    allocation: AllocationOrder = Field(
        default=AllocationOrder.PENALTIES_FEES_INTEREST_PRINCIPAL,
        description="Which parts of what is due a repayment pays first.",
    )
    prepayment: PrepaymentRule = Field(
        default=PrepaymentRule.NEXT_INSTALMENTS,
        description="What becomes of the instalments to come when more is paid than is due.",
    )
    recalculation: Recalculation = Field(
        default=Recalculation.NONE,
        description="Whether interest follows what is really owed.",
    )
    late_interest: LateInterest = Field(
        default=LateInterest.FULL,
        description="Whether overdue principal bears interest, where interest is recalculated.",
    )
    pre_closure: PreClosure = Field(
        default=PreClosure.TO_DATE,
        description="Until when the period under way bears interest if the loan is paid off.",
    )
    debit_days: int = Field(
        default=0,
        strict=True,
        ge=0,
        le=31,
        description="On how many days, from the due date on, what is due is debited from the"
        " loan's account if it can be; 0: never.",
    )
