"""What leaves the bank: every answer is declared, whole, and without an amount in minor units."""

from collections.abc import Iterator
from typing import Any

import pytest

from gateway.answers.partners import LaneAnswer
from gateway.app import ROUTERS, app
from gateway.endpoint import EdgeRoute, Endpoint
from gateway.operations import ApprovalPending, OperationAccepted
from gateway.routes.approvals import OutcomeAnswer
from gateway.routes.health import HealthAnswer, LiveAnswer, PartAnswer
from gateway.routes.operations import OperationAnswer
from gateway.schemas import Answer, Page
from gateway.telling import MINOR, telling_of

# These are made of what the edge itself knows, or of the outcome of any command; a lane's document
# is written from a partner and from the contracts.
OF_THE_EDGE = {
    ApprovalPending,
    OutcomeAnswer,
    HealthAnswer,
    PartAnswer,
    LiveAnswer,
    OperationAccepted,
    OperationAnswer,
    LaneAnswer,
}
ROUTES = [route for router in ROUTERS for route in router.routes if isinstance(route, EdgeRoute)]


def answers() -> Iterator[type[Answer]]:
    """Every class of answers, but for the generic page."""

    def below(kind: type[Answer]) -> Iterator[type[Answer]]:
        for each in kind.__subclasses__():
            yield each
            yield from below(each)

    is_generic = {Page, *Page.__subclasses__()}
    return (
        each
        for each in below(Answer)
        if each.__module__.startswith("gateway.") and each not in is_generic
    )


def endpoint_of(route: EdgeRoute) -> Endpoint:
    assert isinstance(route.endpoint, Endpoint)
    return route.endpoint


def property_names(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        yield from schema.get("properties", {})
    if isinstance(schema, dict | list):
        for each in schema.values() if isinstance(schema, dict) else schema:
            yield from property_names(each)


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
def test_every_route_declares_how_its_answer_is_made_of_a_message(route: EdgeRoute) -> None:
    gives = route.response_model

    assert gives is None or gives in OF_THE_EDGE or telling_of(gives) is not None


def test_every_answer_tells_a_message_unless_the_edge_itself_speaks() -> None:
    assert {each for each in answers() if telling_of(each) is None} == OF_THE_EDGE


def test_no_amount_is_sent_or_taken_in_minor_units() -> None:
    names = set(property_names(app.openapi()))

    assert "amount" in names
    assert [name for name in names if name.endswith(MINOR)] == []


def test_what_an_answer_hides_is_there_to_be_told() -> None:
    for answer in answers():
        replies = [
            endpoint_of(route).kind.reply for route in ROUTES if route.response_model is answer
        ]
        told = [answer.tells, *replies]
        known = {name for each in told if each is not None for name in each.model_fields}
        assert answer.hides <= known | _inherited(answer), answer


def _inherited(answer: type[Answer]) -> frozenset[str]:
    [parent, *_] = answer.__mro__[1:]
    return parent.hides if issubclass(parent, Answer) else frozenset()
