"""Benchmarks: rates of the market, in dated versions, whose changes floating loans follow."""

from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import StringConstraints

from contracts.envelope import Approval, Command, Message, Query, Role
from contracts.loan.values import Percent

_ADMINS = frozenset({Role.ADMIN})
BenchmarkCode = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9_]{2,30}$")]


class BenchmarkVersion(Message):
    """A rate that holds from `valid_from` on, until the next one; percent a year."""

    code: str
    version: int  # 1, 2, 3 …
    valid_from: date  # a business date
    annual_rate: Decimal
    is_in_force: bool  # today


class Benchmark(Message):
    """A benchmark with all its versions in order, those to come included."""

    code: str
    annual_rate: Decimal | None  # today's, percent a year; None: the first one is still to come
    versions: tuple[BenchmarkVersion, ...]


class Benchmarks(Message):
    """Every benchmark, in order of code."""

    items: tuple[Benchmark, ...]


class ListBenchmarks(Query):
    """All benchmarks at once; a bank has few."""

    reply = Benchmarks


class BenchmarkVersionAdded(BenchmarkVersion):
    """Reply to AddBenchmarkVersion."""


class AddBenchmarkVersion(Command):
    """Say what a benchmark is from a business date on, once a manager approves; a new code is a new
    benchmark. Loans that float with it change on that day by as much as it does."""

    reply = BenchmarkVersionAdded
    roles = _ADMINS
    approval = Approval(makers=_ADMINS)
    about = "loan-benchmark:{code}"

    code: BenchmarkCode
    valid_from: date  # today's business date or a later one, after that of the last version
    annual_rate: Percent
