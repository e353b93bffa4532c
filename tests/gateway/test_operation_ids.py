"""Operation ids: opaque, complete, and only ours."""

from uuid import UUID

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pydantic import SecretStr

from gateway.operations import GRACE_SECONDS, ID_CHARACTERS_MAX, Operation, OperationIds

IDS = OperationIds(SecretStr("5e" * 32))
OPERATIONS = st.builds(
    Operation,
    message_id=st.uuids(),
    kind=st.sampled_from(["account.make-transfer.v1", "payment.make-payment.v1"]),
    principal=st.uuids().map(str),
    deadline=st.integers(0, 2**32 - 1),
)
TRANSFER = Operation(UUID(int=1), "account.make-transfer.v1", "someone", 1_000)


@given(OPERATIONS)
def test_an_id_says_which_command_whose_and_until_when(operation: Operation) -> None:
    operation_id = IDS.seal(operation)

    assert IDS.open(operation_id) == operation
    assert len(operation_id) <= ID_CHARACTERS_MAX
    assert operation_id.replace("-", "").replace("_", "").isalnum()


@given(OPERATIONS, st.data())
def test_an_id_with_one_character_changed_is_none_of_ours(
    operation: Operation, data: st.DataObject
) -> None:
    operation_id = IDS.seal(operation)
    place = data.draw(st.integers(0, len(operation_id) - 2))
    character = data.draw(st.sampled_from("ABCabc012-_"))
    assume(operation_id[place] != character)

    assert IDS.open(operation_id[:place] + character + operation_id[place + 1 :]) is None


@given(st.text(max_size=ID_CHARACTERS_MAX + 10))
def test_any_other_text_is_none_of_ours(text: str) -> None:
    assert IDS.open(text) is None


def test_an_id_of_another_bank_is_none_of_ours() -> None:
    assert IDS.open(OperationIds(SecretStr("a5" * 32)).seal(TRANSFER)) is None


@pytest.mark.parametrize("secret", ["", "5e" * 31, "not hexadecimal" * 8])
def test_without_a_whole_secret_the_gateway_does_not_start(secret: str) -> None:
    with pytest.raises(ValueError, match="hexadecimal"):
        OperationIds(SecretStr(secret))


def test_an_operation_is_over_only_well_after_its_deadline() -> None:
    assert not TRANSFER.is_over(1_000 + GRACE_SECONDS)
    assert TRANSFER.is_over(1_001 + GRACE_SECONDS)
    assert TRANSFER.owner == "account"
