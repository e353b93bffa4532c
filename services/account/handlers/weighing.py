"""Which cash and transfers by staff wait for a second person."""

from collections.abc import Sequence
from typing import Any

from infra.handling.context import Asked
from services.account.domain.commands.weighing import captured_whole, why_it_waits
from services.account.handlers.registry import service
from services.account.store import AccountStore


@service.weighs
async def weigh(asked: Sequence[Asked[Any]], store: AccountStore) -> list[str | None]:
    """By the terms of the open business day, read once for all of them."""
    commands = [each.message for each in asked]
    names = [type(command).approval.above for command in commands]
    terms = await store.terms_on(set(names), asked[0].context.business_date)
    whole = captured_whole(commands)
    held = await store.held(whole) if whole else {}
    return [
        why_it_waits(command, terms[name], held)
        for command, name in zip(commands, names, strict=True)
    ]
