"""`bank partner check`: green on a lane that keeps the contract, red where a breach is planted."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from contracts.auth.partners import ListPartners, Partners, PartnerState
from infra.bus import management
from infra.deployment.conformance import lane
from infra.deployment.conformance.cases import cases
from services.ingress.domain import arrivals
from services.ingress.store.admissions import AdmissionStatements
from tests.fixtures.partners import BALANCE, TRANSFER, Partner
from tests.ingress.terminal import Terminal
from tests.ingress.world import World

pytestmark = pytest.mark.integration

CASES = [case.name for case in cases()]


def credentials(partner: Partner, folder: Path) -> dict[str, str]:
    """As a partner's engineer has them, and nothing else."""
    file = folder / "key.pem"
    form = (Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(partner.key.private.private_bytes(*form))
    return {
        "PARTNER_URL": partner.url(), "PARTNER_KEY": str(file),
        "PARTNER_KEY_ID": partner.key.key_id, "BANK_HOME": str(folder / "none"),
    }  # fmt: skip


def differing(terminal: Terminal) -> set[str]:
    return {
        name for name in CASES for line in terminal.said
        if line.startswith(f"{name} ") and line.endswith("DIFFERS")
    }  # fmt: skip


async def test_an_engineer_sees_that_his_lane_does_all_that_the_page_says(
    terminal: Terminal, partner: Partner, tmp_path: Path
) -> None:
    world = terminal.world
    before = await world.balance(world.alice), await world.balance(world.bob)

    done = await terminal.type("check", world.alice, world.bob, **credentials(partner, tmp_path))

    assert done.exit_code == 0, terminal.said
    assert terminal.said[-1] == f"{len(CASES)} of {len(CASES)} as docs/partners.md has them"
    assert [line[:34].rstrip() for line in terminal.said[1:-1]] == CASES
    after = await world.balance(world.alice), await world.balance(world.bob)
    assert after == (before[0] - 100, before[1] + 100)


@pytest.mark.parametrize("kind", [TRANSFER, BALANCE])
async def test_types_that_it_is_not_registered_for_have_to_be_refused(
    terminal: Terminal, tmp_path: Path, kind: str
) -> None:
    world = terminal.world
    partner = await world.partner(allowed_types=[kind])
    known = credentials(partner, tmp_path)

    told = await terminal.type("check", world.alice, world.bob, "--type", kind, **known)
    lines = list(terminal.said)
    not_told = await terminal.type("check", world.alice, world.bob, **known)

    assert told.exit_code == 0, lines
    assert [line for line in lines if "type-not-allowed" in line]
    assert not_told.exit_code == 1


async def test_an_operator_checks_by_a_partner_that_is_closed_afterwards(
    terminal: Terminal,
) -> None:
    world = terminal.world

    done = await terminal.type("check", world.alice, world.bob, "--amount", "0.50")

    assert done.exit_code == 0, terminal.said
    assert [line.split()[-1] for line in terminal.said[-3:-1]] == [
        "bad-signature", "partner-suspended",
    ]  # fmt: skip
    listed = await world.ask(ListPartners(limit=200), Partners)
    made = [each for each in listed.items if each.name.startswith("check-")]
    assert [each.state for each in made] == [PartnerState.CLOSED]


async def test_answers_to_other_messages_stay_in_the_queue(
    terminal: Terminal, partner: Partner, tmp_path: Path
) -> None:
    world = terminal.world
    other = partner.message({"account_number": world.alice}, BALANCE)
    await partner.send(other)

    done = await terminal.type("check", world.alice, world.bob, **credentials(partner, tmp_path))

    assert done.exit_code == 0, terminal.said
    [answer] = await partner.read()
    assert answer.correlation_id == other["message_id"]


async def test_signatures_that_nobody_checks_are_red(
    terminal: Terminal, partner: Partner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arrivals, "check_signature", lambda *_: None)

    assert await red(terminal, partner, tmp_path) == {
        "a body changed on its way",
    }  # fmt: skip


async def test_old_messages_that_are_taken_are_red(
    terminal: Terminal, partner: Partner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arrivals, "FRESH", timedelta(days=1))

    assert await red(terminal, partner, tmp_path) == {"ten minutes old", "of the future"}


async def test_a_message_that_is_forgotten_is_red_when_it_comes_again(
    terminal: Terminal, partner: Partner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def forgotten(*_: object) -> None:
        return None

    monkeypatch.setattr(AdmissionStatements, "admission", forgotten)

    assert await red(terminal, partner, tmp_path) == {
        "the same again, signed anew", "its id with another body",
    }  # fmt: skip


async def test_a_right_too_many_at_the_broker_is_red(
    terminal: Terminal, partner: Partner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lane, "ANSWER_SECONDS", 1.0)
    await grant_all(terminal.world, partner)

    assert await red(terminal, partner, tmp_path) == {"to the default exchange"}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"PARTNER_KEY_ID": None}, "PARTNER_URL is set, and PARTNER_KEY_ID is not"),
        ({"PARTNER_KEY": "/dev/null"}, "PARTNER_URL or PARTNER_KEY: "),
        ({"PARTNER_KEY": "/nowhere"}, "/nowhere: No such file"),
        ({"PARTNER_URL": "http://hush@a"}, "must be a URL such as amqp://"),
        ({"PARTNER_URL": "amqp://partner.x:hush@127.0.0.1:1/x"}, "lane of partner.x does not open"),
    ],
)
async def test_credentials_that_are_none_are_said_in_one_line(
    terminal: Terminal,
    partner: Partner,
    tmp_path: Path,
    changes: dict[str, str | None],
    words: str,
) -> None:
    known = {**credentials(partner, tmp_path), **changes}
    given = {name: value for name, value in known.items() if value is not None}

    done = await terminal.type("check", "AC-1-1", "AC-1-2", **given)

    assert done.exit_code == 1
    assert words in done.stderr
    assert "hush" not in done.stderr
    assert len(done.stderr.splitlines()) == 1


async def red(terminal: Terminal, partner: Partner, folder: Path) -> set[str]:
    """The cases that differ; the command ends with 1."""
    world = terminal.world
    done = await terminal.type("check", world.alice, world.bob, **credentials(partner, folder))
    assert done.exit_code == 1
    return differing(terminal)


async def grant_all(world: World, partner: Partner) -> None:
    rights = {
        "user": partner.lane.user, "vhost": partner.lane.vhost(world.vhost.name),
        "configure": "^$", "write": ".*", "read": ".*",
    }  # fmt: skip
    document = {"permissions": [rights]}
    await asyncio.to_thread(management.upload, world.vhost.management_url, document)
