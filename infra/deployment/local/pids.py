"""Processes by number: a number is given out again, so one is known by when it began as well."""

import os
import signal
import subprocess
import sys
from pathlib import Path

_AFTER_NAME = 19  # where /proc/PID/stat has the start, counted behind the name in its brackets


def lives(pid: int) -> bool:
    """True while a process has this number, whoever it is."""
    try:
        os.kill(pid, 0)
    except PermissionError:
        return True
    except ProcessLookupError:
        return False
    return True


def began_at(pid: int) -> str | None:
    """When this process began, in the words of its system; None: it has ended."""
    if sys.platform != "linux":
        command = ["ps", "-o", "lstart=", "-p", str(pid)]
        return subprocess.run(command, capture_output=True, text=True).stdout.strip() or None
    try:
        words = Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if words[0] == "Z" else words[_AFTER_NAME]


def ask_to_end(pid: int, began: str) -> bool:
    """Send SIGTERM to the process that has this number since then; False: there is none.

    On Linux it is held while it is looked at, so that no other can take its place in between.
    """
    try:
        if sys.platform != "linux":
            is_it = began_at(pid) == began
            if is_it:
                os.kill(pid, signal.SIGTERM)
            return is_it
        held = os.pidfd_open(pid)
    except ProcessLookupError:
        return False
    try:
        is_it = began_at(pid) == began
        if is_it:
            signal.pidfd_send_signal(held, signal.SIGTERM)
        return is_it
    finally:
        os.close(held)
