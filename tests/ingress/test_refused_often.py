"""A lane that is refused without end fills the audit trail no faster than a row a second."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from services.ingress.clients import taking
from services.ingress.domain import counting
from services.ingress.domain.counting import ROWS_A_MINUTE, minute_of, summary
from services.ingress.handlers import refusals
from tests.fixtures.partners import Partner
from tests.fixtures.waiting import until
from tests.ingress.world import World

MINUTE = datetime(2026, 11, 27, 16, 30, tzinfo=UTC)
FEW, MANY = 5, 30
MINUTE_LEFT_SECONDS = 20


def test_a_minute_begins_with_its_first_second() -> None:
    assert minute_of(MINUTE + timedelta(seconds=59.9)) == MINUTE


def test_what_has_rows_is_not_told_again_and_the_rest_is_by_its_codes() -> None:
    assert summary(MINUTE, {"a": ROWS_A_MINUTE - 1, "b": 1}) is None
    assert summary(MINUTE, {"a": ROWS_A_MINUTE, "b": 1}) == (
        "61 refused in the minute from 2026-11-27 16:30 UTC, the first 60 in rows of their own:"
        " 60 a, 1 b"
    )
    many = summary(MINUTE, {str(number): 100 + number for number in range(9)}) or ""
    assert many.endswith(": 108 8, 107 7, 106 6, 105 5, 104 4")


@pytest.mark.integration
async def test_beyond_a_bound_refusals_are_counted_into_one_row(
    world: World, partner: Partner, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (taking, counting):
        monkeypatch.setattr(module, "ROWS_A_MINUTE", FEW)
    await until(lambda: datetime.now(UTC).second < 60 - MINUTE_LEFT_SECONDS, 30)
    junk = [partner.message(b"{") for _ in range(MANY)]

    await partner.send(*junk, partner.message(b"{", content_type="x"))
    await partner.read(MANY + 1)
    rows = await world.audited(partner)
    monkeypatch.setattr(refusals, "LATE", timedelta(minutes=-2))  # this minute is over, too

    async def is_told() -> bool:
        return len(await world.audited(partner)) > FEW

    await until(is_told, 30)
    assert [row[1:] for row in rows] == [("refused", "malformed-body")] * FEW
    assert (await world.audited(partner))[FEW:] == [
        ("ingress.many-refused.v1", "refused", "malformed-body")
    ]
    assert re.fullmatch(
        f"{MANY + 1} refused in the minute from .* UTC, the first {FEW} in rows of their own:"
        f" {MANY} malformed-body, 1 malformed-headers",
        await world.reason(partner),
    )
    assert len(await world.quarantined(partner)) == MANY + 1
