"""What the transaction service can be asked of the history of money movements."""

from datetime import date
from typing import Annotated, Self

from pydantic import Field, model_validator

from contracts.account.values import EntryKind, Posting
from contracts.envelope import Message, Query
from contracts.money import MINOR_MAX, Currency
from contracts.words import AccountNumber, Cursor, PageSize, Search

Amount = Annotated[int, Field(ge=0, le=MINOR_MAX)]


class Movement(Posting, Message):
    """One posting of a customer's account, with whom it was exchanged."""

    customer_id: int
    counterparty: str | None


class Movements(Message):
    """A page of movements; `next_cursor` is None on the last one."""

    items: tuple[Movement, ...]
    next_cursor: str | None


class SearchMovements(Query):
    """Newest first; `search` matches description, reference and counterparty.

    An amount at least or at most needs its `currency`: minor units of two are not compared.
    """

    reply = Movements

    account_number: AccountNumber | None = None
    kind: EntryKind | None = None
    booked_from: date | None = None
    booked_to: date | None = None
    currency: Currency | None = None
    min_amount_minor: Amount | None = None
    max_amount_minor: Amount | None = None
    search: Search | None = None
    limit: PageSize = 25
    cursor: Cursor | None = None

    @model_validator(mode="after")
    def _amount_has_a_currency(self) -> Self:
        amounts = (self.min_amount_minor, self.max_amount_minor)
        if self.currency is None and any(amount is not None for amount in amounts):
            raise ValueError("an amount needs a currency")
        return self
