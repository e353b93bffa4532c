"""Ask back what another bank has paid in: `python -m demo.rails.recall IMPS TRANSFER AMOUNT`.

The transfer goes by the id that pay_in has told. The same `--id` again is the same recall.
"""

import argparse
import sys
from collections.abc import Sequence
from uuid import UUID, uuid4

from contracts.envelope import DomainError
from contracts.money import DEFAULT_CURRENCY, Currency, Money, parse_amount
from contracts.payment.recalled import RecallReason
from demo.rails.incoming import leave
from demo.rails.pay_in import folder_of
from demo.rails.side import SIDES


def main(arguments: Sequence[str]) -> int:
    """Have the rail ask, and say under which id."""
    given = _parser().parse_args(arguments)
    side = SIDES[f"rail-{given.rail.lower()}"]
    currency = Currency(given.currency)
    try:
        wish = side.said.recalls.arrived(
            recall_id=given.id,
            transfer_id=given.transfer,
            amount=Money(minor=parse_amount(given.amount, currency), currency=currency),
            code=given.code,
        )
    except (DomainError, ValueError) as error:
        print(f"not asked: {error}", file=sys.stderr)  # noqa: T201
        return 1
    for _ in range(given.times):
        leave(folder_of(side), wish)
    print(f"asked over {given.rail} as {given.id}")  # noqa: T201
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m demo.rails.recall")
    parser.add_argument("rail", choices=[side.said.name for side in SIDES.values()])
    parser.add_argument("transfer", type=UUID, help="the id of what was paid in")
    parser.add_argument("amount", help="of it, as decimal text: 250.00")
    parser.add_argument("--currency", default=DEFAULT_CURRENCY.value, choices=list(Currency))
    parser.add_argument("--code", default=RecallReason.DUPL, choices=list(RecallReason))
    parser.add_argument("--times", type=int, default=1, help="how often the rail says it")
    parser.add_argument("--id", type=UUID, default=uuid4(), help="of the recall; a new one")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
