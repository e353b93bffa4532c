"""The seed as a process: it sets up what is missing and shows who can sign in."""

import asyncio
import sys

from rich.console import Console

from demo.seed.asking import SeedFailed
from demo.seed.marking import SeedSettings, seeded_once
from demo.seed.report import report


async def main() -> int:
    try:
        demo, is_new = await seeded_once(SeedSettings())
    except (SeedFailed, OSError) as error:
        print(f"the demo was not set up: {error}", file=sys.stderr)  # noqa: T201
        return 1
    Console(width=100).print(report(demo, is_new=is_new))
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
