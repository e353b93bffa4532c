"""Runs one handler over the messages that it takes at once."""

from collections.abc import Sequence
from typing import Any, cast

from contracts.envelope import DomainError
from infra.data.database import Connection
from infra.handling.context import Ask, Asked
from infra.handling.service import Registered


async def run_handler(
    db: Connection, entry: Registered, asked: Sequence[Asked[Any]], store: object, *asks: Ask
) -> Sequence[Any]:
    """One outcome for each message; a refusal undoes what its own message did."""
    if entry.many:
        outcomes = await entry.function(asked, store)
        if not entry.answers:
            # What a batch of messages makes a listener tell is told once, with the first.
            return [tuple(outcomes or ())] + [()] * (len(asked) - 1)
        return cast(Sequence[Any], outcomes)
    [only] = asked
    try:
        async with db.transaction():
            return [await entry.function(only.message, store, only.context, *asks)]
    except DomainError as refusal:
        return [refusal]
