"""The names operators see, pinned so that a refactoring cannot rename a live queue."""

import pytest

from contracts import topology
from contracts.account.accounts import GetBalance
from contracts.account.books import AccountDebited
from contracts.account.holds import PlaceHold
from contracts.account.movements import PostEntries
from contracts.auth import CreateUser, LogIn
from contracts.catalogue import messages
from contracts.envelope import Message, kebab
from contracts.payment.transfers import TransferCompleted
from contracts.rail.imps import InquireTransfer, RailAccepted
from contracts.rail.rtgs import RtgsAccepted, SubmitRtgsTransfer
from contracts.topology import exchange_name, routing_key


@pytest.mark.parametrize(
    ("kind", "exchange", "key"),
    [
        (PlaceHold, "bank.commands", "account.place-hold.v1"),
        (PostEntries, "bank.batch", "account.post-entries.v1"),
        (GetBalance, "bank.queries", "account.get-balance.v1"),
        (AccountDebited, "bank.events", "account.account-debited.v1"),
        (TransferCompleted, "bank.events", "payment.transfer-completed.v1"),
        (InquireTransfer, "rail.imps", "rail.inquire-transfer.v1"),
        (RailAccepted, "rail.imps.answers", "rail.rail-accepted.v1"),
        (SubmitRtgsTransfer, "rail.rtgs", "rail.submit-rtgs-transfer.v1"),
        (RtgsAccepted, "rail.rtgs.answers", "rail.rtgs-accepted.v1"),
    ],
)
def test_a_message_goes_by_its_owner_name_and_version(
    kind: type[Message], exchange: str, key: str
) -> None:
    assert (exchange_name(kind), routing_key(kind)) == (exchange, key)


@pytest.mark.parametrize("kind", [LogIn, CreateUser])
def test_a_command_with_a_secret_travels_in_memory_like_a_query(kind: type[Message]) -> None:
    assert exchange_name(kind) == "bank.queries"


def test_every_queue_and_exchange_keeps_its_name() -> None:
    assert [
        topology.command_queue("account"),
        topology.batch_queue("account"),
        topology.query_queue("account"),
        topology.event_queue("notification"),
        topology.reply_queue("payment"),
        topology.inbox_queue("rail.imps"),
        topology.dead_queue("account.commands"),
        topology.retry_queue(10),
    ] == [
        "account.commands",
        "account.batch",
        "account.queries",
        "notification.events",
        "payment.replies",
        "rail.imps.in",
        "account.commands.dead",
        "bank.retry.10s",
    ]
    assert [topology.REPLIES, topology.RETRY, topology.REQUEUE, topology.DEAD] == [
        "bank.replies",
        "bank.retry",
        "bank.requeue",
        "bank.dead",
    ]


def test_a_breaking_change_is_a_new_class_and_a_new_key() -> None:
    class PlaceHoldV2(PlaceHold):
        __module__ = "tests.account"  # not among the real ones

    assert routing_key(PlaceHoldV2) == "account.place-hold.v2"
    assert routing_key(PlaceHold) == "account.place-hold.v1"


def test_no_two_messages_share_a_routing_key() -> None:
    keys = [routing_key(kind) for kind in messages()]

    assert len(keys) == len(set(keys))


@pytest.mark.parametrize(
    ("name", "expected"),
    [("PostEntry", "post-entry"), ("GetKeys", "get-keys"), ("Refused", "refused")],
)
def test_a_class_name_becomes_words_with_hyphens(name: str, expected: str) -> None:
    assert kebab(name) == expected
