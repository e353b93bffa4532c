"""Which user the two servers run as: PostgreSQL refuses root, and the broker does not need it.

A normal user runs them as himself. Root runs them as `nobody`; where `nobody` cannot reach the
files (a clone below /root, say) they keep root's access to files in a user namespace of their own,
in which they are `nobody` and hold no privilege.
"""

import os
import pwd
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from infra.deployment.local import LocalError

UNPRIVILEGED = "nobody"


class User(TypedDict, total=False):
    """Keyword arguments of subprocess that change the user of a child."""

    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True, slots=True)
class Identity:
    """How a server process is started: a command to go through, a user to become."""

    prefix: tuple[str, ...] = ()
    uid: int | None = None
    gid: int | None = None

    @property
    def user(self) -> User:
        if self.uid is None or self.gid is None:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def give(self, *paths: Path) -> None:
        """Make these files and folders, and all that is in them, belong to the server."""
        if os.geteuid() != 0:
            return
        uid, gid = self.uid or 0, self.gid or 0
        for path in paths:
            if path.stat().st_uid != uid:
                for each in (path, *path.rglob("*")):
                    os.chown(each, uid, gid, follow_symlinks=False)


def server_identity(programs: Iterable[Path], folder: Path) -> Identity:
    """The least privileged identity that can run `programs` on data below `folder`.

    Raises:
        LocalError: there is none.
    """
    if os.geteuid() != 0:
        return Identity()
    account = pwd.getpwnam(UNPRIVILEGED)
    dropped = Identity(uid=account.pw_uid, gid=account.pw_gid)
    if _reaches(dropped, folder, *programs):
        return dropped
    ids = f"--map-user={account.pw_uid}", f"--map-group={account.pw_gid}"
    mapped = Identity(prefix=("unshare", "--user", *ids))
    if _reaches(mapped, folder, *programs):
        return mapped
    raise LocalError(
        f"user {UNPRIVILEGED} cannot reach {folder} and this machine has no user namespaces: "
        "set BANK_HOME to a folder that everybody may enter, or start the bank as a normal user"
    )


def _reaches(identity: Identity, *paths: Path) -> bool:
    test = " && ".join(f'test -x "${number}"' for number, _ in enumerate(paths, 1))
    command = [*identity.prefix, "sh", "-c", test, "sh", *map(str, paths)]
    try:
        return subprocess.run(command, capture_output=True, **identity.user).returncode == 0
    except OSError:
        return False
