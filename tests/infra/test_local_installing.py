"""The Makefile's own environment: whole, or gone with a line that says what is missing."""

import os
import subprocess
from pathlib import Path
from shutil import copy

import pytest

from infra.deployment.migrations import ROOT

# Debian's python3 without python3-venv: the interpreter is put there, pip is not.
WITHOUT_VENV = """#!/bin/sh
case "$*" in *-m\\ venv*) mkdir -p .venv/bin; cp "$0" .venv/bin/python; exit 1;; esac
"""
WITH_VENV = """#!/bin/sh
case "$*" in
  *-m\\ venv*) mkdir -p .venv/bin; cp "$0" .venv/bin/python;;
  *-m\\ pip\\ install*) echo "$@" >> pip; test ! -e cut || kill -9 $PPID;;
esac
"""


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    copy(ROOT / "Makefile", tmp_path)
    (tmp_path / "requirements").mkdir()
    (tmp_path / "requirements" / "runtime.txt").write_text("typer==1.0\n")
    return tmp_path


def test_an_environment_that_cannot_be_made_is_not_left_half_made(clone: Path) -> None:
    made = _make(clone, WITHOUT_VENV)

    assert made.returncode != 0
    assert "python3-venv" in made.stderr
    assert not (clone / ".venv").exists()


def test_an_environment_whose_making_was_cut_off_is_made_whole(clone: Path) -> None:
    (clone / ".venv" / "bin").mkdir(parents=True)
    _program(clone / ".venv" / "bin" / "python", "#!/bin/sh\nexit 1\n")

    assert _make(clone, WITH_VENV).returncode == 0
    assert (clone / "pip").exists()


def test_an_installation_that_was_cut_off_is_made_anew(clone: Path) -> None:
    (clone / "cut").touch()
    assert _make(clone, WITH_VENV).returncode != 0
    (clone / "cut").unlink()

    assert _make(clone, WITH_VENV).returncode == 0
    assert _make(clone, WITH_VENV).returncode == 0  # and then it is left alone

    first, second = (clone / "pip").read_text().splitlines()
    assert "--ignore-installed" not in first
    assert "--ignore-installed" in second


def _make(clone: Path, python: str) -> "subprocess.CompletedProcess[str]":
    program = clone / "python"
    _program(program, python)
    kept = {"PATH": os.environ["PATH"]}  # not what the make that runs the tests was told
    command = ["make", f"PYTHON={program}", ".venv/runtime"]
    return subprocess.run(
        command, cwd=clone, env=kept, capture_output=True, text=True, timeout=60, check=False
    )


def _program(path: Path, text: str) -> None:
    path.write_text(text)
    path.chmod(0o755)
