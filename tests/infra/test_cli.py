"""The operator's commands find the bank they are about."""

from pathlib import Path

from infra.cli import _running_base
from infra.local.home import Home
from infra.local.keeper import Entry, Record


def home_at(folder: Path) -> Home:
    home = Home(folder=folder, cache=folder / "cache")
    home.prepare()
    Record(1, (Entry("gateway", 2, 19_000), Entry("epmd", 3, None))).write(home.record)
    return home


def test_a_running_bank_is_found_on_its_own_ports(tmp_path: Path) -> None:
    home = home_at(tmp_path)

    with home.locked():
        assert _running_base(home) == 19_000


def test_what_a_stopped_bank_left_behind_says_nothing(tmp_path: Path) -> None:
    assert _running_base(home_at(tmp_path)) is None
