"""pacs.002 about money that another bank pays: our answer, and that the rail has it.

Both name the amount and the account by the reference to the original transaction: should two
transfers come under one id, each has its answer. Credited is ACCC, returned RJCT with its reason.
An acknowledgement is of the answer and not of the payment, so it has no status, and a reason under
a name of our own.
"""

from datetime import datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from pyiso20022.pacs.pacs_002_001_10 import (
    AccountIdentification4Choice,
    ActiveOrHistoricCurrencyAndAmount,
    CashAccount38,
    Document,
    FitoFipaymentStatusReportV10,
    GenericAccountIdentification1,
    GroupHeader91,
    OriginalTransactionReference28,
    PaymentTransaction110,
    StatusReason6Choice,
    StatusReasonInformation12,
)

from contracts.envelope import NotADocument
from contracts.rail.credits import CreditAcknowledgement, CreditAnswer, InwardTransfer
from contracts.rail.documents import credit_transfers, markup, reasons, status_reports

NAME = status_reports.NAME
ANSWERED = "ANSWERED"
_CREDITED, _RETURNED = "ACCC", "RJCT"


def write_answer(answer: CreditAnswer, now: datetime) -> bytes:
    """Yes, or no with a reason; with the time of saying it."""
    status = _CREDITED if answer.code is None else _RETURNED
    return _written(answer, status, status_reports.why(answer), now)


def read_answer(body: bytes) -> dict[str, Any]:
    """The fields of an answer.

    Raises:
        NotADocument: it is not a pacs.002 that says yes or no to one transfer.
    """
    status = _read(body)
    if status.tx_sts not in (_CREDITED, _RETURNED):
        raise NotADocument("its status is neither ACCC nor RJCT")
    reason = reasons.reason_of(status.sts_rsn_inf)
    if status.tx_sts == _CREDITED:
        reason["code"] = None
    return _about(status) | reason


def write_acknowledgement(acknowledged: CreditAcknowledgement, now: datetime) -> bytes:
    """That the answer is there; with the time of saying it."""
    reason = StatusReasonInformation12(rsn=StatusReason6Choice(prtry=ANSWERED))
    return _written(acknowledged, None, [reason], now)


def read_acknowledgement(body: bytes) -> dict[str, Any]:
    """The fields of an acknowledgement.

    Raises:
        NotADocument: it is not a pacs.002 that says this of one transfer.
    """
    status = _read(body)
    reason, _ = reasons.first_of(status.sts_rsn_inf)
    if status.tx_sts is not None or reason is None or reason.prtry != ANSWERED:
        raise NotADocument(f"it has a status, or not the reason {ANSWERED}")
    return _about(status)


def _written(
    said: InwardTransfer,
    status: str | None,
    reasons: list[StatusReasonInformation12],
    now: datetime,
) -> bytes:
    amount, number = said.amount, GenericAccountIdentification1(id=said.beneficiary_account)
    about = PaymentTransaction110(
        orgnl_end_to_end_id=said.transfer_id.hex,
        orgnl_tx_id=said.transfer_id.hex,
        tx_sts=status,
        sts_rsn_inf=reasons,
        orgnl_tx_ref=OriginalTransactionReference28(
            intr_bk_sttlm_amt=ActiveOrHistoricCurrencyAndAmount(
                value=credit_transfers.value_of(amount.minor, amount.currency),
                ccy=amount.currency.value,
            ),
            cdtr_acct=CashAccount38(id=AccountIdentification4Choice(othr=number)),
        ),
    )
    message_id = uuid5(NAMESPACE_URL, f"bank:{NAME}:{said.transfer_id}:{about}")
    message = FitoFipaymentStatusReportV10(
        grp_hdr=GroupHeader91(msg_id=message_id.hex, cre_dt_tm=markup.moment(now)),
        tx_inf_and_sts=[about],
    )
    return markup.written(Document(fito_fipmt_sts_rpt=message), NAME)


def _read(body: bytes) -> PaymentTransaction110:
    message = markup.read(body, Document, NAME).fito_fipmt_sts_rpt
    if len(message.tx_inf_and_sts) != 1 or message.orgnl_grp_inf_and_sts:
        raise NotADocument("it does not speak of one transfer")
    return message.tx_inf_and_sts[0]


def _about(status: PaymentTransaction110) -> dict[str, Any]:
    original = status.orgnl_tx_ref
    if original is None or original.intr_bk_sttlm_amt is None:
        raise NotADocument("it does not name the amount of the transfer")
    amount = original.intr_bk_sttlm_amt
    return {
        "transfer_id": status.orgnl_tx_id,
        "amount": credit_transfers.money_of(amount.value, amount.ccy),
        "beneficiary_account": credit_transfers.number_of(original.cdtr_acct),
    }
