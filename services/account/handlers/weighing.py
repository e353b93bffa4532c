"""Which cash and transfers by staff wait for a second person."""

from collections.abc import Sequence
from typing import Any

from infra.handling.context import Asked
from services.account.domain.commands.weighing import why_it_waits
from services.account.handlers.registry import service
from services.account.store import AccountStore


@service.weighs
async def weigh(asked: Sequence[Asked[Any]], store: AccountStore) -> list[str | None]:
    """By the terms of the open business day, read once for all of them."""
    names = [type(each.message).approval.above for each in asked]
    terms = await store.terms_on(set(names), asked[0].context.business_date)
    return [
        why_it_waits(each.message, terms[name]) for each, name in zip(asked, names, strict=True)
    ]
