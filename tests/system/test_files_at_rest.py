"""Another user of the machine reads nothing of the bank: neither a secret nor anybody's data."""

import json
import stat
from pathlib import Path

import pytest

from tests.fixtures.bank import Bank

pytestmark = pytest.mark.system

GROUP, OTHERS = (stat.S_IRGRP, stat.S_IXGRP), (stat.S_IROTH, stat.S_IXOTH)


async def test_no_other_user_can_read_a_secret(bank: Bank) -> None:
    written = json.loads((bank.home / "secrets.json").read_text())
    kinds = (written["roles"], written["users"], written["processes"])
    secrets = [value.encode() for kind in kinds for value in kind.values()]

    readable = [path for bits in (GROUP, OTHERS) for path in _readable(bank.home, *bits)]

    secrets.append(written["postgres"].encode())
    told = [path for path in readable if any(each in path.read_bytes() for each in secrets)]
    assert told == []


async def test_what_holds_data_is_closed_to_other_users(bank: Bank) -> None:
    assert (bank.home / "secrets.json").stat().st_mode & 0o777 == 0o600
    folders = [bank.home / name for name in ("postgres", "rabbitmq", "logs")]
    folders += (bank.home / "data").iterdir()

    modes = {folder.name: oct(folder.stat().st_mode & 0o777) for folder in folders}

    assert len(folders) > 3
    assert set(modes.values()) == {"0o700"}, modes


def _readable(folder: Path, read: int, search: int) -> list[Path]:
    """The files below that these bits let somebody read, by the folders above them too.

    The caches are left out: they hold programs, and one may belong to several banks.
    """
    found: list[Path] = []
    for path in folder.iterdir():
        mode = path.lstat().st_mode
        if stat.S_ISDIR(mode) and mode & search and path.name != "cache":
            found += _readable(path, read, search)
        elif stat.S_ISREG(mode) and mode & read:
            found.append(path)
    return found
