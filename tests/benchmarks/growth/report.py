"""The figures, their ratios and the goals, as Markdown."""

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import median

from tests.benchmarks.figures import spread
from tests.benchmarks.growth.filling import Shape

SLOWER_MAX = 1.5  # of a question asked of the full bank, to the same asked of the empty one
RATE_MIN = 0.9  # of entries and transfers per second


@dataclass(frozen=True)
class Measured:
    shape: Shape
    filled_seconds: float
    seconds: float
    questions: Mapping[str, Mapping[str, float]]  # milliseconds
    rates: Mapping[str, Mapping[str, list[float]]]  # per second


def report(measured: Measured) -> str:
    shape = measured.shape
    return "\n".join(
        (
            f"{shape.postings:,} postings on {shape.accounts:,} accounts and {shape.days} dates;"
            f" filled after {measured.filled_seconds:.0f} s, all done after"
            f" {measured.seconds:.0f} s.",
            "",
            *_questions(measured.questions),
            "",
            *_rates(measured.rates),
        )
    )


def _questions(questions: Mapping[str, Mapping[str, float]]) -> list[str]:
    lines = [
        f"| question | ms, empty | ms, full | ratio (goal ≤ {SLOWER_MAX}) | |",
        "|-|-:|-:|-:|-|",
    ]
    for name, taken in questions.items():
        ratio = taken["full"] / taken["empty"]
        verdict = "" if ratio <= SLOWER_MAX else "missed"
        lines.append(
            f"| {name} | {taken['empty']:.1f} | {taken['full']:.1f} | {ratio:.2f} | {verdict} |"
        )
    return lines


def _rates(rates: Mapping[str, Mapping[str, list[float]]]) -> list[str]:
    lines = [
        f"| rate | per second, empty | per second, full | ratio in a round (goal ≥ {RATE_MIN}) | |",
        "|-|-|-|-|-|",
    ]
    for name, taken in rates.items():
        ratios = [full / empty for empty, full in zip(taken["empty"], taken["full"], strict=True)]
        verdict = "" if median(ratios) >= RATE_MIN else "missed"
        lines.append(
            f"| {name} | {spread(taken['empty'], 0)} | {spread(taken['full'], 0)}"
            f" | {spread(ratios)} | {verdict} |"
        )
    return lines
