"""Log lines are JSON objects, whoever writes them."""

import json
import subprocess
import sys

PROGRAM = """
import logging, structlog
from infra.runtime.telemetry import configure_logging
configure_logging("toy")
structlog.get_logger().warning("own", text="a\\nb", long="x" * 5000)
logging.getLogger("library").error("went wrong %s", "twice")
try:
    1 / 0
except ZeroDivisionError:
    logging.getLogger("library").exception("a bug")
"""


def test_every_line_is_one_json_object_that_names_its_process() -> None:
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True
    )

    lines = [json.loads(line) for line in run.stderr.splitlines()]

    assert [line["event"] for line in lines] == ["own", "went wrong twice", "a bug"]
    assert {line["process"] for line in lines} == {"toy"}
    assert len(lines[0]["long"]) == 2_000
    assert "ZeroDivisionError" in lines[2]["exception"]
