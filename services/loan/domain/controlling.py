"""What all loans have noted as booked, held against what the ledger has on its lines."""

from collections.abc import Mapping

from contracts.loan.control import ControlLine
from contracts.money import Currency
from services.loan.domain.servicing.books import CONTROL, SHARED

Sums = Mapping[tuple[str, str], int]  # by line and currency, credit positive


def control_lines(noted: Sums, held: Sums) -> tuple[ControlLine, ...]:
    """Each line on which loans alone are booked, by line and currency."""
    wanted = {key for key in held if key[0] in CONTROL}
    wanted |= {key for key in noted if key[0] not in SHARED}
    return tuple(
        ControlLine(
            line=line,
            currency=Currency(currency),
            noted_minor=noted.get((line, currency), 0),
            held_minor=held.get((line, currency), 0),
            difference_minor=held.get((line, currency), 0) - noted.get((line, currency), 0),
        )
        for line, currency in sorted(wanted)
    )
