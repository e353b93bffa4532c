"""What every message promises, whatever it says: strictness, secrecy, round trips."""

import logging
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from contracts import catalogue
from contracts.approvals import ApproveCommand, RejectCommand
from contracts.auth import ChangePassword, CreateUser, LogIn, RefreshSession
from contracts.envelope import (
    NOBODY,
    Command,
    DomainError,
    Event,
    Forbidden,
    GetOutcome,
    Kind,
    Message,
    NotFound,
    OutcomeFound,
    Query,
    Refused,
    Role,
    Subject,
)
from infra.deployment.contracts.schemas import json_schema
from infra.process.timers import INBOX_DAYS
from tests.builders import ALICE_ID, BOB_ID, an, customer, staff

ASKED = (*catalogue.asked(), GetOutcome, *catalogue.ABOUT_SAGAS)
TOLD = [kind for kind in catalogue.messages() if kind not in ASKED] + [Refused, OutcomeFound]
SECRET = "correct horse battery staple"


def named(kind: type[Message]) -> str:
    return kind.__name__


@pytest.mark.parametrize("kind", ASKED, ids=named)
def test_a_command_or_query_with_an_unknown_field_is_refused(kind: type[Message]) -> None:
    body = an(kind).model_dump(mode="json") | {"surprise": 1}

    with pytest.raises(ValidationError, match="surprise"):
        kind.model_validate(body)


@pytest.mark.parametrize("kind", TOLD, ids=named)
def test_a_reader_ignores_what_a_newer_event_or_reply_adds(kind: type[Message]) -> None:
    message = an(kind)

    newer = message.model_dump(mode="json") | {"surprise": 1}

    assert kind.model_validate(newer) == message


@pytest.mark.parametrize("kind", [*ASKED, *TOLD], ids=named)
def test_a_message_arrives_as_it_was_sent(kind: type[Message]) -> None:
    message = an(kind)

    assert kind.model_validate_json(message.model_dump_json()) == message


@pytest.mark.parametrize("kind", [*ASKED, *TOLD], ids=named)
def test_a_message_cannot_be_changed_after_the_fact(kind: type[Message]) -> None:
    message = an(kind)

    for field in type(message).model_fields:
        with pytest.raises(ValidationError):
            setattr(message, field, None)


@pytest.mark.parametrize("kind", catalogue.events(), ids=named)
def test_every_event_says_what_it_is_about(kind: type[Event]) -> None:
    noun, _, identity = an(kind).aggregate.partition(":")

    assert noun
    assert identity


@pytest.mark.parametrize("kind", [*ASKED, *TOLD], ids=named)
def test_every_message_says_in_its_own_words_what_it_is(kind: type[Message]) -> None:
    """Neighbours read them in the AsyncAPI document and in the schema."""
    assert kind.__doc__


@pytest.mark.parametrize("kind", catalogue.commands(), ids=named)
def test_every_command_may_be_sent_by_somebody(kind: type[Command]) -> None:
    assert kind.senders
    assert issubclass(kind.reply, Message)


@pytest.mark.parametrize("kind", catalogue.queries(), ids=named)
def test_a_query_is_named_as_a_question(kind: type[Query]) -> None:
    assert kind.__name__.startswith(("Get", "List", "Search", "Quote"))


@pytest.mark.parametrize(
    ("kind", "field"),
    [
        (LogIn, "password"),
        (RefreshSession, "refresh_token"),
        (CreateUser, "password"),
        (ChangePassword, "current_password"),
        (ChangePassword, "new_password"),
    ],
)
def test_a_secret_is_readable_on_the_bus_and_nowhere_else(
    kind: type[Command], field: str, caplog: pytest.LogCaptureFixture
) -> None:
    message = an(kind, **{field: SECRET})

    with caplog.at_level(logging.INFO):
        logging.getLogger().info("handling %s %r %s", message, message, message.model_dump())

    assert SECRET in message.model_dump_json()
    assert SECRET not in caplog.text
    assert SECRET not in f"{message} {message!r} {vars(message)}"


def test_whatever_holds_a_secret_is_not_remembered() -> None:
    holders = {kind for kind in catalogue.messages() if _holds_secret(kind)}

    assert holders
    assert all(issubclass(kind, Command) and not kind.remembered for kind in holders)


@pytest.mark.parametrize(
    "kind", [each for each in catalogue.commands() if each.approval], ids=named
)
def test_what_may_wait_for_approval_is_remembered_until_then(kind: type[Command]) -> None:
    assert kind.approval is not None
    assert kind.remembered
    assert kind.approval.deciders <= ApproveCommand.roles & RejectCommand.roles
    assert 0 < kind.approval.days < INBOX_DAYS


def test_a_refusal_is_named_after_its_class_and_worded_by_its_docstring() -> None:
    class TooTired(DomainError):
        """The vault is asleep."""

    refusal = TooTired().refusal()

    assert (refusal.code, refusal.detail) == ("too-tired", "The vault is asleep.")
    assert refusal.kind is Kind.REFUSED
    assert TooTired("Come back at nine.").refusal().detail == "Come back at nine."


@pytest.mark.parametrize(
    ("error", "kind"), [(NotFound, Kind.NOT_FOUND), (Forbidden, Kind.FORBIDDEN)]
)
def test_a_refusal_says_why_in_a_word_that_the_edge_knows(
    error: type[DomainError], kind: Kind
) -> None:
    assert error().refusal().kind is kind


def test_a_customer_may_touch_his_own_and_nothing_else() -> None:
    alice = customer(ALICE_ID)

    assert alice.may_touch(ALICE_ID)
    assert not alice.may_touch(BOB_ID)
    assert not alice.may_touch(None)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.CUSTOMER])
def test_staff_may_touch_what_is_anybodys_within_their_role(role: Role) -> None:
    assert staff(role).may_touch(BOB_ID)


@pytest.mark.parametrize(
    ("subject", "wanted", "shown"),
    [
        (customer(ALICE_ID), None, ALICE_ID),
        (customer(ALICE_ID), ALICE_ID, ALICE_ID),
        (customer(ALICE_ID), BOB_ID, NOBODY),
        (Subject(id="u", role=Role.CUSTOMER), None, NOBODY),
        (Subject(id="u", role=Role.CUSTOMER), ALICE_ID, NOBODY),
        (staff(), None, None),
        (staff(Role.AUDITOR), BOB_ID, BOB_ID),
    ],
)
def test_a_list_shows_a_customer_his_own_and_staff_what_they_ask_for(
    subject: Subject, wanted: int | None, shown: int | None
) -> None:
    assert subject.visible_customer(wanted) == shown


@pytest.mark.parametrize("kind", [*ASKED, *TOLD], ids=named)
def test_a_message_that_is_refused_does_not_show_what_was_in_it(kind: type[Message]) -> None:
    with pytest.raises(ValidationError) as refused:
        kind.model_validate([SECRET])

    assert SECRET not in str(refused.value)


def _holds_secret(kind: type[Message]) -> bool:
    properties: dict[str, Any] = json_schema(kind)["properties"]
    return any(
        field.annotation is SecretStr or properties[name].get("format") == "password"
        for name, field in kind.model_fields.items()
    )
