"""Traces go on from hop to hop, and so does the name that a caller gave to his call."""

import pytest

from infra.runtime.tracing import Trace, new_trace, trace_of, trace_of_item

PARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


def test_a_trace_goes_on_from_hop_to_hop() -> None:
    parent = trace_of(PARENT, "invoice-12")

    child = parent.child()

    assert (child.id, child.given_id) == (parent.id, "invoice-12")
    assert child.parent != parent.parent
    assert child.parent.startswith(PARENT[:36])
    assert child.parent.endswith("-01")


@pytest.mark.parametrize(
    "malformed",
    [None, 5, "", "00-nonsense", PARENT.upper(), PARENT + "-x", f"00-{'0' * 32}-{'1' * 16}-01"],
)
def test_a_malformed_trace_is_replaced_by_a_new_one(malformed: object) -> None:
    trace = trace_of(malformed)

    assert trace_of(trace.parent) == trace


def test_a_call_without_a_name_of_its_own_is_named_after_its_trace() -> None:
    trace = new_trace()

    assert trace.request_id == trace.id
    assert trace.fields() == {"traceparent": trace.parent}


@pytest.mark.parametrize("given", [7, "", "a b", "x" * 65, "a\nb", "<script>", '"', "ö"])
def test_a_name_that_could_do_harm_is_not_taken_over(given: object) -> None:
    assert new_trace(given).given_id is None


def test_item_and_headers_of_a_message_say_the_same() -> None:
    trace = Trace(PARENT, "ops:2026-11-26/7+a=b~c_d.e")

    assert trace_of_item(trace.fields()) == trace
    assert trace.headers() == {"traceparent": PARENT, "request-id": trace.given_id}
