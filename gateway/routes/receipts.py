"""Receipts of transactions, to be shown to others, and checked by them."""

import asyncio
from typing import Annotated

from fastapi import Query, Response

from contracts.account.receipts import GetCheckedReceipt, GetReceipt, Receipt, ReceiptCode
from gateway.answers.receipts import CODE, ReceiptAnswer, ReceiptCheckedAnswer
from gateway.edge import Call
from gateway.pdf import Format, shown
from gateway.receipt_pdf import receipt_pdf
from gateway.routes.transactions import TransactionPath
from gateway.routing import EdgeRouter

router = EdgeRouter("/api", "receipts")


@router.calls(GetReceipt, "GET /transactions/{transaction_id}/receipt", gives=ReceiptAnswer)
async def get_receipt(
    call: Call, transaction_id: TransactionPath, format: Annotated[Format, Query()] = Format.JSON
) -> Response:
    """For whoever may see the transaction, as JSON or as a PDF whose square leads to the check."""
    receipt = await call.ask(GetReceipt(entry_id=transaction_id))
    assert isinstance(receipt, Receipt)
    answer = ReceiptAnswer.about(receipt)
    if format is Format.JSON:
        return answer.response(200)
    check_url = f"{call.edge.settings.own_url}/api/receipts?code={answer.code}"
    pdf = await asyncio.to_thread(receipt_pdf, answer, check_url)
    return shown(pdf, f"receipt-{transaction_id}")


@router.asks(GetCheckedReceipt, "GET /receipts", answers=ReceiptCheckedAnswer)
def check_receipt(
    code: Annotated[ReceiptCode, Query(description="As the receipt has it.", examples=[CODE])],
) -> GetCheckedReceipt:
    """Whether a receipt is the bank's, for anybody who holds its code: what was booked, and how
    much of it still stands."""
    return GetCheckedReceipt(code=code)
