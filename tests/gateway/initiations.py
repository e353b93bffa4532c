"""Documents pain.001 as a company's program writes them, and all that is wrong with each."""

from decimal import Decimal

from contracts.account.bulk import LINES_MAX
from gateway.bulk.initiations import NAME
from tests.gateway.bad_files import A, B, Fault

OURS = "<FinInstnId><ClrSysMmbId><MmbId>BANK0000001</MmbId></ClrSysMmbId></FinInstnId>"
NOBODY = "<FinInstnId><Othr><Id>NOTPROVIDED</Id></Othr></FinInstnId>"
OTHER_BANK = "<FinInstnId><ClrSysMmbId><MmbId>OTHR0000001</MmbId></ClrSysMmbId></FinInstnId>"


def a_transfer(
    reference: str = "r-1", amount: str = "10.50", *, currency: str = "INR", more: str = "",
    payee: str = f"<Othr><Id>{B}</Id></Othr>", agent: str = "", text: str = "",
) -> str:  # fmt: skip
    """`more` stands where the schema has the purpose."""
    told = f"<RmtInf>{text}</RmtInf>" if text else ""
    bank = f"<CdtrAgt>{agent}</CdtrAgt>" if agent else ""
    return (
        f"<CdtTrfTxInf><PmtId><EndToEndId>{reference}</EndToEndId></PmtId>"
        f'<Amt><InstdAmt Ccy="{currency}">{amount}</InstdAmt></Amt>{bank}<Cdtr><Nm>Bob</Nm></Cdtr>'
        f"<CdtrAcct><Id>{payee}</Id></CdtrAcct>{more}{told}</CdtTrfTxInf>"
    )


def a_payment(
    *transfers: str, totals: str = "", date: str = "2026-11-27", method: str = "TRF",
    agent: str = NOBODY, name: str = "p-1",
) -> str:  # fmt: skip
    return (
        f"<PmtInf><PmtInfId>{name}</PmtInfId><PmtMtd>{method}</PmtMtd>{totals}"
        f"<ReqdExctnDt><Dt>{date}</Dt></ReqdExctnDt><Dbtr><Nm>Acme</Nm></Dbtr>"
        f"<DbtrAcct><Id><Othr><Id>{A}</Id></Othr></Id></DbtrAcct><DbtrAgt>{agent}</DbtrAgt>"
        f"{''.join(transfers)}</PmtInf>"
    )


def a_document(
    *payments: str, number: int = 1, total: Decimal | str | None = "10.50", name: str = "m-1",
    version: str = NAME, declared: str = '<?xml version="1.0" encoding="UTF-8"?>', header: str = "",
) -> bytes:  # fmt: skip
    control = "" if total is None else f"<CtrlSum>{total}</CtrlSum>"
    return (
        f'{declared}<Document xmlns="urn:iso:std:iso:20022:tech:xsd:{version}"><CstmrCdtTrfInitn>'
        f"<GrpHdr><MsgId>{name}</MsgId><CreDtTm>2026-11-28T06:30:00Z</CreDtTm>"
        f"<NbOfTxs>{number}</NbOfTxs>{control}<InitgPty><Nm>Acme</Nm></InitgPty>{header}</GrpHdr>"
        f"{''.join(payments or [a_payment(a_transfer())])}</CstmrCdtTrfInitn></Document>"
    ).encode()


BOMB = '<!DOCTYPE d [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
NOT_A_DOCUMENT: list[Fault] = [("not-a-document", None, "/")]


def unsupported(line: int | None, field: str = "") -> list[Fault]:
    pointer = "/" if line is None else f"/{line}/{field}".rstrip("/")
    return [("unsupported-element", line, pointer)]


BAD_DOCUMENTS: dict[str, tuple[bytes, list[Fault]]] = {
    "nothing": (b"", NOT_A_DOCUMENT),
    "no XML": (b"from_account,to_account", NOT_A_DOCUMENT),
    "half a document": (a_document()[:-20], NOT_A_DOCUMENT),
    "entities in entities": (a_document(declared=BOMB), NOT_A_DOCUMENT),
    "an entity from a file": (
        a_document(declared='<!DOCTYPE d [<!ENTITY a SYSTEM "file:///etc/passwd">]>'),
        NOT_A_DOCUMENT,
    ),
    "a deep one": (b"<a>" * 200 + b"</a>" * 200, NOT_A_DOCUMENT),
    "another version": (a_document(version="pain.001.001.03"), NOT_A_DOCUMENT),
    "another document": (a_document(version="pacs.008.001.08"), NOT_A_DOCUMENT),
    "no namespace": (a_document().replace(b" xmlns=", b" name="), NOT_A_DOCUMENT),
    "UTF-16": (a_document().decode().encode("utf-16"), [("not-utf-8", 1, "/1")]),
    "Latin-1": (
        a_document(a_payment(a_transfer(text="<Ustrd>x</Ustrd>"))).replace(b">x<", b">\xe9<"),
        [("not-utf-8", 1, "/1")],
    ),
    "said to be Latin-1": (
        a_document(declared='<?xml version="1.0" encoding="ISO-8859-1"?>'),
        [("not-utf-8", None, "/")],
    ),
    "an element that the schema does not know": (
        a_document(header="<Colour>blue</Colour>"), NOT_A_DOCUMENT,
    ),
    "an element of the payment out of its place": (
        a_document(a_payment(a_transfer(), "<ChrgBr>SLEV</ChrgBr>")), NOT_A_DOCUMENT,
    ),
    "no transfer": (a_document(a_payment(), number=0, total="0"), NOT_A_DOCUMENT),
    "no payment": (
        a_document(number=0, total="0").split(b"<PmtInf>")[0] + b"</CstmrCdtTrfInitn></Document>",
        NOT_A_DOCUMENT,
    ),
    "a long name of its own": (a_document(name="m" * 36), NOT_A_DOCUMENT),
    "a transfer that is not as its schema": (
        a_document(a_payment(a_transfer(), a_transfer("r-2").replace("<Cdtr>", "<Cdtr/><Cdtr>")),
                   number=2, total="21"),
        [("not-a-document", 2, "/2")],
    ),
    "a long reference": (
        a_document(a_payment(a_transfer("r" * 36))), [("not-a-document", 1, "/1")],
    ),
    "an exponent": (
        a_document(a_payment(a_transfer(amount="1E1")), total="10"),
        [("not-a-document", 1, "/1")],
    ),
    "a debt": (
        a_document(a_payment(a_transfer(amount="-1")), total="-1"),
        [("not-a-document", 1, "/1")],
    ),
    "too many decimals": (
        a_document(a_payment(a_transfer(amount="1.005")), total="1.005"),
        [("invalid-amount", 1, "/1/amount")],
    ),
    "no currency of ours": (
        a_document(a_payment(a_transfer(currency="XXX"))), [("invalid-field", 1, "/1/currency")],
    ),
    "two currencies": (
        a_document(a_payment(a_transfer(), a_transfer("r-2", currency="USD")), number=2,
                   total="21"),
        [("another-currency", 2, "/2/currency")],
    ),
    "a reference twice, in two payments": (
        a_document(a_payment(a_transfer()), a_payment(a_transfer(), name="p-2"), number=2,
                   total="21"),
        [("repeated-reference", 2, "/2/reference")],
    ),
    "no reference": (
        a_document(a_payment(a_transfer("NOTPROVIDED"))), [("missing-field", 1, "/1/reference")],
    ),
    "an amount in the payer's currency": (
        a_document(a_payment(
            a_transfer().replace('<InstdAmt Ccy="INR">10.50</InstdAmt>',
                '<EqvtAmt><Amt Ccy="INR">10.50</Amt><CcyOfTrf>USD</CcyOfTrf></EqvtAmt>'))),
        unsupported(1, "amount"),
    ),
    "two texts": (
        a_document(a_payment(a_transfer(text="<Ustrd>a</Ustrd><Ustrd>b</Ustrd>"))),
        unsupported(1, "description"),
    ),
    "an instruction": (
        a_document(a_payment(a_transfer(more="<InstrForDbtrAgt>call me</InstrForDbtrAgt>"))),
        unsupported(1),
    ),
    "a payee at another bank": (
        a_document(a_payment(a_transfer(), a_transfer("r-2", agent=OTHER_BANK)), number=2,
                   total="21"),
        [("another-bank", 2, "/2/to_account")],
    ),
    "a payer at another bank": (
        a_document(a_payment(a_transfer(), agent=OTHER_BANK)), [("another-bank", None, "/")],
    ),
    "a cheque": (a_document(a_payment(a_transfer(), method="CHK")), unsupported(None)),
    "one booking for all": (
        a_document(a_payment(a_transfer(), totals="<BtchBookg>true</BtchBookg>")),
        unsupported(None),
    ),
    "a day to come": (
        a_document(a_payment(a_transfer(), date="2999-01-01")),
        [("execution-date-to-come", None, "/")],
    ),
    "no day": (
        a_document().replace(b"<Dt>2026-11-27</Dt>", b""), NOT_A_DOCUMENT,
    ),
    "a day of no calendar": (
        a_document(a_payment(a_transfer(), date="12026-11-27")), NOT_A_DOCUMENT,
    ),
    "another number": (a_document(number=2), [("lines-differ", None, "/")]),
    "another sum": (a_document(total="10.51"), [("total-differs", None, "/")]),
    "another number and sum of a payment": (
        a_document(a_payment(
            a_transfer(), totals="<NbOfTxs>2</NbOfTxs><CtrlSum>1</CtrlSum>")),
        [("lines-differ", None, "/"), ("total-differs", None, "/")],
    ),
    "more transfers than a file may have": (
        a_document(a_payment("<CdtTrfTxInf/>" * (LINES_MAX + 1))), [("too-many-lines", None, "/")],
    ),
}  # fmt: skip
