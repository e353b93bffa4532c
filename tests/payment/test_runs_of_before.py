"""Runs that an older version of the bank began are read as they were written."""

from services.payment.sagas import Resolving
from tests.payment.examples import PAYMENT_OF_500


def test_a_resolution_that_calls_its_order_a_transfer_is_read() -> None:
    begun = Resolving(order=PAYMENT_OF_500, number=1, captured=PAYMENT_OF_500.hold_id)
    now = begun.model_dump(mode="json")
    then = {**now, "transfer": now["order"]}
    del then["order"]

    assert Resolving.model_validate(then) == Resolving.model_validate(now)
    assert Resolving.model_validate(then).model_dump(mode="json") == now
