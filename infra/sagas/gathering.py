"""What leaves together: of runs that come to such a step, the runs that go on for all of them."""

from collections.abc import Hashable, Iterable, Iterator
from typing import Any
from uuid import uuid5

from infra.sagas.moves import start
from infra.sagas.table import Move, Run, Saga, Together


def gathered(moves: Iterable[tuple[Saga[Any], Move[Any]]]) -> Iterator[tuple[Saga[Any], Move[Any]]]:
    """The first move of each run that begins because these moves were made at once.

    A run joins others once, at the first attempt of its step, so the id of what it joins follows
    from the first of those that join.
    """
    groups: dict[tuple[Any, Hashable], tuple[Together[Any], list[Run[Any]]]] = {}
    for saga, move in moves:
        together = saga.steps[move.run.at].do
        if move.is_joining and isinstance(together, Together):
            key = saga.name, together.key(move.run.data)
            groups.setdefault(key, (together, []))[1].append(move.run)
    for together, runs in groups.values():
        runs.sort(key=lambda run: run.saga_id)
        for first in range(0, len(runs), together.most):
            joined = runs[first : first + together.most]
            run_id = uuid5(joined[0].saga_id, "together")
            data = together.data(run_id, [run.data for run in joined])
            yield together.saga, start(together.saga, run_id, data)
