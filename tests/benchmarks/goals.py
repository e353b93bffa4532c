"""Which figures are compared, and what their ratio is to be."""

from dataclasses import dataclass

from tests.benchmarks import figures as f
from tests.benchmarks import files, lanes, screening
from tests.benchmarks.figures import Figures, Measure


@dataclass(frozen=True)
class Comparison:
    """A figure and its yardstick; of rates the goal is what to reach, of times what not to pass."""

    figure: str
    yardstick: str
    goal: float | None = None
    by: Measure = Measure.RATE

    def of(self, figures: Figures) -> list[float]:
        """Round by round; empty where one of the two was not taken."""
        taken = figures.taken[self.by]
        if self.figure not in taken or self.yardstick not in taken:
            return []
        return figures.ratio(self.figure, self.yardstick, self.by)

    @property
    def goal_words(self) -> str:
        if self.goal is None:
            return ""
        return f"{'≥' if self.by is Measure.RATE else '≤'} {self.goal}"

    def __str__(self) -> str:
        what = "" if self.by is Measure.RATE else f"{self.by} of "
        return f"{what}{self.figure} / {what}{self.yardstick}"


ONE_TRANSFER, TRANSFERS = f.at(f.TRANSFERS, f.ONE), f.at(f.TRANSFERS, f.MANY)
ONE_PAYMENT, PAYMENTS = f.at(f.PAYMENTS, f.ONE), f.at(f.PAYMENTS, f.MANY)
BARE = f.at(f.BARE, f.MANY)

WANTED = (
    Comparison(PAYMENTS, f.at(f.DURABLE, f.MANY), 3.0),
    Comparison(ONE_PAYMENT, f.at(f.DURABLE, f.ONE), 1.0, Measure.P50),
    Comparison(ONE_TRANSFER, f.at(f.ORIGINAL, f.ONE), 1.0, Measure.P50),
    Comparison(TRANSFERS, f.at(f.ORIGINAL, f.MANY), 10.0),
    Comparison(TRANSFERS, BARE, 0.65),
    Comparison(screening.WITH, screening.WITHOUT, 0.95),
    Comparison(f.POSTING, f.PGBENCH, 4.0),
    Comparison(f.HOT, f.POSTING, 0.9),
    Comparison(lanes.BESIDE, lanes.ALONE, 2.0, Measure.P95),
    *(Comparison(f.of_partners(count), f.PARTNER_HTTP) for count in f.PARTNERS),
    Comparison(files.ASKED, files.ALONE),
    Comparison(screening.WITH, f.at(f.DURABLE, f.MANY), 3.0),
    Comparison(screening.WITH_FEES, screening.WITH),
    Comparison(TRANSFERS, f.at(f.BARE_REMEMBERED, f.MANY)),
    Comparison(ONE_TRANSFER, f.at(f.BARE, f.ONE)),
    Comparison(TRANSFERS, f.PGBENCH),
    Comparison(PAYMENTS, BARE),
    Comparison(PAYMENTS, f.PGBENCH),
)
