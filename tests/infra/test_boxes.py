from base64 import urlsafe_b64decode, urlsafe_b64encode

import pytest
from cryptography.exceptions import InvalidTag
from pydantic import SecretStr

from infra.data.boxes import BoxKey, BoxMaker
from infra.data.sealing import WrongSecret

MAKER, OTHER_MAKER = (BoxMaker(SecretStr(digits * 32), "edge") for digits in ("5e", "a5"))
OWNER, STRANGER = (BoxKey(SecretStr(digits * 32), "owner") for digits in ("5e", "a5"))
HERE, THERE = ("CreateCustomer", "pan", "1"), ("CreateCustomer", "pan", "2")


def test_a_box_opens_for_its_owner_and_its_place_only() -> None:
    box = MAKER.seal("234123412346", OWNER.public_key, *HERE)

    assert OWNER.open(box, *HERE) == "234123412346"
    with pytest.raises(InvalidTag):
        OWNER.open(box, *THERE)
    with pytest.raises(WrongSecret):
        STRANGER.open(box, *HERE)


def test_equal_boxes_say_that_a_message_was_repeated_and_nothing_else() -> None:
    box = MAKER.seal("234123412346", OWNER.public_key, *HERE)

    assert MAKER.seal("234123412346", OWNER.public_key, *HERE) == box
    assert MAKER.seal("234123412347", OWNER.public_key, *HERE) != box
    elsewhere = MAKER.seal("234123412346", OWNER.public_key, *THERE)
    others = OTHER_MAKER.seal("234123412346", OWNER.public_key, *HERE)
    assert len({one_time_key(each) for each in (box, elsewhere, others)}) == 3


@pytest.mark.parametrize(
    ("place", "refusal"),
    [(0, WrongSecret), (10, InvalidTag), (47, InvalidTag), (60, InvalidTag), (-1, InvalidTag)],
)
def test_a_changed_box_does_not_open(place: int, refusal: type[Exception]) -> None:
    box = list(MAKER.seal("234123412346", OWNER.public_key, *HERE))
    box[place] = "A" if box[place] != "A" else "w"

    with pytest.raises(refusal):
        OWNER.open("".join(box), *HERE)


def test_a_box_made_with_a_key_that_shares_nothing_does_not_open() -> None:
    box = MAKER.seal("234123412346", OWNER.public_key, *HERE)
    for_owner, sealed = urlsafe_b64decode(box + "==")[:4], bytes(28)
    shares_nothing = urlsafe_b64encode(for_owner + bytes(32) + sealed).decode().rstrip("=")

    with pytest.raises(InvalidTag):
        OWNER.open(shares_nothing, *HERE)


def one_time_key(box: str) -> str:
    return box[6:48]
