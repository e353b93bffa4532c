"""The tests on containers: without an engine they are skipped, and say why."""

import os
import subprocess
import sys

from infra.deployment.migrations import ROOT

A_TEST = "tests/reporting/test_store.py::test_a_line_of_which_nobody_said_what_it_is_has_no_balance"


def test_where_no_engine_answers_a_test_is_skipped_and_says_so() -> None:
    nowhere = {"BANK_TEST_SERVERS": "containers", "DOCKER_HOST": "unix:///nowhere/docker.sock"}
    result = subprocess.run(
        [sys.executable, "-m", "pytest", "-rs", "-p", "no:cacheprovider", A_TEST],
        cwd=ROOT, env=os.environ | nowhere, capture_output=True, text=True, check=False,
        timeout=60,
    )  # fmt: skip

    assert result.returncode == 0, result.stdout
    assert "1 skipped" in result.stdout
    assert "no Docker engine answers here" in result.stdout
