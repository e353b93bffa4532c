"""Documents camt.053 as a central bank writes them, and all that is wrong with each."""

from contracts.payment.statements import ENTRIES_MAX
from gateway.bulk.statements import NAME
from tests.gateway.bad_files import Fault

ACCOUNT = "GL-SETTLEMENT-INR"


def a_balance(
    code: str, amount: str, *, side: str = "CRDT", day: str = "2026-11-27", currency: str = "INR"
) -> str:
    return (
        f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>"
        f'<Amt Ccy="{currency}">{amount}</Amt><CdtDbtInd>{side}</CdtDbtInd>'
        f"<Dt><Dt>{day}</Dt></Dt></Bal>"
    )


def a_transaction(reference: str = "", amount: str = "", *, side: str = "", text: str = "") -> str:
    told = f"<Refs><EndToEndId>{reference}</EndToEndId></Refs>" if reference else ""
    told += f'<Amt Ccy="INR">{amount}</Amt>' if amount else ""
    told += f"<CdtDbtInd>{side}</CdtDbtInd>" if side else ""
    told += f"<RmtInf><Ustrd>{text}</Ustrd></RmtInf>" if text else ""
    return f"<TxDtls>{told}</TxDtls>"


def an_entry(
    amount: str = "10.50", *transactions: str, side: str = "CRDT", number: str = "",
    own: str = "", day: str | None = "2026-11-27", status: str = "<Cd>BOOK</Cd>",
    currency: str = "INR", reversal: bool = False, batch: str = "", text: str = "",
) -> str:  # fmt: skip
    """`own` is the central bank's reference, `batch` stands before the transactions."""
    details = f"<NtryDtls>{batch}{''.join(transactions)}</NtryDtls>"
    return (
        f"<Ntry>{f'<NtryRef>{number}</NtryRef>' if number else ''}"
        f'<Amt Ccy="{currency}">{amount}</Amt><CdtDbtInd>{side}</CdtDbtInd>'
        f"{'<RvslInd>true</RvslInd>' if reversal else ''}<Sts>{status}</Sts>"
        f"{f'<BookgDt><Dt>{day}</Dt></BookgDt>' if day else ''}"
        f"{f'<AcctSvcrRef>{own}</AcctSvcrRef>' if own else ''}<BkTxCd/>"
        f"{details if batch or transactions else ''}"
        f"{f'<AddtlNtryInf>{text}</AddtlNtryInf>' if text else ''}</Ntry>"
    )


def a_document(
    *entries: str, opening: str | None = None, closing: str | None = None, before: str = "",
    name: str = "2026-11-27", account: str = f"<Othr><Id>{ACCOUNT}</Id></Othr>",
    version: str = NAME, declared: str = '<?xml version="1.0" encoding="UTF-8"?>',
    pages: str = "", summary: str = "", currency: str = "INR",
) -> bytes:  # fmt: skip
    """`before` stands where the schema has the pages of the statement."""
    balances = (a_balance("OPBD", "100.00") if opening is None else opening) + (
        a_balance("CLBD", "110.50") if closing is None else closing
    )
    return (
        f'{declared}<Document xmlns="urn:iso:std:iso:20022:tech:xsd:{version}"><BkToCstmrStmt>'
        f"<GrpHdr><MsgId>m-1</MsgId><CreDtTm>2026-11-28T01:00:00Z</CreDtTm>{pages}</GrpHdr>"
        f"<Stmt><Id>{name}</Id>{before}<Acct><Id>{account}</Id><Ccy>{currency}</Ccy></Acct>"
        f"{balances}{summary}{''.join(entries or [an_entry()])}</Stmt></BkToCstmrStmt></Document>"
    ).encode()


def a_summary(number: int = 1, total: str = "10.50") -> str:
    return (
        f"<TxsSummry><TtlNtries><NbOfNtries>{number}</NbOfNtries><Sum>{total}</Sum></TtlNtries>"
        "</TxsSummry>"
    )


BOMB = '<!DOCTYPE d [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
OUTSIDE = '<!DOCTYPE d [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
NOT_A_DOCUMENT: list[Fault] = [("not-a-document", None, "/")]
PAGE = "<{0}><PgNb>2</PgNb><LastPgInd>{1}</LastPgInd></{0}>"


def of(line: int, code: str, field: str) -> list[Fault]:
    return [(code, line, f"/{line}/{field}")]


def whole(code: str) -> list[Fault]:
    return [(code, None, "/")]


BAD_STATEMENTS: dict[str, tuple[bytes, list[Fault]]] = {
    "nothing": (b"", NOT_A_DOCUMENT),
    "no XML": (b"kind,date,amount", NOT_A_DOCUMENT),
    "half a document": (a_document()[:-20], NOT_A_DOCUMENT),
    "entities in entities": (a_document(declared=BOMB), NOT_A_DOCUMENT),
    "an entity from a file": (a_document(declared=OUTSIDE), NOT_A_DOCUMENT),
    "a deep one": (b"<a>" * 200 + b"</a>" * 200, NOT_A_DOCUMENT),
    "another version": (a_document(version="camt.053.001.02"), NOT_A_DOCUMENT),
    "another document": (a_document(version="camt.054.001.08"), NOT_A_DOCUMENT),
    "no namespace": (a_document().replace(b" xmlns=", b" name="), NOT_A_DOCUMENT),
    "no statement": (
        a_document().partition(b"<Stmt>")[0] + b"</BkToCstmrStmt></Document>", NOT_A_DOCUMENT,
    ),
    "UTF-16": (a_document().decode().encode("utf-16"), [("not-utf-8", 1, "/1")]),
    "Latin-1": (
        a_document(an_entry(text="x")).replace(b">x<", b">\xe9<"), [("not-utf-8", 1, "/1")],
    ),
    "said to be Latin-1": (
        a_document(declared='<?xml version="1.0" encoding="ISO-8859-1"?>'), whole("not-utf-8"),
    ),
    "an element that the schema does not know": (
        a_document(before="<Colour>blue</Colour>"), NOT_A_DOCUMENT,
    ),
    "an account out of its place": (
        a_document(summary="<Acct><Id><Othr><Id>x</Id></Othr></Id></Acct>"), NOT_A_DOCUMENT,
    ),
    "two statements": (
        a_document().replace(b"</Stmt>", b"</Stmt><Stmt/>"), whole("several-statements"),
    ),
    "the second page of a message": (
        a_document(pages=PAGE.format("MsgPgntn", "true")), whole("several-pages"),
    ),
    "a page that another one follows": (
        a_document(before=PAGE.format("StmtPgntn", "false").replace("2", "1")),
        whole("several-pages"),
    ),
    "more entries than a statement may have": (
        a_document("<Ntry/>" * (ENTRIES_MAX + 1)), whole("too-many-lines"),
    ),
    "an account in no currency of ours": (a_document(currency="XXX"), whole("another-currency")),
    "an entry in another currency": (
        a_document(an_entry(), an_entry(currency="USD")), of(2, "another-currency", "currency"),
    ),
    "a balance in another currency": (
        a_document(closing=a_balance("CLBD", "110.50", currency="USD")),
        whole("another-currency"),
    ),
    "an entry that is pending": (
        a_document(an_entry(), an_entry(status="<Cd>PDNG</Cd>")), of(2, "not-booked", "status"),
    ),
    "a status of its own": (
        a_document(an_entry(status="<Prtry>BOOK</Prtry>")), of(1, "not-booked", "status"),
    ),
    "a number of an entry twice": (
        a_document(an_entry(number="1"), an_entry(number="1")),
        of(2, "repeated-reference", "reference"),
    ),
    "a reference of the central bank twice": (
        a_document(an_entry(own="A"), an_entry(), an_entry(own="A")),
        of(3, "repeated-reference", "reference"),
    ),
    "an entry without a date": (a_document(an_entry(day=None)), of(1, "missing-field", "date")),
    "an entry of no calendar": (
        a_document(an_entry(day="12026-11-27")), of(1, "missing-field", "date"),
    ),
    "an entry that moves nothing": (
        a_document(an_entry("0.00")), of(1, "invalid-amount", "amount"),
    ),
    "too many decimals": (a_document(an_entry("1.005")), of(1, "invalid-amount", "amount")),
    "more money than there is": (
        a_document(an_entry("99999999999999")), of(1, "invalid-amount", "amount"),
    ),
    "a sign": (a_document(an_entry("-1")), [("not-a-document", 1, "/1")]),
    "an exponent": (a_document(an_entry("1E1")), [("not-a-document", 1, "/1")]),
    "an entry that is not as its schema": (
        a_document(an_entry(), an_entry().replace("<BkTxCd/>", "")), [("not-a-document", 2, "/2")],
    ),
    "transactions with another sum": (
        a_document(an_entry("10.50", a_transaction("A", "4.00"), a_transaction("B", "6.00"))),
        of(1, "transactions-differ", "amount"),
    ),
    "transactions with another sum by their sides": (
        a_document(
            an_entry("10.50", a_transaction("A", "4"), a_transaction("B", "6.50", side="DBIT"))
        ),
        of(1, "transactions-differ", "amount"),
    ),
    "fewer transactions than it says": (
        a_document(an_entry("1", a_transaction(), batch="<Btch><NbOfTxs>2</NbOfTxs></Btch>")),
        of(1, "transactions-differ", "amount"),
    ),
    "a transaction in another currency": (
        a_document(an_entry("10.50", a_transaction("A", "1").replace("INR", "USD"))),
        of(1, "another-currency", "currency"),
    ),
    "a text that cannot be seen": (
        a_document(an_entry(text="a\u202eb")), of(1, "invalid-field", "description"),
    ),
    "no opening balance": (a_document(opening=""), whole("missing-balance")),
    "no closing balance": (a_document(closing=""), whole("missing-balance")),
    "two closing balances": (
        a_document(closing=a_balance("CLBD", "110.50") * 2), whole("repeated-balance"),
    ),
    "a balance before the end of the calendar": (
        a_document(opening=a_balance("PRCD", "100", day="9999-12-31")), whole("missing-balance"),
    ),
    "another number of entries": (a_document(summary=a_summary(2)), whole("lines-differ")),
    "another sum of entries": (a_document(summary=a_summary(1, "10")), whole("total-differs")),
    "no account of any kind": (a_document(account=""), whole("invalid-field")),
    "a short account": (
        a_document(account="<Othr><Id>x</Id></Othr>"),
        [("invalid-field", None, "/")],
    ),
    "a name that cannot be seen": (a_document(name="a\u200bb"), whole("invalid-field")),
}  # fmt: skip
