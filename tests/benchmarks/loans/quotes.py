"""Quotes: how long the arithmetic takes, and how many are told over HTTP."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from statistics import median
from uuid import uuid4

from contracts.loan.quotes import QuoteLoan
from services.loan.domain.schedule import draw_schedule
from tests.benchmarks.figures import MANY, ONE
from tests.benchmarks.load import LoadPlan, Outcome, request
from tests.benchmarks.stage import Scene

LENGTHS = (36, 600)  # instalments
ENGINE_MS_MAX = 50.0  # for the longest
DRAWN = 25  # times
BODY = {"principal": "1200000.00", "annual_rate": "12", "start_date": "2026-12-01"}


@dataclass(frozen=True)
class Quotes:
    """By the number of instalments: milliseconds of the arithmetic alone, and calls by the number
    of connections."""

    engine_ms: Mapping[int, float]
    calls: Mapping[tuple[int, int], Outcome]


async def take_quotes(scene: Scene, seconds: float, many: int = MANY) -> Quotes:
    calls = {}
    for instalments in LENGTHS:
        for connections in (ONE, many):
            await scene.sign_in()
            body = {**BODY, "instalments": instalments}
            sent = [request("/api/loans/quote", scene.token, body)]
            plan = LoadPlan(scene.bank.port_base, connections, seconds, sent, 200, uuid4().hex)
            calls[instalments, connections] = await scene.http(plan)
    return Quotes({length: engine_ms(length) for length in LENGTHS}, calls)


def engine_ms(instalments: int) -> float:
    """The median of some, in this process."""
    terms = QuoteLoan(
        principal_minor=1_200_000_00, annual_rate=Decimal(12), instalments=instalments,
        start_date=date(2026, 12, 1),
    )  # fmt: skip
    taken = []
    for _ in range(DRAWN):
        begun_at = time.perf_counter()
        draw_schedule(terms)
        taken.append((time.perf_counter() - begun_at) * 1_000)
    return median(taken)
