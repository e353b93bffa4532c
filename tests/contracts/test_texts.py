"""Texts of all messages: in one normal form, with nothing in them that cannot be seen."""

import unicodedata
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError
from pydantic_core import PydanticCustomError

from contracts import catalogue
from contracts.account.movements import ReceivePayment
from contracts.envelope import Command, Message, Query
from contracts.rail.batches import BatchSubmission
from contracts.rail.bodies import AddressSubmission, Submission
from contracts.rail.credits import CreditAnswer
from contracts.rail.payees import PayeeQuestion
from contracts.text import cleaned, composed, seen
from contracts.words import Name, Reason, Text
from infra.deployment.contracts.examples import example
from infra.deployment.contracts.schemas import json_schema

UNSEEN = [
    "a\u200bb", "a\u202eb", "\u2066a\u2069", "a\ufeff", "a\u00adb", "a\u3164b", "\u115fa",
    "a\u034fb",
    "J\u200dohn", "\u200da", "a\u200c", "a\U000e0041", "a\u180eb", "a\ufe0fb", "a\u2028b",
    "a\x1b[31m",
    "a\x85b", "a\u061cb", "a\u200fb",
]  # fmt: skip
BLANK = ["", " ", "\u00a0", "\u3000 ", "\u2800", "\u200b", "\u3164", "\u200d", "\u0301"]
# A secret is compared and never shown, and the name beside it at a log-in as well.
COMPARED = {("LogIn", "username")}
PASSED_ON = (
    CreditAnswer,
    ReceivePayment,
    Submission,
    AddressSubmission,
    BatchSubmission,
    PayeeQuestion,
)  # to a rail, as they were accepted before
ASKED = [
    kind for kind in catalogue.messages() if issubclass(kind, Command | Query)
] + [kind for kind in catalogue.COMMON if issubclass(kind, Command | Query)]  # fmt: skip


def _resolved(schema: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    found = schema.get("anyOf", [schema])[0]
    name = found.get("$ref", "").rpartition("/")[2]
    resolved: dict[str, Any] = definitions[name] | {"title": name} if name else found
    return resolved


def _texts(
    schema: dict[str, Any], body: dict[str, Any], definitions: dict[str, Any]
) -> Iterator[tuple[dict[str, Any], str]]:
    """Each text of this body: the object it stands in, and its name."""
    for name, field in schema.get("properties", {}).items():
        field = _resolved(field, definitions)
        many = field.get("type") == "array"
        inner = _resolved(field["items"], definitions) if many and "items" in field else field
        if inner.get("type") == "object" and "properties" in inner:
            inside = body.get(name) or example(inner | {"$defs": definitions})
            inside = inside[0] if isinstance(inside, list) else inside
            body[name] = [inside, *body.get(name, [])[1:]] if many else inside
            yield from _texts(inner, inside, definitions)
        elif inner.get("type") == "string" and not {"enum", "const", "format"} & inner.keys():
            yield body, name


def _fields() -> Iterator[Any]:
    for kind in ASKED:
        schema = json_schema(kind)
        count = len(list(_texts(schema, example(schema), schema.get("$defs", {}))))
        for number in range(count):
            body = deepcopy(example(schema))
            holder, name = list(_texts(schema, body, schema.get("$defs", {})))[number]
            if (kind.__name__, name) not in COMPARED:
                yield pytest.param(kind, body, holder, name, id=f"{kind.__name__} {number} {name}")


FIELDS = list(_fields())


def _read(kind: type[Message], body: dict[str, Any]) -> Message | None:
    try:
        return kind.model_validate(body)
    except ValidationError:
        return None


def _all_texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from _all_texts(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _all_texts(each)


def test_many_fields_are_walked_over() -> None:
    assert len(FIELDS) > 60


@pytest.mark.parametrize(("kind", "body", "holder", "name"), FIELDS)
def test_no_text_of_any_message_holds_what_cannot_be_seen(
    kind: type[Message], body: dict[str, Any], holder: dict[str, Any], name: str
) -> None:
    for text in UNSEEN:
        holder[name] = text
        message = _read(kind, body)
        if message is not None:
            for each in _all_texts(message.model_dump()):
                assert seen(each) == each, (text, each)


@pytest.mark.parametrize(("kind", "body", "holder", "name"), FIELDS)
def test_every_text_of_every_message_comes_in_as_normal_form_c(
    kind: type[Message], body: dict[str, Any], holder: dict[str, Any], name: str
) -> None:
    for text in ("Jose\u0301", "\u0958ab", "\u1112\u1161\u11abab"):
        holder[name] = text
        message = _read(kind, body)
        holder[name] = unicodedata.normalize("NFC", text)
        assert _read(kind, body) == message
        for each in _all_texts(message.model_dump() if message else {}):
            assert unicodedata.is_normalized("NFC", each)


@pytest.mark.parametrize(("kind", "body", "holder", "name"), FIELDS)
def test_a_text_that_a_message_must_have_is_not_blank(
    kind: type[Message], body: dict[str, Any], holder: dict[str, Any], name: str
) -> None:
    schema = json_schema(kind)
    required = {
        field
        for each in (schema, *schema.get("$defs", {}).values())
        for field in each.get("required", ())
    }
    for text in BLANK:
        holder[name] = text
        message = _read(kind, body)
        # What the payment service tells a rail was judged when it came in.
        assert message is None or name not in required or issubclass(kind, PASSED_ON), text


INDIAN = [
    "ശ്രീജിത്ത്\u200c", "രാജന്\u200d", "क्\u200dष", "र्\u200dय", "ৰ\u200d্য", "ක්\u200dරිස්ටි", "شاه\u200cرخ",
    "ਸਿੰਘ", "प्रिया", "क्\u200cय",
]  # fmt: skip


@pytest.mark.parametrize("name", INDIAN)
def test_a_name_keeps_its_joiners(name: str) -> None:
    assert TypeAdapter(Name).validate_python(name) == unicodedata.normalize("NFC", name)
    assert [c for c in cleaned(name) if c in "\u200c\u200d"] == [
        c for c in name if c in "\u200c\u200d"
    ]


@pytest.mark.parametrize("text", ["❤️", "👨‍👩‍👧", "1️⃣", "👩🏽‍💻", "🏳️‍🌈", "葛\U000e0100"])
def test_pictures_and_variants_of_characters_stay(text: str) -> None:
    assert TypeAdapter(Reason).validate_python(text) == text


@st.composite
def words_of_india(draw: st.DrawFn) -> str:
    """Consonants of one script, with or without a virama and a joiner between them."""
    virama, letters = draw(
        st.sampled_from(
            [("्", "कखगचजट"), ("্", "কখগচজ"), ("്", "കഖഗചജ"), ("්", "කඛගචජ"), ("్", "కఖగచజ")]
        )
    )
    joints = st.sampled_from(["", virama, virama + "\u200d", virama + "\u200c", "\u200c"])
    pairs = draw(st.lists(st.tuples(st.sampled_from(letters), joints), min_size=1, max_size=20))
    return "".join(letter + joint for letter, joint in pairs) + draw(st.sampled_from(letters))


@given(words_of_india())
def test_every_name_of_india_with_joiners_keeps_its_exact_text(name: str) -> None:
    assert TypeAdapter(Name).validate_python(name) == name
    assert cleaned(name) == name


@given(st.text(st.characters(codec="utf-8"), max_size=30))
def test_normalising_twice_is_normalising_once(text: str) -> None:
    once = composed(text)
    assert composed(once) == once
    clean = cleaned(text)
    assert cleaned(clean) == clean
    assert seen(clean) == clean


@given(st.text(st.characters(codec="utf-8"), max_size=30))
def test_what_is_taken_has_nothing_that_cleaning_would_take_away(text: str) -> None:
    try:
        taken = seen(composed(text))
    except PydanticCustomError:
        assert cleaned(text) != composed(text)
    else:
        assert cleaned(taken) == taken


def test_a_text_that_may_be_left_out_may_be_empty() -> None:
    assert TypeAdapter(Text).validate_python("") == ""
