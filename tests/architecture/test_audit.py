"""Every command says what it is about, so that the audit trail can be searched by it."""

from string import Formatter

import pytest

from contracts import catalogue
from contracts.envelope import Command
from tests.builders import an

OWN_COMMANDS = [
    kind
    for kind in (*catalogue.commands(), *catalogue.COMMON)
    if issubclass(kind, Command) and kind.owner != "rail"
]


@pytest.mark.parametrize("kind", OWN_COMMANDS, ids=lambda kind: kind.__name__)
def test_every_command_says_what_it_is_about(kind: type[Command]) -> None:
    known = {**an(kind).__dict__, "reply": an(kind.reply)}

    addresses = [address.format_map(known) for address in kind.addresses()]

    assert addresses, f"{kind.__name__}.about names its object for the audit trail"


@pytest.mark.parametrize("kind", OWN_COMMANDS, ids=lambda kind: kind.__name__)
def test_a_refused_command_has_an_object_too(kind: type[Command]) -> None:
    last = kind.addresses()[-1]

    fields = {name.partition("[")[0].partition(".")[0] for _, name, *_ in _parts(last) if name}

    assert fields <= kind.model_fields.keys()


def _parts(template: str) -> list[tuple[str, str | None, str | None, str | None]]:
    return list(Formatter().parse(template))
