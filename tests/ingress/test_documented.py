"""What docs/partners.md says is so: the signature to the last byte, and every code."""

import re

import pytest

from infra.deployment.conformance.cases import CUT_OFF, cases
from services.ingress.domain import refusals
from services.ingress.domain.refusals import BadSignature
from services.ingress.domain.signing import check_signature, signed_text
from tests.architecture.house import ROOT

PAGE = (ROOT / "docs/partners.md").read_text(encoding="utf-8")
VECTOR = dict(re.findall(r"^\| ([\w -]+) \| `(.+)` \|$", PAGE, re.MULTILINE))


def test_the_vector_of_the_page_is_signed_as_the_bank_checks() -> None:
    body = VECTOR["body"].encode()
    text = signed_text(
        VECTOR["user"], VECTOR["message_id"], VECTOR["type"], int(VECTOR["timestamp"]), body
    )

    assert text.decode().split("\n")[-1] == VECTOR["SHA-256"]
    check_signature(VECTOR["public key"], VECTOR["signature"], text)
    with pytest.raises(BadSignature):
        check_signature(VECTOR["public key"], VECTOR["signature"], text + b"\n")


def test_the_page_tells_every_code_at_the_door() -> None:
    codes = {
        each().code
        for each in vars(refusals).values()
        if isinstance(each, type) and each.__module__ == refusals.__name__
    }

    assert codes - set(re.findall(r"`([a-z-]+)`", PAGE)) == set()


def test_what_a_lane_is_checked_for_is_what_the_page_says() -> None:
    told = {
        case.expected.partition(",")[0] for case in cases(closes=True) if case.expected != CUT_OFF
    }

    assert f"{len(list(cases()))} cases" in PAGE
    assert f"{len(list(cases(closes=True)))} cases" in PAGE
    assert told <= set(re.findall(r"`([a-z-]+(?:\.v1)?)`", PAGE))
