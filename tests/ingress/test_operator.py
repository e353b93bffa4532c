"""`bank partner`: an operator looks after partners, by the commands that HTTP sends."""

import json
from pathlib import Path
from secrets import token_hex
from typing import Any

import pytest

from tests.fixtures.connecting import is_refused
from tests.fixtures.partners import Key, Partner
from tests.fixtures.waiting import until
from tests.ingress.terminal import Terminal
from tests.ingress.world import World

pytestmark = pytest.mark.integration


def wish(world: World) -> dict[str, Any]:
    return {"from_account": world.alice, "to_account": world.bob, "amount": "1.00"}


def terms(world: World, key: Key, **changes: Any) -> dict[str, Any]:
    usual = {
        "name": f"acme-{token_hex(4)}", "allowed_types": ["transfer-between-accounts.v1"],
        "accounts": [world.alice], "command_limit": "50.00", "daily_limit": 60.00,
        "per_minute": 60, "keys": [key.public.model_dump()],
    }  # fmt: skip
    return usual | changes


async def test_a_partner_is_added_with_a_lane_that_it_can_use(
    terminal: Terminal, tmp_path: Path
) -> None:
    world, key, file = terminal.world, Key(), tmp_path / "terms.json"
    told = terms(world, key)
    file.write_text(json.dumps(told))
    world.partners.append(told["name"])

    headline, place, *_ = await terminal.does("add", str(file))

    assert "50.00 of 60.00 INR a day" in headline
    url = place.split()[1]
    partner = Partner(told["name"], url.split("@")[0].rpartition(":")[2], key, world.vhost)
    assert partner.url() == url

    async def is_open() -> bool:
        return not await is_refused(url)

    await until(is_open)
    assert (await partner.ask(partner.message(wish(world)))).type == "transfer-made.v1"
    [listed] = [line for line in await terminal.does("list") if line.startswith(told["name"])]
    assert listed == headline


async def test_it_is_suspended_and_resumed_under_the_operators_name(
    terminal: Terminal, partner: Partner
) -> None:
    [line] = await terminal.does("suspend", partner.name)
    assert line.split()[:2] == [partner.name, "suspended"]

    async def is_refused_as_suspended() -> bool:
        answer = await partner.ask(partner.message(wish(terminal.world)))
        return answer.code == "partner-suspended"

    await until(is_refused_as_suspended)
    [line] = await terminal.does("resume", partner.name)

    assert line.split()[:2] == [partner.name, "open"]
    assert await terminal.audited(partner.name) == [
        "auth.suspend-partner.v1", "auth.resume-partner.v1",
    ]  # fmt: skip


async def test_what_it_may_do_is_changed_by_a_file(
    terminal: Terminal, partner: Partner, tmp_path: Path
) -> None:
    file = tmp_path / "changes.json"
    file.write_text('{"daily_limit": 70.00, "per_minute": 9}')
    [line] = await terminal.does("change", partner.name, str(file))
    assert "500.00 of 70.00 INR a day, 9 messages a minute" in line

    file.write_text("{}")
    done = await terminal.type("change", partner.name, str(file))
    assert (done.exit_code, len(done.stderr.splitlines())) == (2, 1)


async def test_another_password_is_shown_once_and_the_old_one_counts_no_longer(
    terminal: Terminal, partner: Partner
) -> None:
    old = partner.url()

    url = (await terminal.does("rotate", partner.name))[0].split()[1]

    async def is_changed() -> bool:
        return await is_refused(old) and not await is_refused(url)

    await until(is_changed)


async def test_its_keys_are_changed_one_after_the_other(
    terminal: Terminal, partner: Partner
) -> None:
    new = Key("k2").public

    [both] = await terminal.does(
        "rotate", partner.name, "--add-key", f"{new.key_id}={new.public_key}"
    )
    [one] = await terminal.does("rotate", partner.name, "--revoke-key", "k1")
    refused = await terminal.type("rotate", partner.name, "--add-key", "k3=short")

    assert both.endswith("keys k1, k2")
    assert one.endswith("keys k2")
    assert refused.exit_code == 2
    assert "public_key: " in refused.stderr


async def test_a_closed_one_stays_closed(terminal: Terminal, partner: Partner) -> None:
    [line] = await terminal.does("close", partner.name)
    resumed = await terminal.type("resume", partner.name)

    assert line.split()[:2] == [partner.name, "closed"]
    assert resumed.stderr.startswith("bank: partner-is-closed: ")


async def test_what_was_refused_at_the_door_is_listed_newest_first(
    terminal: Terminal, partner: Partner
) -> None:
    assert await terminal.does("quarantine", partner.name) == ["nothing was refused"]
    for sent in (b"[\x1b[2J]", b"{}"):
        await partner.ask(partner.message(sent))

    newest, _, oldest, body = await terminal.does("quarantine", partner.name)

    assert "malformed-body" in newest
    assert "malformed-body" in oldest
    assert body == "  [\\x1b[2J]"
    assert len(await terminal.does("quarantine", partner.name, "--limit", "1")) == 2


@pytest.mark.parametrize("command", ["suspend", "resume", "rotate", "quarantine"])
async def test_a_name_that_nobody_has_is_said_in_one_line(terminal: Terminal, command: str) -> None:
    done = await terminal.type(command, "no-such-bank")

    assert (done.exit_code, terminal.said) == (1, [])
    assert done.stderr.startswith("bank: unknown-partner: ")


async def test_terms_that_make_no_partner_are_named_by_their_place(
    terminal: Terminal, tmp_path: Path
) -> None:
    file, key = tmp_path / "terms.json", Key()
    wrong = {
        "per_minute": 0, "daily_limit": "1.001", "keys": [], "accounts": "all", "nonsense": 1,
    }  # fmt: skip
    for field, value in wrong.items():
        file.write_text(json.dumps(terms(terminal.world, key, **{field: value})))

        done = await terminal.type("add", str(file))

        assert (done.exit_code, terminal.said) == (2, []), done.output
        assert f"/{field}: " in done.stderr
        assert len(done.stderr.splitlines()) == 1
