"""Who may send a kind does, somewhere: a right that nobody uses only widens what a thief may do."""

import ast
from collections.abc import Iterator

import pytest

from contracts import catalogue
from contracts.account.books import GetTrialBalance
from contracts.account.movements import PostEntries
from contracts.envelope import GATEWAY, OPERATOR, Command, Message, Role
from contracts.rail import RAILS
from contracts.sagas import CompensateSaga, ParkSaga, RetrySaga
from contracts.topology import LANES
from infra.bus.authority import senders
from infra.deployment.definitions import broker_users
from tests.architecture.house import Source, sources

# Where a broker user's messages are made; a service's in its folder.
PLACES: dict[str, tuple[str, ...]] = {
    GATEWAY: ("gateway/",),
    # `bank partner` sends what the routes of partners make of the same words.
    OPERATOR: ("demo/seed/", "infra/deployment/cli_", "gateway/routes/partners.py"),
    LANES: ("services/auth/lanes/",),
}
# What the operator sends beside the seeding, and with which tool.
TOOLS: dict[type[Message], str] = {
    PostEntries: "tests/benchmarks/bulk.py",
    GetTrialBalance: "tests/reporting/test_agreement_with_ledger.py",
}
# Steering is the operator's as it is the manager's: when the edge is down, or the one who may steer
# is away, somebody with the machine in his hands must be able to end what needs attention. He may
# do no more by it than a manager, with a reason that is kept. Commands about money he has none but
# those listed above.
STEERED_BY_OPERATOR = {RetrySaga, ParkSaga, CompensateSaga}
KINDS = [
    *catalogue.asked(),
    *catalogue.ABOUT_SAGAS,
    *(kind for kind in catalogue.events() if kind.exchange),
]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_who_may_send_a_kind_does_somewhere(kind: type[Message]) -> None:
    idle = {sender for sender in senders(kind) if kind.__name__ not in _made_by(sender)}

    assert idle == ({OPERATOR} if kind in TOOLS else set())


@pytest.mark.parametrize("sender", broker_users())
def test_nobody_makes_questions_or_orders_that_he_may_not_send(sender: str) -> None:
    asked = [*catalogue.asked(), *catalogue.ABOUT_SAGAS]
    made = {kind for kind in asked if kind.__name__ in _made_by(sender)}

    assert not {kind for kind in made if kind.owner != sender and sender not in senders(kind)}


def test_of_all_commands_of_people_the_operator_may_send_those_that_steer_sagas() -> None:
    commands = [kind for kind in catalogue.ABOUT_SAGAS if issubclass(kind, Command)]
    steering = {kind for kind in commands if OPERATOR in kind.senders}

    assert steering == STEERED_BY_OPERATOR
    assert all(kind.roles == {Role.MANAGER} for kind in steering)


def test_every_tool_of_the_operator_sends_what_it_is_listed_for() -> None:
    texts = {source.path: source.text for source in sources()}

    for kind, path in TOOLS.items():
        assert OPERATOR in senders(kind)
        assert kind.__name__ in texts[path]


def _made_by(sender: str) -> set[str]:
    """The classes that are called by name where this user's messages are made, and those of rails,
    which are made by what they are for."""
    places = PLACES.get(sender, (f"services/{sender}/",))
    called = {
        name for source in sources() if source.path.startswith(places) for name in _made(source)
    }
    return called | {kind.__name__ for kind in _said_by(sender)}


def _said_by(sender: str) -> Iterator[type[Message]]:
    """What this user says over a rail that is declared."""
    for said in RAILS:
        yield from said.orders if sender == said.system.partner else ()
        yield from said.answers if sender == said.system.user else ()


def _made(source: Source) -> set[str]:
    return {node.func.id for node in source.nodes(ast.Call) if isinstance(node.func, ast.Name)}
