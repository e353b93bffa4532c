"""A receipt is printed, and scanned by somebody whom the bank does not know."""

import pypdfium2
import zxingcpp

from tests.fixtures.bank import Bank

DOTS_PER_POINT = 3


def scanned(pdf: bytes) -> tuple[str, list[str]]:
    """The words of the first page, and what its squares say."""
    page = pypdfium2.PdfDocument(pdf)[0]
    picture = page.render(scale=DOTS_PER_POINT).to_pil()
    squares = [found.text for found in zxingcpp.read_barcodes(picture)]
    return page.get_textpage().get_text_range(), squares


async def test_the_square_of_a_receipt_leads_a_stranger_to_what_is_booked(bank: Bank) -> None:
    async with bank.signed_in("teller") as teller, bank.stranger() as stranger:
        account, other = await teller.open_account("100.00"), await teller.open_account()
        made = (await teller.transfer(account, other, "12.50")).json()
        path = f"/api/transactions/{made['transaction_id']}/receipt"
        told = await teller.found(path)

        pdf = await teller.get(f"{path}?format=pdf")
        words, [square] = scanned(pdf.content)
        checked = await stranger.found(square)
        forged = await stranger.get(square[:-1] + ("A" if square[-1] != "A" else "Q"))
        unread = await stranger.get(path)

    assert pdf.headers["Content-Type"] == "application/pdf"
    assert account in words
    assert made["reference"] in words
    assert square.endswith(f"/api/receipts?code={told['code']}")
    assert checked == {
        "reference": made["reference"], "type": "TRANSFER", "amount": "12.50", "currency": "INR",
        "reversed": "0.00", "booked_on": told["booked_on"],
        "from_account_ends": account[-4:], "to_account_ends": other[-4:],
    }  # fmt: skip
    assert (forged.status_code, forged.json()["code"]) == (404, "unknown-receipt")
    assert unread.status_code == 401
