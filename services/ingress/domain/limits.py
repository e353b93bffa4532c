"""Whether a partner may have what it asks for, by its registration and by what it has used."""

from dataclasses import dataclass

from contracts.auth.partners import Partner
from services.ingress.domain.refusals import (
    AccountNotAllowed,
    AmountAboveLimit,
    CurrencyNotAllowed,
    DailyLimitReached,
    TooManyMessages,
    TypeNotAllowed,
)
from services.ingress.domain.wishes import Wish


@dataclass(frozen=True, slots=True)
class Used:
    """What a partner has used of its limits."""

    today_minor: int  # of the amounts of this day of the calendar
    messages: int  # let in within the last minute


def check_allowed(wish: Wish, partner: Partner) -> None:
    """Raises TypeNotAllowed, AccountNotAllowed."""
    if wish.offer not in partner.allowed_types:
        raise TypeNotAllowed
    if wish.account not in partner.accounts:
        raise AccountNotAllowed


def check_limits(wish: Wish, partner: Partner, used: Used) -> None:
    """Raises CurrencyNotAllowed, AmountAboveLimit, DailyLimitReached, TooManyMessages."""
    if wish.amount is not None:
        if wish.amount.currency is not partner.currency:
            raise CurrencyNotAllowed(f"You are registered for {partner.currency}.")
        if wish.amount.minor > partner.command_limit_minor:
            raise AmountAboveLimit
        if used.today_minor + wish.amount.minor > partner.daily_limit_minor:
            raise DailyLimitReached
    if used.messages >= partner.per_minute:
        raise TooManyMessages
