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


@pytest.mark.parametrize("place", [0, 10, 47, 60, -1])
def test_a_changed_box_does_not_open(place: int) -> None:
    box = list(MAKER.seal("234123412346", OWNER.public_key, *HERE))
    box[place] = "A" if box[place] != "A" else "w"

    with pytest.raises((InvalidTag, WrongSecret)):
        OWNER.open("".join(box), *HERE)


def test_a_box_made_with_a_key_that_shares_nothing_does_not_open() -> None:
    head = MAKER.seal("234123412346", OWNER.public_key, *HERE)[:5]

    with pytest.raises((InvalidTag, WrongSecret)):
        OWNER.open(head + "A" * 70, *HERE)


def one_time_key(box: str) -> str:
    return box[6:48]
