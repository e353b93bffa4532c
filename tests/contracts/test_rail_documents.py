"""What goes over a rail is a document of ISO 20022, and says all that its message says."""

from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from contracts.envelope import Message, NotADocument
from contracts.rail.bodies import Answer, Submission
from contracts.rail.documents.reasons import ISO_REASONS, RECALL_REASONS, RECALL_REFUSALS
from contracts.rail.imps import (
    AnswerImpsCredit,
    AnswerImpsRecall,
    ImpsCreditAnswered,
    ImpsCreditArrived,
    ImpsCreditReturned,
    ImpsRecallAgreed,
    ImpsRecallAnswered,
    ImpsRecallArrived,
    ImpsRecallRefused,
    ImpsTransferReturned,
    RailAccepted,
    RailRefused,
    RailUnaware,
    RecallImpsTransfer,
    ResolveAccount,
    ReturnImpsCredit,
    SubmitTransfer,
)
from contracts.rail.neft import NeftBatchRefused, NeftBatchSettled, SubmitNeftBatch
from contracts.rail.upi import SubmitUpiTransfer
from contracts.topology import IMPS
from infra.bus.wire import OUTSIDER_BYTES_MAX, XML, body_of
from tests.builders import an
from tests.contracts.rail_documents import (
    BATCHES,
    NOW,
    RECALLS,
    REFERENCES,
    REFUSALS,
    SCHEMAS,
    TRANSFERS,
    document_of,
    kinds,
    require_valid,
    told_again,
)

DOCUMENTS = {
    "SubmitTransfer": "pacs.008.001.08", "SubmitRtgsTransfer": "pacs.008.001.08",
    "SubmitNeftBatch": "pacs.008.001.08", "InquireTransfer": "pacs.028.001.03",
    "InquireRtgsTransfer": "pacs.028.001.03", "InquireNeftTransfer": "pacs.028.001.03",
    "InquireNeftBatch": "pacs.028.001.03", "InquireUpiTransfer": "pacs.028.001.03",
    "ImpsCreditArrived": "pacs.008.001.08", "RtgsCreditArrived": "pacs.008.001.08",
    "NeftCreditArrived": "pacs.008.001.08", "UpiCreditArrived": "pacs.008.001.08",
    "ImpsTransferReturned": "pacs.004.001.09", "RtgsTransferReturned": "pacs.004.001.09",
    "NeftTransferReturned": "pacs.004.001.09", "UpiTransferReturned": "pacs.004.001.09",
    "RecallImpsTransfer": "camt.056.001.08", "RecallRtgsTransfer": "camt.056.001.08",
    "RecallNeftTransfer": "camt.056.001.08", "RecallUpiTransfer": "camt.056.001.08",
    "ImpsRecallAgreed": "camt.029.001.09", "ImpsRecallRefused": "camt.029.001.09",
    "RtgsRecallAgreed": "camt.029.001.09", "RtgsRecallRefused": "camt.029.001.09",
    "NeftRecallAgreed": "camt.029.001.09", "NeftRecallRefused": "camt.029.001.09",
    "UpiRecallAgreed": "camt.029.001.09", "UpiRecallRefused": "camt.029.001.09",
    "ImpsRecallArrived": "camt.056.001.08", "AnswerImpsRecall": "camt.029.001.09",
    "ReturnImpsCredit": "pacs.004.001.09",
    "RtgsRecallArrived": "camt.056.001.08", "AnswerRtgsRecall": "camt.029.001.09",
    "ReturnRtgsCredit": "pacs.004.001.09",
    "NeftRecallArrived": "camt.056.001.08", "AnswerNeftRecall": "camt.029.001.09",
    "ReturnNeftCredit": "pacs.004.001.09",
    "UpiRecallArrived": "camt.056.001.08", "AnswerUpiRecall": "camt.029.001.09",
    "ReturnUpiCredit": "pacs.004.001.09",
}  # fmt: skip
EXAMPLES = 60


@pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.__name__)
def test_each_message_of_a_rail_travels_as_a_document_that_follows_its_schema(
    kind: type[Message],
) -> None:
    message = an(kind)

    assert body_of(message, NOW)[1] == XML
    assert document_of(message).name == DOCUMENTS.get(kind.__name__, "pacs.002.001.10")
    require_valid(message)
    assert told_again(message) == message


@pytest.mark.parametrize("word", ["a\uffffb\ufffe", "a\x00b\x1f", "\ud800"])
def test_what_xml_cannot_hold_is_taken_out_of_the_words_of_a_transfer(word: str) -> None:
    transfer = an(SubmitTransfer, beneficiary_name=word, description=word)

    require_valid(transfer)
    assert told_again(transfer) == transfer


@given(TRANSFERS)
@settings(max_examples=EXAMPLES)
def test_a_transfer_with_any_words_is_the_same_at_the_other_bank(fields: dict[str, Any]) -> None:
    transfer = SubmitTransfer(**fields)

    require_valid(transfer)
    assert told_again(transfer) == transfer


@given(BATCHES)
@settings(max_examples=EXAMPLES)
def test_so_is_a_batch_with_its_number_its_cut_off_and_its_claimed_total(
    fields: dict[str, Any],
) -> None:
    batch = SubmitNeftBatch(**fields)

    require_valid(batch)
    assert told_again(batch) == batch


@given(st.uuids(), REFUSALS, REFERENCES)
@settings(max_examples=EXAMPLES)
def test_so_is_what_the_other_bank_says(
    subject: UUID, refusal: dict[str, Any], reference: str
) -> None:
    for answer in (
        RailRefused(transfer_id=subject, **refusal),
        NeftBatchRefused(batch_id=subject, **refusal),
        RailAccepted(transfer_id=subject, rail_reference=reference),
        NeftBatchSettled(batch_id=subject, rail_reference=reference),
    ):
        require_valid(answer)
        assert told_again(answer) == answer


@given(TRANSFERS, REFERENCES, REFUSALS, st.booleans())
@settings(max_examples=EXAMPLES)
def test_so_is_what_another_bank_pays_and_what_we_say_of_it(
    fields: dict[str, Any], reference: str, refusal: dict[str, Any], is_credited: bool
) -> None:
    subject = {key: fields[key] for key in ("transfer_id", "amount", "beneficiary_account")}
    said = refusal | ({"code": None} if is_credited else {})
    payer = {
        "rail_reference": reference,
        "remitter_name": fields["beneficiary_name"],
        "remitter_ifsc": fields.pop("beneficiary_ifsc"),
    }
    for message in (
        ImpsCreditArrived(**fields, **payer),
        AnswerImpsCredit(**subject, **said),
        ImpsCreditAnswered(**subject),
    ):
        require_valid(message)
        assert told_again(message) == message


@given(TRANSFERS, st.uuids(), REFERENCES, REFUSALS)
@settings(max_examples=EXAMPLES)
def test_so_is_what_another_bank_gives_back(
    fields: dict[str, Any], return_id: UUID, reference: str, refusal: dict[str, Any]
) -> None:
    subject = {key: fields[key] for key in ("transfer_id", "amount")}
    returned = ImpsTransferReturned(
        return_id=return_id, rail_reference=reference, **subject, **refusal
    )

    require_valid(returned)
    assert told_again(returned) == returned


@given(
    TRANSFERS, st.uuids(), RECALLS, REFUSALS, st.from_regex(r"[A-Za-z0-9-]{1,35}", fullmatch=True)
)
@settings(max_examples=EXAMPLES)
def test_so_is_what_is_asked_back_and_what_is_said_of_it(
    fields: dict[str, Any], recall_id: UUID, why: dict[str, Any], refusal: dict[str, Any], own: str
) -> None:
    transfer_id = fields["transfer_id"]
    for message in (
        RecallImpsTransfer(
            recall_id=recall_id,
            transfer_id=transfer_id,
            amount=fields["amount"],
            **why | {"code": own},
        ),
        ImpsRecallAgreed(recall_id=recall_id, transfer_id=transfer_id),
        ImpsRecallRefused(recall_id=recall_id, transfer_id=transfer_id, **refusal),
        ImpsRecallArrived(
            recall_id=recall_id, transfer_id=transfer_id, amount=fields["amount"], **why
        ),
        AnswerImpsRecall(recall_id=recall_id, transfer_id=transfer_id),
        AnswerImpsRecall(recall_id=recall_id, transfer_id=transfer_id, **refusal),
        ImpsRecallAnswered(recall_id=recall_id, transfer_id=transfer_id),
        ReturnImpsCredit(
            return_id=recall_id,
            transfer_id=transfer_id,
            amount=fields["amount"],
            **refusal | {"code": own},
        ),
        ImpsCreditReturned(return_id=recall_id, transfer_id=transfer_id),
    ):
        require_valid(message)
        assert told_again(message) == message


@pytest.mark.parametrize(
    ("kind", "codes"),
    [(RecallImpsTransfer, RECALL_REASONS), (ImpsRecallRefused, RECALL_REFUSALS)],
)
def test_a_reason_of_a_recall_or_of_a_no_to_it_goes_by_its_code(
    kind: type[Message], codes: dict[str, str]
) -> None:
    for code in codes:
        said = an(kind, code=code)

        assert f"<Rsn><Cd>{code}</Cd></Rsn>".encode() in document_of(said).write(said, NOW)


@pytest.mark.parametrize(
    ("found", "instead"),
    [
        (b"<Conf>CNCL</Conf>", b"<Conf>PDCR</Conf>"),
        (b"<TxCxlSts>ACCR</TxCxlSts>", b"<TxCxlSts>RJCR</TxCxlSts>"),
        (b"<Conf>CNCL</Conf>", b"<Conf>RJCR</Conf>"),
    ],
)
def test_an_answer_to_a_recall_that_is_no_plain_yes_is_none(found: bytes, instead: bytes) -> None:
    agreed = an(ImpsRecallAgreed)
    document = document_of(agreed)

    with pytest.raises(NotADocument, match="CNCL"):
        document.read(document.write(agreed, NOW).replace(found, instead))


def test_that_a_rail_has_our_answer_does_not_say_that_it_has_our_return() -> None:
    answered, returned = an(ImpsRecallAnswered), an(ImpsCreditReturned)

    with pytest.raises(NotADocument, match=r"not about a pacs\.004"):
        document_of(returned).read(document_of(answered).write(answered, NOW))


def test_a_bank_need_not_say_of_the_transfer_what_it_says_of_the_case() -> None:
    agreed = an(ImpsRecallAgreed)
    document = document_of(agreed)

    shorter = document.write(agreed, NOW).replace(b"<TxCxlSts>ACCR</TxCxlSts>", b"")

    assert ImpsRecallAgreed.model_validate(document.read(shorter)) == agreed


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("beneficiary_name", "n" * 141), ("description", "d" * 141),
        ("beneficiary_account", "9" * 35), ("remitter_account", "9" * 35),
        ("beneficiary_account", ""), ("beneficiary_ifsc", "I" * 35),
    ],
)  # fmt: skip
def test_no_message_holds_what_its_document_could_not(field: str, value: str) -> None:
    with pytest.raises(ValidationError, match=field):
        an(SubmitTransfer, **{field: value})


@pytest.mark.parametrize("word", ISO_REASONS)
def test_a_reason_that_the_external_list_knows_goes_by_its_code(word: str) -> None:
    refusal = an(RailRefused, code=word)

    assert f"<Cd>{ISO_REASONS[word]}</Cd>".encode() in document_of(refusal).write(refusal, NOW)


def test_another_reason_of_the_list_is_told_by_its_code() -> None:
    refusal = an(RailRefused, code="account-closed")
    document = document_of(refusal)

    told = document.read(document.write(refusal, NOW).replace(b"AC04", b"AM09"))

    assert told["code"] == "AM09"


def test_who_never_saw_a_transfer_gives_it_no_status() -> None:
    unaware = an(RailUnaware)

    assert b"<TxSts>" not in document_of(unaware).write(unaware, NOW)


def test_a_transfer_of_another_banks_program_is_understood() -> None:
    told = document_of(an(SubmitTransfer)).read((SCHEMAS / "another-bank.xml").read_bytes())

    transfer = SubmitTransfer.model_validate(told)
    assert transfer.transfer_id == UUID("0c1f4d0a93b74f2e8a0e5c7d2b1a9e44")
    assert (transfer.amount.minor, transfer.amount.currency) == (123450, "INR")
    assert transfer.beneficiary_name == "आशा राव"
    assert transfer.remitter_account == "DE89370400440532013000"
    assert transfer.description == "invoice 12 <paid>"


def test_a_program_that_pays_us_need_not_know_the_name_that_the_rail_gives() -> None:
    told = document_of(an(ImpsCreditArrived)).read((SCHEMAS / "another-bank.xml").read_bytes())

    arrival = ImpsCreditArrived.model_validate(told)
    assert (arrival.rail_reference, arrival.remitter_ifsc) == (
        "OTHR-20261128-000017", "OTHRINBBXXX",
    )  # fmt: skip
    assert (arrival.amount.minor, arrival.beneficiary_name) == (123450, "आशा राव")


def test_an_answer_of_any_words_is_smaller_than_an_outsider_may_send() -> None:
    refusal = an(RailRefused, code="&" * 35, detail="&" * 200)

    assert len(document_of(refusal).write(refusal, NOW)) < OUTSIDER_BYTES_MAX


def test_a_message_with_more_than_its_document_could_say_goes_as_json() -> None:
    class Urgent(Submission, rail=IMPS):
        urgency: int

    class Delayed(Answer, rail=IMPS):
        pass

    assert SubmitUpiTransfer.document() is None
    assert ResolveAccount.document() is None
    assert Urgent.document() is None
    assert Delayed.document() is None
