"""The AsyncAPI document of a lane is true: what it shows can be sent, and is answered as told."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from contracts.auth.partners import GetPartner
from contracts.auth.partners import Partner as Registered
from contracts.ingress import Offer
from gateway.partner_lanes import PAYEE, document
from tests.builders import inr
from tests.fixtures.partners import Answer
from tests.fixtures.servers import Databases, Vhosts
from tests.ingress.paying import a_paying_world
from tests.ingress.terminal import Terminal
from tests.ingress.world import World

pytestmark = pytest.mark.integration

Json = dict[str, Any]

OTHER_ENDS = ("payment-failed.v1", "payment-returned.v1")  # than that of a payment that succeeds


@pytest.fixture(scope="module")
async def world(
    databases: Databases, vhosts: Vhosts, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[World]:
    async with a_paying_world(databases, vhosts, tmp_path_factory.mktemp("rail")) as world:
        yield world


async def test_every_example_can_be_sent_and_every_answer_fits(world: World) -> None:
    rich = await world.open_account("Rich", "10000")
    partner = await world.partner(accounts=[rich], command_limit=inr("5000"))
    told = document(await world.ask(GetPartner(name=partner.name), Registered))
    messages = told["components"]["messages"]
    sending = [each for each in told["operations"].values() if each["action"] == "send"]
    assert {each["title"] for each in sending} == set(Offer)

    for operation in sending:
        kind = operation["title"]
        body = dict(messages[kind]["examples"][0]["payload"])
        if "amount" in body:
            body["amount"] = "100.00"
        if body.get("to_account") == PAYEE:
            body["to_account"] = world.bob

        await partner.send(partner.message(body, kind))
        good = await partner.read(2 if kind == Offer.PAYMENT else 1)
        refused = await partner.ask(partner.message(body | {"nonsense": 1}, kind))

        replies = {each["$ref"].rpartition("/")[2] for each in operation["reply"]["messages"]}
        assert {answer.type for answer in good} == replies - {refused.type, *OTHER_ENDS}
        for answer in (*good, refused):
            validate(answer, told)


async def test_its_places_are_those_of_the_broker(world: World) -> None:
    partner = await world.partner()
    told = document(await world.ask(GetPartner(name=partner.name), Registered))
    exchange, queue = (each["address"] for each in told["channels"].values())

    async with partner.channel() as channel:
        await channel.get_exchange(exchange, ensure=True)
        declared = told["channels"]["answers"]["bindings"]["amqp"]["queue"]
        await channel.declare_queue(queue, passive=True, arguments=declared["x-arguments"])


async def test_an_operator_prints_it(terminal: Terminal, world: World) -> None:
    partner = await world.partner()

    [text] = await terminal.does("asyncapi", partner.name)

    assert f'"title": "Lane of {partner.name}"' in text


def validate(answer: Answer, told: Json) -> None:
    payload = told["components"]["messages"][answer.type]["payload"]
    Draft202012Validator({**payload, "components": told["components"]}).validate(answer.body)
