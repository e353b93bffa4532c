"""The printed receipt of a payment says which part of the amount the bank and the state have."""

from typing import Any

import pypdfium2
import pytest

from contracts.account.receipts import Receipt
from contracts.money import Currency
from gateway.answers.receipts import ReceiptAnswer
from gateway.receipt_pdf import receipt_pdf
from tests.builders import an

TOTAL: dict[str, Any] = {"currency": Currency.INR, "amount_minor": 105_90}


def printed(**fields: int) -> str:
    receipt = ReceiptAnswer.about(an(Receipt, **TOTAL, **fields))
    pdf = receipt_pdf(receipt, f"https://bank.example/api/receipts?code={receipt.code}")
    text: str = pypdfium2.PdfDocument(pdf)[0].get_textpage().get_text_range()
    return " ".join(text.split())


def test_fee_and_tax_are_printed_beside_the_amount() -> None:
    words = printed(fee_minor=5_00, gst_minor=90)

    assert "Amount INR 105.90 Of it, fee INR 5.00 Of it, GST on the fee INR 0.90" in words


@pytest.mark.parametrize(
    ("fields", "there", "not_there"),
    [
        ({"fee_minor": 0, "gst_minor": 0}, "Amount INR 105.90", "Of it"),
        ({"fee_minor": 5_00, "gst_minor": 0}, "Of it, fee INR 5.00", "GST"),
    ],
)
def test_what_is_nothing_is_not_printed(fields: dict[str, int], there: str, not_there: str) -> None:
    words = printed(**fields)

    assert there in words
    assert not_there not in words
