"""What became of each line of a file, as a table that a spreadsheet may open."""

import csv
from collections.abc import Iterable
from io import StringIO

from contracts.account.bulk import BulkLineDone
from contracts.money import format_minor

COLUMNS = (
    "line", "reference", "from_account", "to_account", "amount", "currency", "description",
    "state", "code", "transaction_id",
)  # fmt: skip
# A spreadsheet takes a cell that begins so for a formula; behind an apostrophe it is a text.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def table_of(lines: Iterable[BulkLineDone]) -> bytes:
    """The table in UTF-8, with a line for each transfer."""
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for each in lines:
        amount = format_minor(each.amount_minor, each.currency)
        writer.writerow(
            map(
                _harmless,
                (
                    str(each.line), each.reference, each.from_account, each.to_account, amount,
                    each.currency, each.description, each.state, each.code or "",
                    str(each.entry_id or ""),
                ),
            )
        )  # fmt: skip
    return text.getvalue().encode()


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
