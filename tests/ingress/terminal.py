"""An operator, or a partner's engineer, who types `bank partner` commands."""

import asyncio
from dataclasses import dataclass
from types import SimpleNamespace

import asyncpg
import pytest
from typer.testing import CliRunner, Result

from infra.deployment import cli, cli_asking, cli_partner_check, cli_partners
from tests.ingress.world import World


@dataclass
class Terminal:
    """An operator before this world's bank, and what he has read."""

    world: World
    said: list[str]

    async def type(self, *arguments: str, **environment: str) -> Result:
        self.said.clear()
        return await asyncio.to_thread(
            CliRunner().invoke, cli.app, ["partner", *arguments], env=environment
        )

    async def does(self, *arguments: str) -> list[str]:
        done = await self.type(*arguments)
        assert done.exit_code == 0, done.output
        return list(self.said)

    async def audited(self, partner: str) -> list[str]:
        """The operator's commands about it."""
        db = await asyncpg.connect(self.world.database.admin_url)
        rows = await db.fetch(
            "select command from auth.audit where actor = 'operator' and object = $1 order by id",
            f"partner:{partner}",
        )
        await db.close()
        return [row["command"] for row in rows]


def a_terminal(world: World, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    said = list[str]()
    known = SimpleNamespace(amqp_url=world.vhost.url)
    for module in (cli_asking, cli_partners):
        monkeypatch.setattr(module, "known_servers", lambda: known)
    for module in (cli_partners, cli_partner_check):
        monkeypatch.setattr(module, "echo", said.append)
    return Terminal(world, said)
