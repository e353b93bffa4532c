"""pacs.008: a transfer by itself, or a batch with its totals.

A transfer's id is its transaction id and its end-to-end id, a batch's id the id of the message,
each as 32 hexadecimal digits; a batch's number is the instruction id of each of its transfers, and
its cut-off the moment of its creation. The total amount of the header is what the batch claims to
be; the control sum is counted, and counted again by who reads it.
"""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from pyiso20022.pacs.pacs_008_001_08 import (
    AccountIdentification4Choice,
    ActiveCurrencyAndAmount,
    BranchAndFinancialInstitutionIdentification6,
    CashAccount38,
    ChargeBearerType1Code,
    ClearingSystemIdentification2Choice,
    ClearingSystemMemberIdentification2,
    CreditTransferTransaction39,
    Document,
    FinancialInstitutionIdentification18,
    FitoFicustomerCreditTransferV08,
    GenericAccountIdentification1,
    GenericFinancialIdentification1,
    GroupHeader93,
    PartyIdentification135,
    PaymentIdentification7,
    RemittanceInformation16,
    SettlementInstruction7,
    SettlementMethod1Code,
)

from contracts.envelope import NotADocument
from contracts.money import Currency
from contracts.rail.batches import BatchSubmission
from contracts.rail.bodies import Submission, Transfer
from contracts.rail.documents import markup
from contracts.words import OUR_BANK

NAME = "pacs.008.001.08"
_IFSC = "INFSC"  # the code of India's members in the external list of clearing systems
_NOBODY = "NOTPROVIDED"  # the usual word for a name that a schema asks for and nobody tells


def write_transfer(order: Submission, now: datetime) -> bytes:
    """A message with one transfer, whose id is also its own."""
    return _written(order.transfer_id.hex, now, [_transaction(order, None)], None)


def read_transfer(body: bytes) -> dict[str, Any]:
    """The fields of a submission.

    Raises:
        NotADocument: it is not a pacs.008 with one transfer that we could say.
    """
    transfers = _read(body).cdt_trf_tx_inf
    if len(transfers) != 1:
        raise NotADocument("it has more than one transfer")
    return _fields(transfers[0])


def write_batch(order: BatchSubmission, now: datetime) -> bytes:
    """A message with all transfers of the batch; the same whenever it is written."""
    transactions = [_transaction(each, order.number) for each in order.transfers]
    total = _amount(order.net_minor, order.currency)
    return _written(order.batch_id.hex, order.cut_off, transactions, total)


def read_batch(body: bytes) -> dict[str, Any]:
    """The fields of a batch.

    Raises:
        NotADocument: it is not a pacs.008 with a total amount and one number for all its transfers.
    """
    message = _read(body)
    header, transfers = message.grp_hdr, message.cdt_trf_tx_inf
    numbers = {each.pmt_id.instr_id for each in transfers}
    if len(numbers) != 1 or header.ttl_intr_bk_sttlm_amt is None:
        raise NotADocument("a batch needs a total amount, and one number in all its transfers")
    net = _money(header.ttl_intr_bk_sttlm_amt)
    return {
        "batch_id": header.msg_id,
        "number": numbers.pop(),
        "cut_off": str(header.cre_dt_tm),
        "net_minor": net["minor"],
        "currency": net["currency"],
        "transfers": [_fields(each) for each in transfers],
    }


def _written(
    message_id: str,
    created: datetime,
    transactions: Sequence[CreditTransferTransaction39],
    total: ActiveCurrencyAndAmount | None,
) -> bytes:
    header = GroupHeader93(
        msg_id=message_id,
        cre_dt_tm=markup.moment(created),
        nb_of_txs=str(len(transactions)),
        ctrl_sum=_sum(transactions),
        ttl_intr_bk_sttlm_amt=total,
        sttlm_inf=SettlementInstruction7(sttlm_mtd=SettlementMethod1Code.CLRG),
    )
    message = FitoFicustomerCreditTransferV08(grp_hdr=header, cdt_trf_tx_inf=list(transactions))
    return markup.written(Document(fito_ficstmr_cdt_trf=message), NAME)


def _read(body: bytes) -> FitoFicustomerCreditTransferV08:
    message = markup.read(body, Document, NAME).fito_ficstmr_cdt_trf
    header, transfers = message.grp_hdr, message.cdt_trf_tx_inf
    if int(header.nb_of_txs) != len(transfers):
        raise NotADocument("NbOfTxs is not the number of its transfers")
    if header.ctrl_sum is not None and header.ctrl_sum != _sum(transfers):
        raise NotADocument("CtrlSum is not the sum of its transfers")
    return message


def _sum(transactions: Sequence[CreditTransferTransaction39]) -> Decimal:
    """Of the numbers alone, whatever their currencies, as the standard has it."""
    return sum((each.intr_bk_sttlm_amt.value for each in transactions), Decimal())


def _transaction(transfer: Transfer, number: str | None) -> CreditTransferTransaction39:
    texts = [transfer.description] if transfer.description else []
    return CreditTransferTransaction39(
        pmt_id=PaymentIdentification7(
            instr_id=number,
            end_to_end_id=transfer.transfer_id.hex,
            tx_id=transfer.transfer_id.hex,
        ),
        intr_bk_sttlm_amt=_amount(transfer.amount.minor, transfer.amount.currency),
        chrg_br=ChargeBearerType1Code.SLEV,
        dbtr=PartyIdentification135(nm=_NOBODY),
        dbtr_acct=_account(transfer.remitter_account),
        dbtr_agt=_agent(othr=GenericFinancialIdentification1(id=OUR_BANK)),
        cdtr_agt=_agent(
            clr_sys_mmb_id=ClearingSystemMemberIdentification2(
                clr_sys_id=ClearingSystemIdentification2Choice(cd=_IFSC),
                mmb_id=transfer.beneficiary_ifsc,
            )
        ),
        cdtr=PartyIdentification135(nm=transfer.beneficiary_name or None),
        cdtr_acct=_account(transfer.beneficiary_account),
        rmt_inf=RemittanceInformation16(ustrd=texts) if texts else None,
    )


def _fields(transaction: CreditTransferTransaction39) -> dict[str, Any]:
    member = transaction.cdtr_agt.fin_instn_id.clr_sys_mmb_id
    texts = transaction.rmt_inf.ustrd if transaction.rmt_inf else []
    if member is None or len(texts) > 1:
        raise NotADocument("a transfer needs the IFSC of the other bank, and at most one text")
    return {
        "transfer_id": transaction.pmt_id.tx_id,
        "amount": _money(transaction.intr_bk_sttlm_amt),
        "beneficiary_name": transaction.cdtr.nm or "",
        "beneficiary_account": _number(transaction.cdtr_acct),
        "beneficiary_ifsc": member.mmb_id,
        "remitter_account": _number(transaction.dbtr_acct),
        "description": texts[0] if texts else "",
    }


def _amount(minor: int, currency: Currency) -> ActiveCurrencyAndAmount:
    return ActiveCurrencyAndAmount(value=Decimal(minor).scaleb(-currency.scale), ccy=currency.value)


def _money(amount: ActiveCurrencyAndAmount) -> dict[str, Any]:
    if amount.ccy not in set(Currency):
        raise NotADocument(f"{amount.ccy} is not a currency of ours")
    minor = amount.value.scaleb(Currency(amount.ccy).scale)
    if minor != minor.to_integral_value():
        raise NotADocument(f"an amount has more decimals than {amount.ccy}")
    return {"minor": int(minor), "currency": amount.ccy}


def _account(number: str) -> CashAccount38:
    other = GenericAccountIdentification1(id=number)
    return CashAccount38(id=AccountIdentification4Choice(othr=other))


def _number(account: CashAccount38 | None) -> str | None:
    """The number of an account, in either of the two ways in which one is named."""
    if account is None:
        return None
    number: str | None = account.id.othr.id if account.id.othr else account.id.iban
    return number


def _agent(
    *,
    clr_sys_mmb_id: ClearingSystemMemberIdentification2 | None = None,
    othr: GenericFinancialIdentification1 | None = None,
) -> BranchAndFinancialInstitutionIdentification6:
    institution = FinancialInstitutionIdentification18(clr_sys_mmb_id=clr_sys_mmb_id, othr=othr)
    return BranchAndFinancialInstitutionIdentification6(fin_instn_id=institution)
