"""What all loans have noted as booked, held against what the ledger has on its lines."""

from collections.abc import Iterable, Mapping

from contracts.loan.control import ControlLine, HeldLine
from contracts.money import Currency
from services.loan.domain.servicing.books import CONTROL, SHARED

Noted = Mapping[tuple[str, str], int]  # by line and currency, credit positive


def control_lines(noted: Noted, held: Iterable[HeldLine]) -> tuple[ControlLine, ...]:
    """Each line on which loans alone are booked, by line and currency."""
    holds = {(each.gl_code, str(each.currency)): each.held_minor for each in held}
    wanted = {key for key in holds if key[0] in CONTROL}
    wanted |= {key for key in noted if key[0] not in SHARED}
    return tuple(
        ControlLine(
            line=line,
            currency=Currency(currency),
            noted_minor=noted.get((line, currency), 0),
            held_minor=holds.get((line, currency), 0),
            difference_minor=holds.get((line, currency), 0) - noted.get((line, currency), 0),
        )
        for line, currency in sorted(wanted)
    )
