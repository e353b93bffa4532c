"""What somebody sends is measured before it is looked into, and while it is inflated."""

import tracemalloc
import zlib
from hashlib import sha256

import pytest
from structlog.testing import capture_logs

from contracts.envelope import BODY_BYTES_MAX
from infra.bus.bodies import DEFLATE, DEFLATED_FROM_BYTES, Unacceptable, deflated, inflated
from infra.bus.carriers import unpack
from infra.bus.wire import OUTSIDER_BYTES_MAX, Envelope
from infra.deployment import dead
from infra.deployment.dead import Replayed
from tests.fixtures.servers import ADMIN
from tests.fixtures.waiting import until
from tests.infra.bench import Toy
from tests.infra.toy import Add, Added

BOMB_BYTES = 128 * 2**20  # of which 130 KB travel
BOMB = zlib.compress(bytes(BOMB_BYTES))
# Nothing that deflates well, in the form of a message.
NOISE = "".join(sha256(b"%d" % number).hexdigest() for number in range(4_096))
LARGE = b'{"name": "%s"}' % NOISE.encode()


def _from(user: str, body: bytes, encoding: str | None = None) -> Envelope:
    return Envelope(
        queue="payment.events", body=body, type="rail.rail-accepted.v1",
        message_id="0b0f2c1e-7a52-4a0e-9a3a-0d8f5a2d9f10", correlation_id=None, user_id=user,
        reply_to=None, content_type="application/json", content_encoding=encoding, headers={},
    )  # fmt: skip


@pytest.mark.parametrize("encoding", [None, DEFLATE])
def test_an_outsider_sends_small_messages_however_they_are_encoded(encoding: str | None) -> None:
    body = b'{"a": "' + b"x" * OUTSIDER_BYTES_MAX + b'"}'
    if encoding:
        body = zlib.compress(body)

    with pytest.raises(Unacceptable, match="body-too-big"):
        unpack(_from("rail-imps", body, encoding), "payment")

    assert unpack(_from("account", body, encoding), "payment")


@pytest.mark.parametrize(
    ("user", "bytes_max"), [("rail-imps", OUTSIDER_BYTES_MAX), ("account", BODY_BYTES_MAX)]
)
def test_a_body_above_its_bound_is_not_looked_into(user: str, bytes_max: int) -> None:
    with pytest.raises(Unacceptable, match="body-too-big"):
        unpack(_from(user, b"\0" * (bytes_max + 1), DEFLATE), "payment")


def test_a_bomb_never_comes_into_being() -> None:
    tracemalloc.start()
    try:
        with pytest.raises(Unacceptable, match="body-too-big"):
            inflated(BOMB, DEFLATE)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert peak < 4 * BODY_BYTES_MAX


def test_a_body_that_would_grow_travels_as_it_is() -> None:
    noise = b"".join(sha256(b"%d" % number).digest() for number in range(DEFLATED_FROM_BYTES // 32))

    assert deflated(noise) == (noise, None)


@pytest.mark.integration
@pytest.mark.parametrize("user", ["gateway", ADMIN])
async def test_a_deflate_bomb_is_set_aside_and_its_neighbours_are_handled(
    bench: Toy, user: str
) -> None:
    with capture_logs() as logs:
        await bench.publish(BOMB, user=user, content_encoding=DEFLATE)
        reasons = await bench.dead_reasons(1)

    assert await bench.ask(Add(name="a", amount=5)) == Added(value=5)
    assert reasons[0].startswith("body-too-big")
    assert [log["sender"] for log in logs if log["event"] == "message_set_aside"] == [user]


@pytest.mark.integration
async def test_a_cut_body_is_shown_as_text_and_not_sent_back(bench: Toy) -> None:
    body = zlib.compress(LARGE)
    await bench.publish(body, user=ADMIN, content_encoding=DEFLATE)
    operator = bench.vhost.url("operator")
    found: list[dead.DeadMessage] = []

    async def is_set_aside() -> bool:
        found[:] = await dead.show(operator, "toy.commands", limit=1)
        return bool(found)

    await until(is_set_aside)
    replayed = await dead.replay(operator, "toy.commands", limit=1)

    assert found[0].excerpt.encode() == LARGE[: dead.EXCERPT_BYTES]
    assert found[0].properties["headers"]["cut-from"] == f"{len(body)} bytes"
    assert replayed == Replayed(sent=0, late=0, broken=1)
