"""camt.056 and camt.029: a bank asks back what it has paid, and what the other bank says of it.

The recall's own id is `CxlId` and that of its case, the transfer's `OrgnlTxId`. The banks on both
sides of a case are named by it, of which we know only ourselves: who else it is, the rail knows by
the transfer. Yes is CNCL, no RJCR with its reason; that a bank is still thinking (PDCR) is no
answer.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from pyiso20022.camt import camt_029_001_09 as answering
from pyiso20022.camt import camt_056_001_08 as asking

from contracts.envelope import NotADocument
from contracts.rail.bodies import ToRail
from contracts.rail.documents import credit_transfers, markup, reasons
from contracts.rail.recalls import (
    AskedBack,
    RecallAgreement,
    RecallAnswer,
    RecallRefusal,
    RecallReply,
)
from contracts.words import OUR_BANK

REQUEST, RESOLUTION = "camt.056.001.08", "camt.029.001.09"
_ANOTHER = "NOTPROVIDED"  # the usual word for a name that a schema asks for and nobody tells
# What is said of the case, and with it of the transfer.
_OF_TRANSFER = {"CNCL": "ACCR", "RJCR": "RJCR"}
_AGREED, _REFUSED = _OF_TRANSFER


def write_request(recall: AskedBack, now: datetime) -> bytes:
    """A message that asks for one transfer."""
    amount = recall.amount
    about = asking.PaymentTransaction106(
        cxl_id=recall.recall_id.hex,
        case=asking.Case5(id=recall.recall_id.hex, cretr=_bank(asking, _asker(recall))),
        orgnl_end_to_end_id=recall.transfer_id.hex,
        orgnl_tx_id=recall.transfer_id.hex,
        orgnl_intr_bk_sttlm_amt=asking.ActiveOrHistoricCurrencyAndAmount(
            value=credit_transfers.value_of(amount.minor, amount.currency),
            ccy=amount.currency.value,
        ),
        cxl_rsn_inf=reasons.why(
            recall,
            asking.PaymentCancellationReason5,
            asking.CancellationReason33Choice,
            reasons.RECALL_REASONS,
        ),
    )
    message = asking.FitoFipaymentCancellationRequestV08(
        assgnmt=_assignment(asking, recall.recall_id, _asker(recall), now),
        ctrl_data=asking.ControlData1(nb_of_txs="1"),
        undrlyg=[asking.UnderlyingTransaction23(tx_inf=[about])],
    )
    return markup.written(asking.Document(fito_fipmt_cxl_req=message), REQUEST)


def read_request(body: bytes) -> dict[str, Any]:
    """The fields of a recall.

    Raises:
        NotADocument: it is not a camt.056 that asks for one transfer, of an amount of ours.
    """
    message = markup.read(body, asking.Document, REQUEST).fito_fipmt_cxl_req
    about = _only([each for under in message.undrlyg for each in under.tx_inf])
    amount = about.orgnl_intr_bk_sttlm_amt
    if amount is None:
        raise NotADocument("it does not name the amount of the transfer")
    return {
        "recall_id": about.cxl_id,
        "transfer_id": about.orgnl_tx_id,
        "amount": credit_transfers.money_of(amount.value, amount.ccy),
        **reasons.reason_of(about.cxl_rsn_inf, reasons.RECALL_REASONS),
    }


def write_agreement(agreement: RecallAgreement, now: datetime) -> bytes:
    """A yes, with the time of saying it."""
    return _resolution(agreement, _AGREED, [], now)


def read_agreement(body: bytes) -> dict[str, Any]:
    """The fields of a yes.

    Raises:
        NotADocument: it is not a camt.029 that says yes to one recall.
    """
    about, is_agreed = _resolved(body)
    if not is_agreed:
        raise NotADocument("its status is not CNCL, as its type says")
    return _subject(about)


def write_refusal(refusal: RecallRefusal | RecallReply, now: datetime) -> bytes:
    """A no with its reason, and the time of saying it."""
    why = reasons.why(
        refusal,
        answering.CancellationStatusReason4,
        answering.CancellationStatusReason3Choice,
        reasons.RECALL_REFUSALS,
    )
    return _resolution(refusal, _REFUSED, why, now)


def read_refusal(body: bytes) -> dict[str, Any]:
    """The fields of a no.

    Raises:
        NotADocument: it is not a camt.029 that says no to one recall.
    """
    about, is_agreed = _resolved(body)
    if is_agreed:
        raise NotADocument("its status is not RJCR, as its type says")
    return _subject(about) | reasons.reason_of(about.cxl_sts_rsn_inf, reasons.RECALL_REFUSALS)


def write_reply(reply: RecallReply, now: datetime) -> bytes:
    """A yes, or with a code a no."""
    if reply.code is None:
        return _resolution(reply, _AGREED, [], now)
    return write_refusal(reply, now)


def read_reply(body: bytes) -> dict[str, Any]:
    """The fields of a yes or a no.

    Raises:
        NotADocument: it is not a camt.029 that says yes or no to one recall.
    """
    about, is_agreed = _resolved(body)
    if is_agreed:
        return _subject(about)
    return _subject(about) | reasons.reason_of(about.cxl_sts_rsn_inf, reasons.RECALL_REFUSALS)


def _resolution(
    answer: RecallAnswer | RecallReply, status: str, why: list[Any], now: datetime
) -> bytes:
    asker = OUR_BANK if not isinstance(answer, ToRail) else _ANOTHER
    about = answering.PaymentTransaction102(
        rslvd_case=answering.Case5(id=answer.recall_id.hex, cretr=_bank(answering, asker)),
        orgnl_end_to_end_id=answer.transfer_id.hex,
        orgnl_tx_id=answer.transfer_id.hex,
        tx_cxl_sts=answering.CancellationIndividualStatus1Code(_OF_TRANSFER[status]),
        cxl_sts_rsn_inf=why,
    )
    speaker = _ANOTHER if asker == OUR_BANK else OUR_BANK
    message = answering.ResolutionOfInvestigationV09(
        assgnmt=_assignment(answering, answer.recall_id, speaker, now),
        sts=answering.InvestigationStatus5Choice(conf=status),
        cxl_dtls=[answering.UnderlyingTransaction22(tx_inf_and_sts=[about])],
    )
    return markup.written(answering.Document(rsltn_of_invstgtn=message), RESOLUTION)


def _resolved(body: bytes) -> tuple[Any, bool]:
    """What is said of one transfer, and whether that is yes."""
    message = markup.read(body, answering.Document, RESOLUTION).rsltn_of_invstgtn
    about = _only([each for under in message.cxl_dtls for each in under.tx_inf_and_sts])
    of_case, of_transfer = message.sts.conf, about.tx_cxl_sts
    expected = _OF_TRANSFER.get(of_case or "")
    if expected is None or (of_transfer and of_transfer.value != expected):
        raise NotADocument("it says neither CNCL nor RJCR, or otherwise of the transfer")
    return about, of_case == _AGREED


def _subject(about: Any) -> dict[str, Any]:
    if about.rslvd_case is None:
        raise NotADocument("it does not name the case that it resolves")
    return {"recall_id": about.rslvd_case.id, "transfer_id": about.orgnl_tx_id}


def _only(found: list[Any]) -> Any:
    if len(found) != 1:
        raise NotADocument("it does not speak of one transfer")
    return found[0]


def _asker(recall: AskedBack) -> str:
    return OUR_BANK if isinstance(recall, ToRail) else _ANOTHER


def _assignment(of: Any, recall_id: UUID, speaker: str, now: datetime) -> Any:
    """Who speaks to whom, under the id of the recall, so that what is said again is the same."""
    other = _ANOTHER if speaker == OUR_BANK else OUR_BANK
    return of.CaseAssignment5(
        id=recall_id.hex,
        assgnr=_bank(of, speaker),
        assgne=_bank(of, other),
        cre_dt_tm=markup.moment(now),
    )


def _bank(of: Any, name: str) -> Any:
    """A bank, in the classes of one of the two documents."""
    other = of.GenericFinancialIdentification1(id=name)
    institution = of.FinancialInstitutionIdentification18(othr=other)
    return of.Party40Choice(
        agt=of.BranchAndFinancialInstitutionIdentification6(fin_instn_id=institution)
    )
