"""Benchmarks whose changes floating loans follow."""

from datetime import date
from typing import Annotated, ClassVar

from fastapi import Path

from contracts.loan.benchmarks import (
    AddBenchmarkVersion,
    Benchmark,
    BenchmarkCode,
    Benchmarks,
    BenchmarkVersion,
    ListBenchmarks,
)
from gateway.money import ExactDecimal, rate_text
from gateway.routing import EdgeRouter
from gateway.schemas import Answer, Body, IsoDate, example
from gateway.telling import From

router = EdgeRouter("/api/loans/benchmarks", "loans")

BenchmarkPath = Annotated[BenchmarkCode, Path(examples=["REPO"])]
A_VERSION = {
    "code": "REPO", "version": 1, "valid_from": "2026-01-01", "annual_rate": "6.5",
    "is_in_force": True,
}  # fmt: skip


class BenchmarkRequest(Body):
    """What the benchmark is from a date on."""

    model_config = example(valid_from="2099-01-01", annual_rate="6.25")

    valid_from: IsoDate
    annual_rate: ExactDecimal


class BenchmarkVersionAnswer(Answer):
    """A rate that holds from `valid_from` on, before the next one."""

    model_config = example(**A_VERSION)
    location: ClassVar[str | None] = "/api/loans/benchmarks"
    tells = BenchmarkVersion

    code: str
    version: int
    valid_from: date
    annual_rate: Annotated[str, From("annual_rate", "{:f}".format)]
    is_in_force: bool


class BenchmarkAnswer(Answer):
    """A benchmark as it is today, with all versions, those to come included."""

    tells = Benchmark

    code: str
    annual_rate: Annotated[str | None, From("annual_rate", rate_text)]
    versions: tuple[BenchmarkVersionAnswer, ...]


class BenchmarksAnswer(Answer):
    """Every benchmark, by its code."""

    model_config = example(items=[{"code": "REPO", "annual_rate": "6.5", "versions": [A_VERSION]}])
    tells = Benchmarks

    items: tuple[BenchmarkAnswer, ...]


@router.asks(ListBenchmarks, "GET ", answers=BenchmarksAnswer)
def list_benchmarks() -> ListBenchmarks:
    """Which benchmarks there are, and what each was, is and will be."""
    return ListBenchmarks()


@router.sends(AddBenchmarkVersion, "POST /{code}/versions", answers=BenchmarkVersionAnswer)
def add_benchmark_version(code: BenchmarkPath, body: BenchmarkRequest) -> AddBenchmarkVersion:
    """Say what a benchmark is from a date on, once a manager approves it. Loans that float with it
    change on that day by as much as it does."""
    return AddBenchmarkVersion(code=code, **body.model_dump())
