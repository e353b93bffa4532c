"""A backup holds one moment of a bank at work, and becomes a bank again in another home."""

import asyncio
import shutil
import tempfile
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from threading import Event, Thread

import asyncpg
import pytest

from infra.data.database import Connection
from infra.deployment.local import LocalError
from infra.deployment.local.backup import back_up, restore
from infra.deployment.local.home import Home, LocalSettings
from infra.deployment.local.ports import Ports
from infra.deployment.local.secrets import Secrets
from infra.deployment.local.servers import Servers
from infra.deployment.provisioning import DATABASE, as_user
from tests.fixtures.ledger_laws import ALWAYS
from tests.fixtures.ports import free_port_base
from tests.fixtures.waiting import until

pytestmark = pytest.mark.integration

LEDGER = "create table public.coins (number int primary key, paid int, balance int)"
PAY = "insert into public.coins values ($1, 10, $1 * 10)"
SUMS = "select count(*) as paid, sum(paid) as total, max(balance) as balance from public.coins"


@pytest.fixture
def folder() -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="backup-"))
    made.chmod(0o711)  # the server runs as another user
    yield made
    shutil.rmtree(made)


async def test_a_backup_under_load_is_one_moment_of_it_in_a_new_home(folder: Path) -> None:
    bank, restored = servers_at(folder / "home"), home_at(folder / "restored")
    await bank.start_database()
    with bank.home.locked():
        db = await connected(bank)
        await db.execute(LEDGER)
        paying = asyncio.create_task(pay_for_ever(db))
        await until_paid(bank, 50)
        before = await paid(bank)
        with letters_written(bank.home.folder / "data" / "notification" / "mailbox"):
            await back_up(bank, folder / "backup", lambda line: None)
        after = await paid(bank)
        paying.cancel()
        with suppress(asyncio.CancelledError):
            await paying
    await bank.stop()

    await restore(folder / "backup", restored, lambda line: None)
    again = servers_at(folder / "restored")
    await again.start_database()
    db = await connected(again)
    found = await db.fetchrow(SUMS)
    audit = [await db.fetch(question) for question in ALWAYS.values()]
    await db.close()
    await again.stop()

    assert found is not None
    assert before <= found["paid"] <= after
    assert found["total"] == found["balance"] == found["paid"] * 10
    assert not any(audit)
    assert again.secrets == bank.secrets
    assert (folder / "backup" / "secrets.json").stat().st_mode & 0o777 == 0o600
    assert (folder / "restored" / "secrets.json").stat().st_mode & 0o777 == 0o600


@contextmanager
def letters_written(mailbox: Path) -> Iterator[None]:
    """Meanwhile files appear under one name and get their last one, as letters do."""
    mailbox.mkdir(parents=True)
    for number in range(500):
        (mailbox / f"{number}.eml").write_text("a letter")
    is_over = Event()

    def write() -> None:
        for number in count():
            unfinished = mailbox / f"new-{number % 100}.unfinished"
            unfinished.write_text("half a letter")
            was_over = is_over.wait(0.001)
            unfinished.rename(mailbox / "new.eml")
            if was_over:
                return

    writer = Thread(target=write)
    writer.start()
    try:
        yield
    finally:
        is_over.set()
        writer.join()


async def test_a_bank_at_rest_is_backed_up_and_what_is_not_whole_is_refused(folder: Path) -> None:
    bank, backup = servers_at(folder / "home"), folder / "backup"
    await bank.start_database()
    await bank.stop()
    await back_up(bank, backup, lambda line: None)

    await refused(back_up(bank, backup, print), "is there already")
    await refused(restore(backup, bank.home, print), "is not empty")
    await refused(restore(folder / "nothing", home_at(folder / "new"), print), "is no backup")
    cut_off = backup.rename(folder / "backup.unfinished")
    await refused(restore(cut_off, home_at(folder / "new"), print), "was cut off")
    backup = cut_off.rename(backup)
    (backup / "postgres" / "PG_VERSION").write_text("8\n")
    await refused(restore(backup, home_at(folder / "new"), print), "pg_verifybackup failed")
    assert not (folder / "new").exists()


def home_at(folder: Path) -> Home:
    return Home(folder, folder / "cache")


def servers_at(folder: Path) -> Servers:
    home = home_at(folder)
    home.prepare()
    settings = LocalSettings(home=folder, postgres_url=None)
    ports = Ports.from_base(free_port_base())
    return Servers(home, settings, Secrets.load(home.secrets), ports, lambda line: None)


async def connected(servers: Servers) -> Connection:
    host = f"postgresql://127.0.0.1:{servers.ports.postgres}"
    return await asyncpg.connect(as_user(host, "postgres", servers.secrets.postgres, DATABASE))


async def pay_for_ever(db: Connection) -> None:
    number = 0
    while True:
        number += 1
        await db.execute(PAY, number)


async def paid(servers: Servers) -> int:
    db = await connected(servers)
    number = await db.fetchval("select count(*) from public.coins")
    await db.close()
    return int(number)


async def until_paid(servers: Servers, number: int) -> None:
    async def is_paid() -> bool:
        return await paid(servers) >= number

    await until(is_paid)


async def refused(work: Coroutine[None, None, None], because: str) -> None:
    with pytest.raises(LocalError, match=because):
        await work
