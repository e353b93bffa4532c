"""pacs.008: a transfer by itself, to another bank or from one, or a batch with its totals.

A transfer's id is its transaction id and its end-to-end id, a batch's id the id of the message,
each as 32 hexadecimal digits; a batch's number is the instruction id of each of its transfers, and
its cut-off the moment of its creation. The total amount of the header is what the batch claims to
be; the control sum is counted, and counted again by who reads it. One that comes from another bank
has the rail's own name in the reference of the clearing system, or else in the id of the message.
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
from contracts.rail.credits import CreditArrival
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
    return _fields(_only(_read(body)))


def write_arrival(arrival: CreditArrival, now: datetime) -> bytes:
    """A message with one transfer from another bank to ours."""
    transaction = _credit(
        arrival,
        number=None,
        reference=arrival.rail_reference,
        payer=arrival.remitter_name or None,
        dbtr_agt=_member(arrival.remitter_ifsc),
        cdtr_agt=_ours(),
    )
    return _written(arrival.transfer_id.hex, now, [transaction], None)


def read_arrival(body: bytes) -> dict[str, Any]:
    """The fields of what another bank pays.

    Raises:
        NotADocument: it is not a pacs.008 with one transfer, from a bank with an IFSC or a BIC.
    """
    message = _read(body)
    transfer = _only(message)
    return _said(transfer) | {
        "rail_reference": transfer.pmt_id.clr_sys_ref or message.grp_hdr.msg_id,
        "remitter_name": transfer.dbtr.nm or "",
        "remitter_ifsc": transfer.dbtr_agt.fin_instn_id.bicfi or _ifsc(transfer.dbtr_agt),
    }


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
    net = money_of(header.ttl_intr_bk_sttlm_amt.value, header.ttl_intr_bk_sttlm_amt.ccy)
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


def _only(message: FitoFicustomerCreditTransferV08) -> CreditTransferTransaction39:
    if len(message.cdt_trf_tx_inf) != 1:
        raise NotADocument("it has more than one transfer")
    return message.cdt_trf_tx_inf[0]


def _sum(transactions: Sequence[CreditTransferTransaction39]) -> Decimal:
    """Of the numbers alone, whatever their currencies, as the standard has it."""
    return sum((each.intr_bk_sttlm_amt.value for each in transactions), Decimal())


def _transaction(transfer: Transfer, number: str | None) -> CreditTransferTransaction39:
    return _credit(
        transfer,
        number=number,
        reference=None,
        payer=_NOBODY,
        dbtr_agt=_ours(),
        cdtr_agt=_member(transfer.beneficiary_ifsc),
    )


def _credit(
    credit: Transfer | CreditArrival,
    *,
    number: str | None,
    reference: str | None,
    payer: str | None,
    dbtr_agt: BranchAndFinancialInstitutionIdentification6,
    cdtr_agt: BranchAndFinancialInstitutionIdentification6,
) -> CreditTransferTransaction39:
    texts = [credit.description] if credit.description else []
    return CreditTransferTransaction39(
        pmt_id=PaymentIdentification7(
            instr_id=number,
            end_to_end_id=credit.transfer_id.hex,
            tx_id=credit.transfer_id.hex,
            clr_sys_ref=reference,
        ),
        intr_bk_sttlm_amt=_amount(credit.amount.minor, credit.amount.currency),
        chrg_br=ChargeBearerType1Code.SLEV,
        dbtr=PartyIdentification135(nm=payer),
        dbtr_acct=_account(credit.remitter_account),
        dbtr_agt=dbtr_agt,
        cdtr_agt=cdtr_agt,
        cdtr=PartyIdentification135(nm=credit.beneficiary_name or None),
        cdtr_acct=_account(credit.beneficiary_account),
        rmt_inf=RemittanceInformation16(ustrd=texts) if texts else None,
    )


def _fields(transaction: CreditTransferTransaction39) -> dict[str, Any]:
    return _said(transaction) | {"beneficiary_ifsc": _ifsc(transaction.cdtr_agt)}


def _said(transaction: CreditTransferTransaction39) -> dict[str, Any]:
    """The fields of any transfer, whichever way it goes."""
    texts = transaction.rmt_inf.ustrd if transaction.rmt_inf else []
    if len(texts) > 1:
        raise NotADocument("a transfer has at most one text")
    return {
        "transfer_id": transaction.pmt_id.tx_id,
        "amount": money_of(transaction.intr_bk_sttlm_amt.value, transaction.intr_bk_sttlm_amt.ccy),
        "beneficiary_name": transaction.cdtr.nm or "",
        "beneficiary_account": number_of(transaction.cdtr_acct),
        "remitter_account": number_of(transaction.dbtr_acct),
        "description": texts[0] if texts else "",
    }


def value_of(minor: int, currency: Currency) -> Decimal:
    """An amount as a document writes it."""
    return Decimal(minor).scaleb(-currency.scale)


def money_of(value: Decimal, currency: str) -> dict[str, Any]:
    """What a document writes as an amount of ours.

    Raises:
        NotADocument: it is in no currency of ours, or has more decimals than that has.
    """
    if currency not in set(Currency):
        raise NotADocument(f"{currency} is not a currency of ours")
    minor = value.scaleb(Currency(currency).scale)
    if minor != minor.to_integral_value():
        raise NotADocument(f"an amount has more decimals than {currency}")
    return {"minor": int(minor), "currency": currency}


def number_of(account: Any) -> str | None:
    """The number of an account, in either of the two ways in which one is named."""
    if account is None:
        return None
    number: str | None = account.id.othr.id if account.id.othr else account.id.iban
    return number


def _amount(minor: int, currency: Currency) -> ActiveCurrencyAndAmount:
    return ActiveCurrencyAndAmount(value=value_of(minor, currency), ccy=currency.value)


def _account(number: str) -> CashAccount38:
    other = GenericAccountIdentification1(id=number)
    return CashAccount38(id=AccountIdentification4Choice(othr=other))


def _ifsc(agent: BranchAndFinancialInstitutionIdentification6) -> str | None:
    member = agent.fin_instn_id.clr_sys_mmb_id
    if member is None:
        raise NotADocument("a transfer needs the IFSC of the other bank")
    ifsc: str | None = member.mmb_id
    return ifsc


def _member(ifsc: str) -> BranchAndFinancialInstitutionIdentification6:
    """Another bank, by its IFSC."""
    member = ClearingSystemMemberIdentification2(
        clr_sys_id=ClearingSystemIdentification2Choice(cd=_IFSC), mmb_id=ifsc
    )
    return _agent(FinancialInstitutionIdentification18(clr_sys_mmb_id=member))


def _ours() -> BranchAndFinancialInstitutionIdentification6:
    """This bank, by the beginning of its IFSCs."""
    other = GenericFinancialIdentification1(id=OUR_BANK)
    return _agent(FinancialInstitutionIdentification18(othr=other))


def _agent(
    institution: FinancialInstitutionIdentification18,
) -> BranchAndFinancialInstitutionIdentification6:
    return BranchAndFinancialInstitutionIdentification6(fin_instn_id=institution)
