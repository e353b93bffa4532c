"""Revisions are frozen once they are there; `make freeze` adds the new ones.

A database remembers only the number of its last revision. One that was edited afterwards would
leave every bank that has run it with other tables than the code expects, and nobody would say so.
The list has one line per revision and only ever grows. From which module a revision imports is not
part of it: modules move, and what they give to revisions is pinned by a test of its own.
"""

import hashlib
import re
import sys
from pathlib import Path

from infra.deployment.migrations import ROOT

LIST = Path(__file__).with_name("frozen.sha256")
_IMPORTS = re.compile(rb"^from infra\S* import [^(\n]*\n", re.MULTILINE)


def frozen() -> dict[str, str]:
    """The digests by the path of the revision."""
    lines = (line.split("  ", 1) for line in LIST.read_text().splitlines())
    return {path: digest for digest, path in lines}


def present() -> dict[str, str]:
    """The digests of the revisions as they are now, by their path."""
    return {
        path.relative_to(ROOT).as_posix(): _digest(path)
        for path in sorted(ROOT.glob("services/*/migrations/[0-9]*.py"))
    }


def _digest(path: Path) -> str:
    return hashlib.sha256(_IMPORTS.sub(b"", path.read_bytes())).hexdigest()


def main() -> None:
    """Add what is new; what is listed already stays as it is."""
    known = frozen() if LIST.exists() else {}
    added = {path: digest for path, digest in present().items() if path not in known}
    lines = [f"{digest}  {path}\n" for path, digest in sorted({**known, **added}.items())]
    LIST.write_text("".join(lines))
    sys.stdout.write("".join(f"frozen: {path}\n" for path in added))


if __name__ == "__main__":
    main()
