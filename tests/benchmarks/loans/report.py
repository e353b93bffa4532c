"""The figures of loans and their goals, as Markdown."""

from collections.abc import Mapping, Sequence

from tests.benchmarks.figures import at
from tests.benchmarks.loans.days import Done
from tests.benchmarks.loans.quotes import ENGINE_MS_MAX, LENGTHS, Quotes

GROWTH_MAX = 1.25  # of the time of a loan, from few loans to many


def quotes(taken: Quotes) -> list[str]:
    lines = ["| quotes | per second | p50 | p95 |", "|-|-:|-:|-:|"]
    for (instalments, connections), outcome in taken.calls.items():
        p50, p95 = outcome.percentile(0.5), outcome.percentile(0.95)
        figure = at(f"{instalments} instalments", connections)
        lines.append(f"| {figure} | {outcome.per_second:,.0f} | {p50:.1f} ms | {p95:.1f} ms |")
    longest = LENGTHS[-1]
    return [
        *lines,
        "",
        *(f"The arithmetic of {n} instalments: {taken.engine_ms[n]:.1f} ms." for n in LENGTHS),
        f"Goal for {longest}: ≤ {ENGINE_MS_MAX:.0f} ms"
        f"{_missed(taken.engine_ms[longest] <= ENGINE_MS_MAX)}.",
    ]


def earned(taken: Sequence[Done]) -> list[str]:
    first, last = taken[0], taken[-1]
    by_cost = last.cost.microseconds / first.cost.microseconds
    by_time = first.per_second / last.per_second
    return [
        *_done("loans at the end of a day", taken),
        "",
        f"Time of a loan among {last.items:,} / among {first.items:,}: {by_time:.2f}; processor"
        f" time {by_cost:.2f} (goal ≤ {GROWTH_MAX}){_missed(by_cost <= GROWTH_MAX)}.",
    ]


def debited(taken: Done) -> list[str]:
    return _done("instalments debited", [taken])


def machine(facts: Mapping[str, str]) -> list[str]:
    return ["| machine | |", "| --- | --- |", *(f"| {k} | {v} |" for k, v in facts.items())]


def _done(what: str, taken: Sequence[Done]) -> list[str]:
    return [
        f"| {what} | seconds | per second | set aside | µs of processor time of one |",
        "|-:|-:|-:|-:|-|",
        *(
            f"| {each.items:,} | {each.seconds:,.0f} | {each.per_second:,.0f} | {each.faults}"
            f" | {each.cost.microseconds:,.0f}: {each.cost} |"
            for each in taken
        ),
    ]


def _missed(is_met: bool) -> str:
    return "" if is_met else ", missed"
