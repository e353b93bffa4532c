"""A receipt as a page: what was moved, and where anybody can ask whether it is so."""

from collections.abc import Iterator
from decimal import Decimal

from reportlab.graphics.barcode.qr import QrCodeWidget
from reportlab.graphics.shapes import Drawing
from reportlab.lib.units import mm
from reportlab.platypus import Flowable

from gateway.answers.receipts import ReceiptAnswer
from gateway.pdf import GAP, heading, pdf_of, table, wrapped

QR_SIDE = 40 * mm
WIDTHS = (40 * mm, 130 * mm)
_MUCH_DAMAGE = "Q"  # a quarter of it may be unreadable


def receipt_pdf(receipt: ReceiptAnswer, check_url: str) -> bytes:
    """The document; the same receipt makes the same bytes. The square leads to `check_url`."""
    return pdf_of(
        "Receipt",
        table([*_rows(receipt)], widths=WIDTHS),
        GAP,
        heading("Is it so?"),
        _square(check_url),
        table([("Ask the bank at", wrapped(check_url))], widths=WIDTHS),
    )


def _rows(receipt: ReceiptAnswer) -> Iterator[tuple[str | Flowable, ...]]:
    money = receipt.currency.value
    yield "Transaction", str(receipt.transaction_id)
    yield "Reference", receipt.reference
    yield "Kind", receipt.type.value
    yield "Amount", f"{money} {receipt.amount}"
    for name, part in (("Of it, fee", receipt.fee), ("Of it, GST on the fee", receipt.gst)):
        if Decimal(part):
            yield name, f"{money} {part}"
    yield "Taken back so far", f"{money} {receipt.reversed}"
    if receipt.from_account and receipt.to_account:
        yield "From account", receipt.from_account
        yield "To account", receipt.to_account
    yield "Business date", receipt.booked_on.isoformat()
    yield "Value date", receipt.value_date.isoformat()
    yield "Booked at", receipt.booked_at.isoformat()
    yield "Description", wrapped(receipt.description)


def _square(text: str) -> Drawing:
    drawing = Drawing(QR_SIDE, QR_SIDE)
    drawing.add(
        QrCodeWidget(text, barLevel=_MUCH_DAMAGE, barWidth=QR_SIDE, barHeight=QR_SIDE, x=0, y=0)
    )
    return drawing
