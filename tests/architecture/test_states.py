"""The states of all that has a life are told in one vocabulary, everywhere in the HTTP API."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from gateway import states
from gateway.app import app
from gateway.states import VOCABULARY, Words
from tests.architecture.house import ROOT

SCHEMAS: dict[str, Any] = app.openapi()["components"]["schemas"]
# The client's own contract has these words, in capitals where they are words.
IN_CAPITALS = {
    ("AccountAnswer", "status"),
    ("AccountStatusRequest", "status"),
    ("CustomerAnswer", "status"),
    ("CustomerAnswer", "kyc_status"),
    ("CustomerStatusRequest", "status"),
    ("KycRequest", "kyc_status"),
}
REPLACED = {("TransferAnswer", "status"), ("TransactionAnswer", "status")}  # by `state` beside it
OTHER_THINGS = {
    ("HealthAnswer", "status"),  # how a part is now: it has no life of its own here
    ("PartAnswer", "status"),
    ("LiveAnswer", "status"),
    ("ProblemBody", "status"),  # RFC 9457: the status code
}
ROW = re.compile(r"^\| `([a-z-]+)` \| (.+) \|$", re.MULTILINE)
WORDS = [each for each in vars(states).values() if isinstance(each, Words)]


def fields() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for schema, shown in SCHEMAS.items():
        for name, field in shown.get("properties", {}).items():
            yield schema, name, field


def words_of(schema: dict[str, Any]) -> list[str]:
    """All that a field may say, where that is known."""
    if "$ref" in schema:
        return words_of(SCHEMAS[schema["$ref"].rpartition("/")[2]])
    inner = [word for each in schema.get("anyOf", []) for word in words_of(each)]
    return [*inner, *schema.get("enum", []), *([schema["const"]] if "const" in schema else [])]


def is_place(schema: str) -> bool:
    """`state` is where somebody lives, in an address."""
    return "postal_code" in SCHEMAS[schema]["properties"]


def test_every_state_is_a_word_of_the_vocabulary() -> None:
    told = {
        (schema, name): words_of(field)
        for schema, name, field in fields()
        if (name == "state" or name.endswith("_state")) and not is_place(schema)
    }

    assert ("HoldAnswer", "state") in told
    assert {at: words for at, words in told.items() if not set(words) <= VOCABULARY.keys()} == {}
    assert [at for at, words in told.items() if not words] == []


def test_what_is_called_status_is_what_the_contract_of_the_clients_has() -> None:
    found = {(schema, name) for schema, name, _ in fields() if re.search(r"(^|_)status$", name)}

    assert found == IN_CAPITALS | REPLACED | OTHER_THINGS
    assert all(
        SCHEMAS[schema]["properties"][name]["deprecated"]
        and "state" in SCHEMAS[schema]["properties"]
        for schema, name in REPLACED
    )
    assert all(
        word.isupper()
        for schema, name in IN_CAPITALS
        for word in words_of(SCHEMAS[schema]["properties"][name])
    )


def test_no_state_goes_by_another_name() -> None:
    known = IN_CAPITALS | REPLACED
    hidden = [
        (schema, name)
        for schema, name, field in fields()
        if name != "state" and (schema, name) not in known
        if {word.lower() for word in words_of(field) if isinstance(word, str)} & VOCABULARY.keys()
    ]

    assert hidden == []


def test_a_filter_has_the_name_and_the_words_of_what_it_looks_for() -> None:
    for path, calls in app.openapi()["paths"].items():
        for parameter in calls.get("get", {}).get("parameters", []):
            if parameter["name"] == "state":
                assert set(words_of(parameter["schema"])) <= VOCABULARY.keys(), path
            if parameter["name"] == "status":
                assert path.endswith(("/customers", "/accounts")), path


def test_every_word_is_in_use_and_stands_with_its_meaning_in_the_documents() -> None:
    in_use = {
        word
        for schema, name, field in fields()
        if name == "state" and not is_place(schema)
        for word in words_of(field)
    }
    text = (ROOT / "docs/api.md").read_text(encoding="utf-8")
    shown = dict(ROW.findall(text[text.index("<!-- states -->") :]))

    assert in_use == VOCABULARY.keys()
    assert {word: shown.get(word) for word in VOCABULARY} == dict(VOCABULARY)


@pytest.mark.parametrize("words", WORDS, ids=lambda words: type(next(iter(words))).__name__)
def test_a_filter_takes_the_word_of_before_and_finds_the_same(words: Words[Any, Any]) -> None:
    for inside in list(words):
        told: Any = words.told(inside)
        assert words.inside(told) == inside
        assert words.read(inside.value) == words.read(told.value) == told
