"""Every call of docs/api.md and the pages it leads to, pasted in order, is answered as shown."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from infra.deployment.migrations import ROOT
from tests.fixtures.bank import fresh_bank
from tests.system.test_first_requests import PRINTED_URL, Shell, printed_requests
from tests.system.transcript import Block, Said, agrees, blocks_of, pasted

pytestmark = pytest.mark.system

INDEX = ROOT / "docs/api.md"


def pages() -> list[Path]:
    """The index and then the others, in the order in which it names them."""
    named = re.findall(r"\]\((api/[\w-]+\.md)", INDEX.read_text("utf-8"))
    return [INDEX, *(INDEX.parent / name for name in dict.fromkeys(named))]


def blocks() -> list[Block]:
    return [block for page in pages() for block in blocks_of(page.read_text("utf-8"))]


def test_the_index_names_every_page() -> None:
    assert set(pages()[1:]) == set((ROOT / "docs/api").glob("*.md"))


def test_every_call_is_shown_with_its_answer() -> None:
    setting_up, *calls = blocks()

    assert setting_up.status is None
    assert [each.commands for each in calls if "curl " in each.commands and not each.status] == []


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.stem)
def test_every_topic_has_a_call(page: Path) -> None:
    _, *topics = re.split(r"^## ", page.read_text("utf-8"), flags=re.MULTILINE)

    without = [each.partition("\n")[0] for each in topics if "```bash" not in each]
    assert without == (["Topics"] if page == INDEX else [])


async def test_the_documents_are_true_when_pasted(tmp_path: Path) -> None:
    async with fresh_bank() as bank:
        shell = Shell(bank.url)
        for command in printed_requests():
            await shell.run(command)

        said = await pasted(blocks(), tmp_path, {PRINTED_URL: bank.url})

    differing = [difference(*each) for each in zip(blocks(), said, strict=True)]
    assert not any(differing), "\n\n".join(filter(None, differing))


def difference(block: Block, said: Said) -> str | None:
    """What is shown otherwise than it is; None: nothing."""
    real = {each.lower() for each in said.headers}
    is_so = (
        block.status in (None, said.status)
        and agrees(block.body, _read(said.body))
        and all(any(agrees(shown.lower(), each) for each in real) for shown in block.headers)
    )
    told = f"{block.commands}\nwas answered {said.status}\n{said.body}\n{said.errors}"
    return None if is_so else told


def _read(body: str) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return body
