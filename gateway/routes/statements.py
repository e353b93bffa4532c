"""Reconciliation: a statement of the central bank as a document, and the rules of matching."""

from datetime import date
from typing import ClassVar

from fastapi import Response

from contracts.money import DEFAULT_CURRENCY, Currency
from contracts.payment.matching import (
    AddMatchingRule,
    Days,
    ListMatchingRules,
    MatchingRule,
    MatchingRules,
)
from contracts.payment.reconciliation import StatementImported
from contracts.payment.statements import ImportStatementDocument
from contracts.words import AccountNumber
from gateway.bulk.formats import XML
from gateway.edge import Call
from gateway.endpoint import Takes, Upload
from gateway.idempotency import REPLAYED, Key
from gateway.money import Amount, MoneyText, minor_units_or_zero
from gateway.routes.reconciliation import CurrencyFilter, StatementAnswer
from gateway.routing import EdgeRouter, Rendering, respond
from gateway.schemas import Answer, Body, IsoDate, example

router = EdgeRouter("/api/payments/reconciliation", "reconciliation")

DOCUMENT_BYTES_MAX = 4 * 1024 * 1024
_DOCUMENT = """<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt>
  <GrpHdr><MsgId>1-USD</MsgId><CreDtTm>2026-01-02T01:00:00Z</CreDtTm></GrpHdr>
  <Stmt>
    <Id>2026-01-01-USD</Id>
    <Acct><Id><Othr><Id>GL-SETTLEMENT-USD</Id></Othr></Id><Ccy>USD</Ccy></Acct>
    <Bal>
      <Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy="USD">0.00</Amt>
      <CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-01-01</Dt></Dt>
    </Bal>
    <Bal>
      <Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="USD">25.00</Amt>
      <CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-01-01</Dt></Dt>
    </Bal>
    <Ntry>
      <NtryRef>1</NtryRef><Amt Ccy="USD">25.00</Amt><CdtDbtInd>CRDT</CdtDbtInd>
      <Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2026-01-01</Dt></BookgDt><BkTxCd/>
      <NtryDtls><TxDtls><Refs><EndToEndId>FUNDS-1</EndToEndId></Refs></TxDtls></NtryDtls>
    </Ntry>
  </Stmt>
</BkToCstmrStmt></Document>
"""
DOCUMENTS = Takes(DOCUMENT_BYTES_MAX, {XML: _DOCUMENT})
A_RULE = {"currency": "INR", "valid_from": "2099-01-01", "days": 3, "tolerance": "0.05"}
_TOLD = {"version": 2, "is_in_force": False, "account_number": None, **A_RULE}
_IMPORTED = Rendering(201, StatementAnswer, StatementImported)


class MatchingRuleRequest(Body):
    """How far a line and its posting may lie apart, in days and in amount."""

    model_config = example(**A_RULE)

    valid_from: IsoDate
    currency: Currency = DEFAULT_CURRENCY
    days: Days
    tolerance: Amount | None = None
    account_number: AccountNumber | None = None


class MatchingRuleAnswer(Answer):
    """What is matched, from `valid_from` until the next rule's."""

    model_config = example(**_TOLD)
    location: ClassVar[str | None] = "/api/payments/reconciliation/rules"
    tells = MatchingRule

    currency: Currency
    version: int
    valid_from: date
    is_in_force: bool  # today
    days: int
    tolerance: MoneyText
    account_number: str | None


class MatchingRulesAnswer(Answer):
    """Every rule of a currency in order, those to come included."""

    model_config = example(items=[_TOLD])
    tells = MatchingRules

    items: tuple[MatchingRuleAnswer, ...]


@router.calls(
    ImportStatementDocument, "POST /statements/document", gives=StatementAnswer, status=201,
    key=Key.REQUIRED, later=_IMPORTED, takes=DOCUMENTS,
)  # fmt: skip
async def import_statement_document(call: Call, upload: Upload) -> Response:
    """Take in a statement of the central bank as camt.053.001.08; the same one again is answered
    as it was kept.

    All of the document is judged first: with any fault nothing is kept, and the answer names the
    first hundred of them by entry.
    """
    from gateway.bulk.statements import read_statement  # heavy, and few processes need it

    reply = await call.send(await read_statement(upload.content))
    return respond(_IMPORTED, reply.message, REPLAYED if reply.replayed else None)


@router.asks(ListMatchingRules, "GET /rules", answers=MatchingRulesAnswer)
def list_matching_rules(currency: CurrencyFilter = DEFAULT_CURRENCY) -> ListMatchingRules:
    """How far a line and its posting may lie apart: every rule in order."""
    return ListMatchingRules(currency=currency)


@router.sends(AddMatchingRule, "POST /rules", answers=MatchingRuleAnswer)
def add_matching_rule(body: MatchingRuleRequest) -> AddMatchingRule:
    """Match by another rule from a date on. What is matched stays; a difference within the
    tolerance is a break."""
    minor = minor_units_or_zero(body.tolerance or "0", body.currency, "/tolerance")
    return AddMatchingRule(
        currency=body.currency,
        valid_from=body.valid_from,
        days=body.days,
        tolerance_minor=minor,
        account_number=body.account_number,
    )
