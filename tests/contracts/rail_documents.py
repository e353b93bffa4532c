"""Messages of the rails as hypothesis makes them, and the schemas of their documents."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from functools import cache
from typing import Any, TypeVar

from hypothesis import strategies as st
from xmlschema import XMLSchema

from contracts.envelope import Document, Message
from contracts.money import MINOR_MAX, Currency
from contracts.rail import RAILS
from contracts.rail.bodies import AddressSubmission
from contracts.rail.payees import PayeeAnswer, PayeeQuestion
from contracts.text import cleaned
from tests.architecture.house import ROOT

M = TypeVar("M", bound=Message)

YEAR = datetime(1900, 1, 1)  # noqa: DTZ001 hypothesis adds the zone
INDIA = timezone(timedelta(hours=5, minutes=30))
SCHEMAS = ROOT / "tests" / "fixtures" / "iso20022"
NOW = datetime(2026, 11, 28, 6, 30, tzinfo=UTC)
# Of every script, with what XML has a use for, and with spaces anywhere.
LETTERS = st.one_of(st.characters(codec="utf-8"), st.sampled_from("<&>\"']]> "))


def texts(most: int, least: int = 0) -> st.SearchStrategy[str]:
    """What a text of a message can be, in the one form in which it is kept."""
    written = st.text(LETTERS, min_size=least, max_size=most).map(cleaned)
    return written.filter(lambda text: least <= len(text) <= most)


NUMBERS = st.text("ABCXYZ0189-", min_size=4, max_size=34)
CURRENCIES = st.sampled_from(Currency)
TRANSFERS: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {
        "transfer_id": st.uuids(),
        "amount": st.fixed_dictionaries(
            {"minor": st.integers(1, MINOR_MAX), "currency": CURRENCIES}
        ),
        "beneficiary_name": texts(140),
        "beneficiary_account": NUMBERS,
        "beneficiary_ifsc": st.from_regex(r"[A-Z]{4}0[A-Z0-9]{6}", fullmatch=True),
        "remitter_account": NUMBERS,
        "description": texts(140),
    }
)
REFERENCES = texts(35, 1).filter(lambda text: any(each.isalnum() for each in text))
REFUSALS = st.fixed_dictionaries(
    {"code": st.one_of(st.sampled_from(("unknown-beneficiary", "net-differs")), texts(35))}
    | {"detail": texts(200)}
)
RECALLS = st.fixed_dictionaries(
    {"code": st.one_of(st.sampled_from(("DUPL", "FRAD")), texts(35)), "detail": texts(200)}
)
BATCHES = st.fixed_dictionaries(
    {
        "batch_id": st.uuids(),
        "number": REFERENCES,
        "cut_off": st.datetimes(YEAR, YEAR.replace(year=9998), timezones=st.just(UTC)).map(
            lambda moment: moment.astimezone(INDIA)
        ),
        "net_minor": st.integers(1, 100 * MINOR_MAX),
        "currency": CURRENCIES,
        "transfers": st.lists(TRANSFERS, min_size=1, max_size=4),
    }
)


def document_of(message: Message) -> Document:
    """Its document, which it must have."""
    document = message.document()
    assert document is not None
    return document


def told_again(message: M) -> M:
    """The same after it was written and read."""
    document = document_of(message)
    return type(message).model_validate(document.read(document.write(message, NOW)))


def require_valid(message: Message) -> None:
    """What is written of it follows the published schema."""
    document = document_of(message)
    _schema(document.name).validate(document.write(message, NOW).decode())


@cache
def _schema(name: str) -> XMLSchema:
    return XMLSchema(SCHEMAS / f"{name}.xsd")


def kinds() -> Sequence[type[Message]]:
    """All that is said over the rails of transfers to accounts and of batches. UPI has XML of its
    own, and the documents of questions about payees (acmt.023, acmt.024) no classes in pyiso20022.
    """
    all_kinds = [kind for said in RAILS for kind in (*said.orders, *said.answers)]
    as_json = (AddressSubmission, PayeeQuestion, PayeeAnswer)
    return [kind for kind in all_kinds if not issubclass(kind, as_json)]
