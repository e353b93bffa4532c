"""The operator's commands find the bank they are about."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from infra.deployment import dead
from infra.deployment.cli import app
from infra.deployment.cli_place import running_base
from infra.deployment.dead import DeadMessage, DeadQueue
from infra.deployment.local.home import Home
from infra.deployment.local.keeper import Entry, Record
from infra.deployment.local.secrets import Secrets
from infra.deployment.local.terminal import plain


def home_at(folder: Path) -> Home:
    home = Home(folder=folder, cache=folder / "cache")
    home.prepare()
    Record(1, (Entry("gateway", 2, 19_000), Entry("epmd", 3, None))).write(home.record)
    return home


def test_a_running_bank_is_found_on_its_own_ports(tmp_path: Path) -> None:
    home = home_at(tmp_path)

    with home.locked():
        assert running_base(home) == 19_000


def test_what_a_stopped_bank_left_behind_says_nothing(tmp_path: Path) -> None:
    assert running_base(home_at(tmp_path)) is None


def test_programs_can_read_the_status(tmp_path: Path) -> None:
    with home_at(tmp_path).locked():
        done = CliRunner().invoke(app, ["status", "--json"], env={"BANK_HOME": str(tmp_path)})

    found = json.loads(done.stdout)
    assert found["processes"][0] == {"name": "gateway", "pid": 2, "port": 19_000, "restarts": 0}
    assert found["queues"] is None  # nobody tells


ORDERS = "\x1b[2J\x1b]0;owned\x07 \x9b31m \u202e \r\nbank: all is well \x7f\x00"
MESSAGE = DeadMessage(ORDERS, ORDERS, ORDERS, ORDERS, ORDERS, {"headers": {"a": ORDERS}}, ORDERS)


@pytest.mark.parametrize("command", ["list", "show", "drop"])
def test_what_others_wrote_gives_a_terminal_no_orders(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    async def found(*_: object) -> list[object]:
        return [DeadQueue("account.commands", 1, ORDERS)] if command == "list" else [MESSAGE]

    Secrets.load(tmp_path / "secrets.json")
    monkeypatch.setattr(dead, {"list": "overview"}.get(command, command), found)
    queue = [] if command == "list" else ["account.commands"]

    done = CliRunner().invoke(app, ["dead", command, *queue], env={"BANK_HOME": str(tmp_path)})

    assert "\\x1b[2J" in done.stdout
    assert not set(done.stdout) & set("\x1b\x07\x9b\u202e\r\x7f\x00")
    assert not [line for line in done.stdout.splitlines() if line.startswith("bank:")]


def test_an_error_that_quotes_a_log_gives_a_terminal_no_orders() -> None:
    assert set(plain(ORDERS)) & set("\x1b\x07\x9b\u202e\r\x7f\x00") == set()
    assert plain("two\nlines, नमस्ते, ₹ 1") == "two\nlines, नमस्ते, ₹ 1"
