"""Where the RabbitMQ that we start comes from: installed, or Debian's packages unpacked by us.

The packages are fetched by the machine's own apt into folders of ours and unpacked, not installed:
no rights are needed and nothing outside the cache folder changes.
"""

import asyncio
import fcntl
import re
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from infra.deployment.local import LocalError, Say
from infra.deployment.local.child import run_once
from infra.deployment.local.progress import telling

PACKAGE = "rabbitmq-server"
POLL_SECONDS = 0.2
# Not `rabbitmq-server` on the PATH: Debian's changes the user and refuses everybody but root.
HOMES = (
    "usr/lib/rabbitmq/lib/rabbitmq_server-*",
    "opt/rabbitmq",
    "opt/homebrew/opt/rabbitmq",
    "usr/local/opt/rabbitmq",
)
SCRIPTS = "usr/lib/rabbitmq/lib/rabbitmq_server-*/sbin"
MOVABLE = {
    "ROOTDIR=/usr/lib/erlang": 'ROOTDIR="$ERL_ROOTDIR"',
    "dirname $SCRIPT_PATH": 'dirname "$SCRIPT_PATH"',
    "readlink -f $SCRIPT_PATH": 'readlink -f "$SCRIPT_PATH"',
    ". ${RABBITMQ_SCRIPTS_DIR}/rabbitmq-defaults": '. "$RABBITMQ_SCRIPTS_DIR/rabbitmq-defaults"',
}
VERSION = re.compile(r"-(\d+(?:\.\d+)*)")
SUPPORTED = (4,)
ADVICE = "install rabbitmq-server or Docker, or set BANK_AMQP_URL to a broker that is there"


@dataclass(frozen=True, slots=True)
class Erlang:
    """A RabbitMQ and the Erlang it runs on, at the root of the machine or below `root`."""

    root: Path

    @property
    def rabbit(self) -> Path | None:
        """Its home: the folder with `sbin` and `plugins`; the newest where there are several."""
        homes = [home for pattern in HOMES for home in sorted(self.root.glob(pattern))]
        return max(filter(_is_whole, homes), key=version_of, default=None)

    @staticmethod
    def programs(home: Path) -> Path:
        return home / "sbin" / "rabbitmq-server"

    @property
    def epmd(self) -> Path:
        """Erlang's port mapper: its runtime's folder has it, and sometimes the PATH."""
        runtime = sorted((self.root / "usr/lib/erlang").glob("erts-*/bin/epmd"))
        system = shutil.which("epmd")
        if not runtime and system is None:
            raise LocalError(f"RabbitMQ is there but Erlang's epmd is not: {ADVICE}")
        return runtime[-1] if runtime else Path(str(system))

    def environment(self) -> dict[str, str]:
        """What makes the scripts find this Erlang and its libraries, and no other."""
        library, path = self.root / "usr/lib/erlang", "/usr/local/bin:/usr/bin:/bin"
        if self.root == Path("/"):
            return {"PATH": f"{path}:/opt/homebrew/bin:/usr/sbin:/sbin"}
        shared = ":".join(str(folder) for folder in self._shared_libraries())
        found = {"LD_LIBRARY_PATH": shared} if shared else {}
        if (library / "bin" / "erl").exists():
            return {"PATH": f"{library}/bin:{path}", "ERL_ROOTDIR": str(library), **found}
        # The machine has Erlang's base; what it lacked was unpacked beside RabbitMQ.
        return {"PATH": path, "ERL_LIBS": str(library / "lib"), **found}

    def _shared_libraries(self) -> Iterator[Path]:
        for pattern in ("usr/lib/*-linux-gnu*", "lib/*-linux-gnu*"):
            yield from sorted(self.root.glob(pattern))


def version_of(home: Path) -> tuple[int, ...]:
    """`(4, 1, 3)`, as its own plugin or else the folder says; `()` where neither does."""
    names = [each.name for each in home.glob("plugins/rabbit-[0-9]*")]
    found = [VERSION.search(name) for name in (*names, home.name)]
    versions = (tuple(map(int, each[1].split("."))) for each in found if each)
    return next(versions, ())


def caution(home: Path) -> str | None:
    """What an operator should know of a version that its makers no longer support."""
    version = version_of(home)
    if version == () or version >= SUPPORTED:
        return None
    number = ".".join(map(str, version))
    return f"RabbitMQ {number} is for looking and tests, not for production: docs/operations.md"


def _is_whole(home: Path) -> bool:
    return Erlang.programs(home).exists()


async def find_erlang(cache: Path, say: Say) -> Erlang | None:
    """An installed RabbitMQ, or one unpacked below `cache` now or earlier; None: there is no apt.

    Raises:
        LocalError: apt is there but could not fetch the packages.
    """
    installed, unpacked = Erlang(Path("/")), Erlang(cache / "rabbitmq")
    for known in (installed, unpacked):
        if known.rabbit is not None:
            return known
    async with _alone(cache, say):
        if unpacked.rabbit is not None:
            return unpacked
        if not shutil.which("apt-get") or not shutil.which("dpkg-deb"):
            return None
        await _unpack(cache, unpacked.root, say)
    return unpacked


@asynccontextmanager
async def _alone(cache: Path, say: Say) -> AsyncIterator[None]:
    """Hold this cache, which several banks may share; whoever comes second finds it filled."""
    with _lock_of(cache) as lock:
        async with telling(say, lambda: f"another start is filling {cache}"):
            await _take(lock)
        yield


def _lock_of(cache: Path) -> IO[str]:
    cache.mkdir(parents=True, exist_ok=True)
    return (cache / "lock").open("w")


async def _take(lock: IO[str]) -> None:
    """Have this lock until its file is closed. Not in a thread, which could not be cancelled."""
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            await asyncio.sleep(POLL_SECONDS)


async def _unpack(cache: Path, root: Path, say: Say) -> None:
    say(f"fetching Debian's {PACKAGE} and Erlang (35 MB), once")
    packages = await _fetch(cache / "apt")
    say(f"unpacking {len(packages)} packages into {root}")
    unfinished = cache / "rabbitmq.unfinished"
    shutil.rmtree(unfinished, ignore_errors=True)
    for package in packages:
        status, _, errors = await run_once(["dpkg-deb", "-x", package, unfinished])
        if status:
            raise LocalError(f"dpkg-deb could not unpack {package.name}: {errors.strip()[-200:]}")
    make_movable(unfinished)
    unfinished.rename(root)
    shutil.rmtree(cache / "apt")


def make_movable(root: Path) -> None:
    """Debian writes the place it installs to into Erlang's script, whatever ERL_ROOTDIR says, and
    RabbitMQ's scripts do not expect a place with a space in its name."""
    for script in (root / "usr/lib/erlang/bin/erl", *root.glob(f"{SCRIPTS}/rabbitmq-env")):
        if script.exists():
            text = script.read_text()
            for fixed, movable in MOVABLE.items():
                text = text.replace(fixed, movable)
            script.write_text(text)


async def _fetch(folder: Path) -> list[Path]:
    """RabbitMQ and whatever of its dependencies this machine lacks.

    The machine's package lists are tried first; where they are empty or old, fresh ones of our own.
    """
    archives, lists = folder / "cache" / "archives", folder / "lists"
    for needed in (archives / "partial", lists / "partial"):
        needed.mkdir(parents=True, exist_ok=True)
    private = ["-o", f"Dir::State::lists={lists}"]
    download = ["install", "--download-only", "--no-install-recommends", "--yes", PACKAGE]
    status, _ = await _apt(folder, *download)
    if status:
        await _apt(folder, "update", *private)
        status, reason = await _apt(folder, *download, *private)
        if status:
            raise LocalError(f"apt-get could not fetch {PACKAGE} ({reason})")
    return sorted(archives.glob("*.deb"))


async def _apt(folder: Path, *arguments: str) -> tuple[int, str]:
    """Its status, and the end of what it complained about."""
    options = {
        "Dir::Cache": str(folder / "cache"),
        "Debug::NoLocking": "1",
        "APT::Sandbox::User": "root",  # apt's own user cannot reach our folder
        "Acquire::Retries": "2",
        "Acquire::http::Timeout": "30",
    }
    settings = [word for item in options.items() for word in ("-o", "=".join(item))]
    status, _, errors = await run_once(["apt-get", "--quiet", *settings, *arguments])
    return status, " ".join(errors.split())[-200:]
