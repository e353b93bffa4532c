"""pacs.004: a bank gives back what a transfer had brought it, to us or from us.

The return's own id is `RtrId`, that of the transfer `OrgnlTxId`; what comes back is the returned
amount, with its reason as in a pacs.002. The rail's own name for one that comes to us is the
reference of the clearing system, or else the id of the message.
"""

from datetime import datetime
from typing import Any

from pyiso20022.pacs.pacs_004_001_09 import (
    ActiveCurrencyAndAmount,
    ChargeBearerType1Code,
    Document,
    GroupHeader90,
    PaymentReturnReason6,
    PaymentReturnV09,
    PaymentTransaction112,
    ReturnReason5Choice,
    SettlementInstruction7,
    SettlementMethod1Code,
)

from contracts.envelope import NotADocument
from contracts.rail.documents import credit_transfers, markup, reasons
from contracts.rail.recalls import CreditReturn
from contracts.rail.returns import TransferReturn

NAME = "pacs.004.001.09"


def write(returned: TransferReturn | CreditReturn, now: datetime) -> bytes:
    """A message with one return."""
    amount = returned.amount
    about = PaymentTransaction112(
        rtr_id=returned.return_id.hex,
        orgnl_end_to_end_id=returned.transfer_id.hex,
        orgnl_tx_id=returned.transfer_id.hex,
        rtrd_intr_bk_sttlm_amt=ActiveCurrencyAndAmount(
            value=credit_transfers.value_of(amount.minor, amount.currency),
            ccy=amount.currency.value,
        ),
        chrg_br=ChargeBearerType1Code.SLEV,
        clr_sys_ref=getattr(returned, "rail_reference", None),
        rtr_rsn_inf=reasons.why(returned, PaymentReturnReason6, ReturnReason5Choice),
    )
    header = GroupHeader90(
        msg_id=returned.return_id.hex,
        cre_dt_tm=markup.moment(now),
        nb_of_txs="1",
        sttlm_inf=SettlementInstruction7(sttlm_mtd=SettlementMethod1Code.CLRG),
    )
    return markup.written(Document(pmt_rtr=PaymentReturnV09(grp_hdr=header, tx_inf=[about])), NAME)


def read(body: bytes) -> dict[str, Any]:
    """The fields of a return to us.

    Raises:
        NotADocument: it is not a pacs.004 with one return, of an amount in a currency of ours.
    """
    message, about = _only(body)
    return _said(about) | {"rail_reference": about.clr_sys_ref or message.grp_hdr.msg_id}


def read_ours(body: bytes) -> dict[str, Any]:
    """The fields of a return from us.

    Raises:
        NotADocument: it is not a pacs.004 with one return, of an amount in a currency of ours.
    """
    _, about = _only(body)
    return _said(about)


def _only(body: bytes) -> tuple[PaymentReturnV09, PaymentTransaction112]:
    message = markup.read(body, Document, NAME).pmt_rtr
    if len(message.tx_inf) != 1 or message.grp_hdr.nb_of_txs != "1":
        raise NotADocument("it does not speak of one return")
    return message, message.tx_inf[0]


def _said(about: PaymentTransaction112) -> dict[str, Any]:
    amount = about.rtrd_intr_bk_sttlm_amt
    return {
        "return_id": about.rtr_id,
        "transfer_id": about.orgnl_tx_id,
        "amount": credit_transfers.money_of(amount.value, amount.ccy),
        **reasons.reason_of(about.rtr_rsn_inf),
    }
