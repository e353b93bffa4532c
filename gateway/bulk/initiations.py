"""pain.001: transfers as a company's own program orders them, in a document of ISO 20022.

Each transfer is judged by itself, so that its faults have its number. What stands around them is
judged in the end, with the first transfer of each payment and without all others.

A document is taken as a whole or not at all: an element that asks for something that a transfer
within this bank has no room for is a fault, and is not passed over.
"""

from collections.abc import Collection, Sequence
from copy import deepcopy
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any
from xml.etree.ElementTree import Element

from pyiso20022.pain.pain_001_001_09 import (
    CreditTransferTransaction34,
    Document,
    PaymentInstruction30,
)

from contracts.account.bulk import LINES_MAX
from contracts.envelope import NotADocument
from contracts.rail.documents import markup
from contracts.words import OUR_BANK
from gateway.bulk import documents
from gateway.bulk.documents import NOT_PROVIDED
from gateway.bulk.faults import Faults
from gateway.bulk.formats import Content, Fields, Transfers
from infra.runtime.clock import business_date, utc_now

NAME = "pain.001.001.09"

_SPACE = {"": markup.namespace(NAME)}
_TRANSFER = "CdtTrfTxInf"

# What is read, and what says nothing that a transfer within this bank would not do anyway.
_OF_HEADER = {"msg_id", "cre_dt_tm", "nb_of_txs", "ctrl_sum", "initg_pty"}
_OF_PAYMENT = {
    "pmt_inf_id", "pmt_mtd", "btch_bookg", "nb_of_txs", "ctrl_sum", "pmt_tp_inf", "reqd_exctn_dt",
    "dbtr", "dbtr_acct", "dbtr_agt", "ultmt_dbtr", "chrg_br", "cdt_trf_tx_inf",
}  # fmt: skip
_OF_TRANSFER = {
    "pmt_id", "pmt_tp_inf", "amt", "chrg_br", "ultmt_dbtr", "cdtr_agt", "cdtr", "cdtr_acct",
    "ultmt_cdtr", "purp", "rmt_inf",
}  # fmt: skip


@dataclass(slots=True)
class _Counted:
    """Transfers that were read, and the sum of their numbers, whatever their currencies."""

    number: int = 0
    total: Decimal = Decimal()

    def add(self, amount: Decimal) -> None:
        self.number += 1
        self.total += amount


def read(text: str, faults: Faults) -> Content:
    """The transfers of a document; its own name is its message id.

    Raises:
        InvalidFile: it is not XML, has a DTD, is too deep, another document or version, or has too
            many transfers.
    """
    root = documents.tree(text, NAME, faults)
    payments = root.findall("*/PmtInf", _SPACE)
    if sum(len(each.findall(_TRANSFER, _SPACE)) for each in payments) > LINES_MAX:
        faults.end("too-many-lines", f"A file has at most {LINES_MAX} transfers.")
    return Content(_transfers(root, payments, faults), root.findtext("*/GrpHdr/MsgId", "", _SPACE))


def _transfers(root: Element, payments: Sequence[Element], faults: Faults) -> Transfers:
    counted = [_Counted() for _ in payments]
    number = 0
    for payment, own in zip(payments, counted, strict=True):
        payer = _payer(payment)
        for place, element in enumerate(payment.findall(_TRANSFER, _SPACE)):
            number += 1
            if place:
                payment.remove(element)
            transfer = _transfer(element if place else deepcopy(element), number, faults)
            if transfer is None:
                continue
            found = _fields(transfer, payer, number, faults)
            if found is not None:
                own.add(Decimal(found["amount"]))
                yield number, found
    if not faults.count:
        _judge_around(root, counted, faults)


def _payer(payment: Element) -> str | None:
    """The account that is debited, before all around the transfers is judged."""
    number = payment.findtext("DbtrAcct/Id/Othr/Id", None, _SPACE)
    return number or payment.findtext("DbtrAcct/Id/IBAN", None, _SPACE)


def _transfer(element: Element, number: int, faults: Faults) -> CreditTransferTransaction34 | None:
    try:
        return markup.part(element, CreditTransferTransaction34, NAME)
    except NotADocument as error:
        faults.add("not-a-document", documents.words(error, NAME), number)
        return None


def _fields(
    transfer: CreditTransferTransaction34, payer: str | None, number: int, faults: Faults
) -> Fields | None:
    """None: it asks for what no transfer within this bank can do."""
    known = faults.count
    _refuse_others(transfer, _OF_TRANSFER, faults, number)
    if transfer.cdtr_agt is not None and not _is_ours(transfer.cdtr_agt.fin_instn_id):
        detail = "The payee's bank is another one: send a payment instead."
        faults.add("another-bank", detail, number, "to_account")
    reference = transfer.pmt_id.end_to_end_id
    if reference == NOT_PROVIDED:
        detail = "EndToEndId names the transfer, which is done once under it."
        faults.add("missing-field", detail, number, "reference")
    texts = transfer.rmt_inf.ustrd if transfer.rmt_inf else []
    if len(texts) > 1 or (transfer.rmt_inf and transfer.rmt_inf.strd):
        detail = "RmtInf has one text, Ustrd, and nothing else."
        faults.add("unsupported-element", detail, number, "description")
    amount = transfer.amt.instd_amt
    if amount is None:
        detail = "The amount is told as InstdAmt, in the currency of both accounts."
        faults.add("unsupported-element", detail, number, "amount")
    if amount is None or faults.count > known:
        return None
    payee = transfer.cdtr_acct and (
        transfer.cdtr_acct.id.othr.id if transfer.cdtr_acct.id.othr else transfer.cdtr_acct.id.iban
    )
    told = {"from_account": payer, "to_account": payee, "description": "".join(texts) or None}
    return {
        "reference": reference, "amount": f"{amount.value:f}", "currency": amount.ccy,
        **{name: text for name, text in told.items() if text is not None},
    }  # fmt: skip


def _judge_around(root: Element, counted: Sequence[_Counted], faults: Faults) -> None:
    try:
        message = markup.part(root, Document, NAME).cstmr_cdt_trf_initn
    except NotADocument as error:
        faults.add("not-a-document", documents.words(error, NAME))
        return
    header = message.grp_hdr
    _refuse_others(header, _OF_HEADER, faults)
    _refuse_others(message, {"grp_hdr", "pmt_inf"}, faults)
    for payment, own in zip(message.pmt_inf, counted, strict=True):
        _judge_payment(payment, faults)
        _compare(payment, own, payment.pmt_inf_id, faults)
    everything = _Counted(
        sum(each.number for each in counted), sum((each.total for each in counted), Decimal())
    )
    _compare(header, everything, "GrpHdr", faults)


def _judge_payment(payment: PaymentInstruction30, faults: Faults) -> None:
    _refuse_others(payment, _OF_PAYMENT, faults)
    if payment.pmt_mtd.value != "TRF" or payment.btch_bookg:
        detail = "Each transfer is booked by itself: PmtMtd is TRF, and BtchBookg is not true."
        faults.add("unsupported-element", detail)
    if not _is_ours(payment.dbtr_agt.fin_instn_id):
        faults.add("another-bank", "DbtrAgt is another bank.")
    day = documents.day_of(payment.reqd_exctn_dt)
    if day is None:
        faults.add("not-a-document", "ReqdExctnDt is no date.")
    elif day > business_date(utc_now()):
        detail = "A file is done at once, and ReqdExctnDt is still to come."
        faults.add("execution-date-to-come", detail)


def _compare(totals: Any, counted: _Counted, name: str, faults: Faults) -> None:
    """Hold a header or a payment against what was read."""
    if totals.nb_of_txs is not None and int(totals.nb_of_txs) != counted.number:
        detail = f"{name} has {counted.number} transfers, and NbOfTxs says another number."
        faults.add("lines-differ", detail)
    if totals.ctrl_sum is not None and totals.ctrl_sum != counted.total:
        faults.add("total-differs", f"The amounts of {name} have another sum than CtrlSum.")


def _refuse_others(
    value: Any, known: Collection[str], faults: Faults, number: int | None = None
) -> None:
    for field in fields(value):
        if field.name not in known and getattr(value, field.name) not in (None, []):
            detail = f"{field.metadata['name']} asks for what is not done here."
            faults.add("unsupported-element", detail, number)


def _is_ours(bank: Any) -> bool:
    """Whether the document names this bank, or none."""
    member = bank.clr_sys_mmb_id.mmb_id if bank.clr_sys_mmb_id else None
    other = bank.othr.id if bank.othr else None
    names = [name for name in (bank.bicfi, member, other) if name not in (None, NOT_PROVIDED)]
    return all(name.startswith(OUR_BANK) for name in names)
