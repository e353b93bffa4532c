"""The gateway or a service in its container: `python -m infra.deployment.containers account`.

It becomes that process, run as on any other machine, but reachable from other containers.
"""

import os
import sys

from infra.deployment.local.processes import http_process
from infra.process.settings import Settings

EVERYWHERE = "0.0.0.0"  # in the container; what it publishes is in docker-compose.yml


def main(name: str) -> None:
    arguments = http_process(name, Settings().port, EVERYWHERE)
    os.execv(sys.executable, [sys.executable, "-m", *arguments])


if __name__ == "__main__":
    main(sys.argv[1])
