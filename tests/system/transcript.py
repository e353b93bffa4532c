"""Documents whose commands can be pasted: each block of bash, and the answer that is shown below.

    ```bash                              ```jsonc                      ```http
    curl -s "$BANK/api/day" …            // 200                        HTTP/1.1 200 OK
    ```                                  {"business_date": "…"}        ETag: "1"
                                         ```                           ```

An answer is shown as its status and body, or with `curl -i` as status line, headers and perhaps
its body. What is shown must be there; `…` stands for whatever differs or is left out.
"""

import asyncio
import json
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

BLOCK = re.compile(
    r"^```bash\n(?P<commands>.*?)^```\n"
    r"(?:\n?^```(?:jsonc\n// (?P<status>\d{3})\n(?P<body>.*?)|http\n(?P<head>.*?))^```$)?",
    re.MULTILINE | re.DOTALL,
)
MARK = "---- next block ----"
REST = "…"
SESSION_SECONDS = 300.0


@dataclass(frozen=True)
class Block:
    """What is pasted, and what is shown as the answer to its last call."""

    commands: str
    status: int | None
    headers: tuple[str, ...]
    body: Any


@dataclass(frozen=True)
class Said:
    """What the last call of a block was answered."""

    status: int | None
    headers: tuple[str, ...]
    body: str
    errors: str


def blocks_of(text: str) -> list[Block]:
    """The blocks of a page, in order."""
    return [_block(found) for found in BLOCK.finditer(text)]


def agrees(shown: Any, real: Any) -> bool:
    """Whether all that is shown is there."""
    if isinstance(shown, str) and REST in shown:
        pattern = ".*".join(map(re.escape, shown.split(REST)))
        return shown == REST or (isinstance(real, str) and bool(re.fullmatch(pattern, real)))
    if isinstance(shown, dict):
        return isinstance(real, dict) and all(
            name == REST or (name in real and agrees(each, real[name]))
            for name, each in shown.items()
        )
    if isinstance(shown, list):
        is_cut = bool(shown) and shown[-1] == REST
        first = shown[:-1] if is_cut else shown
        is_long_enough = isinstance(real, list) and len(real) >= len(first)
        return (
            is_long_enough
            and (is_cut or len(real) == len(first))
            and all(agrees(*pair) for pair in zip(first, real, strict=False))
        )
    return bool(shown == real)


async def pasted(blocks: Sequence[Block], folder: Path, changes: dict[str, str]) -> list[Said]:
    """What one shell says when all blocks are pasted into it, one after the other."""
    (folder / ".curlrc").write_text('write-out = "%{stderr}\\nstatus %{http_code}\\n"\n')
    script = f"\necho; echo '{MARK}'; echo '{MARK}' >&2\n".join(each.commands for each in blocks)
    for printed, real in changes.items():
        script = script.replace(printed, real)
    shell = await asyncio.create_subprocess_exec(
        "bash", "-u", cwd=folder, env={**os.environ, "CURL_HOME": str(folder)},
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    output, errors = await asyncio.wait_for(shell.communicate(script.encode()), SESSION_SECONDS)
    said = zip(output.decode().split(MARK), errors.decode().split(MARK), strict=True)
    return [_said(*each) for each in said]


def _block(found: re.Match[str]) -> Block:
    if found["head"] is not None:
        head, _, body = found["head"].partition("\n\n")
        first, *headers = head.splitlines()
        status = int(first.split()[1])
        return Block(found["commands"], status, tuple(headers), json.loads(body or '"…"'))
    if found["status"] is None:
        return Block(found["commands"], None, (), REST)
    return Block(found["commands"], int(found["status"]), (), json.loads(found["body"]))


def _said(output: str, errors: str) -> Said:
    statuses = re.findall(r"^status (\d{3})$", errors, flags=re.MULTILINE)
    last = output[output.rfind("HTTP/1.1 ") :].replace("\r", "") if "HTTP/1.1 " in output else ""
    head, _, body = last.partition("\n\n")
    return Said(
        status=int(statuses[-1]) if statuses else None,
        headers=tuple(head.splitlines()[1:]),
        body=(body or output).strip(),
        errors=errors,
    )
