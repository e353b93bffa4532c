"""Tables that several migrations make from one text: what was once released must not change."""

import ast
import hashlib
import importlib

from tests.architecture.house import sources

# A migration that ran will not run again. Whoever changes one of these texts leaves it as it is,
# writes the change as a new constant (MAILBOX_DDL_2) and adds a revision to every service that
# uses the first. Before the first release the hash may simply be renewed.
PINNED = {
    "infra.handling.mailbox.MAILBOX_DDL": "37e2d088cc7406df",
    "infra.handling.mailbox.MAILBOX_DDL_2": "59024b83922a4588",
    "infra.handling.parked.APPROVALS_DDL": "d788e926183919ca",
    "infra.data.folding.FOLDING_DDL": "2d77874a581698e8",
    "infra.data.terms.TERMS_DDL": "a2ba3720bb76145e",
    "infra.jobs.rows.JOBS_DDL": "f6e4f465233caf83",
    "infra.handling.audit.AUDIT_DDL": "d885b122140ce2c0",
    "infra.handling.seals.AUDIT_HEADS_DDL": "b598fe1f5296824c",
    "infra.sagas.rows.SAGA_DDL": "3ee3758fcffe7347",
    "infra.sagas.rows.SAGA_DDL_2": "515c31480a932984",
    "infra.sagas.rows.SAGA_DDL_3": "bc52f0f4d243b536",
}


def test_what_migrations_share_is_as_it_was_released() -> None:
    found = {place: _digest(place) for place in _shared()}

    assert found == PINNED, (
        "Databases exist that were made with the old text. Leave it, write the change as a new "
        "constant (MAILBOX_DDL_2), pin that, and run it in a new revision of every service."
    )


def _shared() -> set[str]:
    """All that migrations import from infra."""
    return {
        f"{node.module}.{alias.name}"
        for source in sources()
        if source.is_migration
        for node in source.nodes(ast.ImportFrom)
        if (node.module or "").startswith("infra.")
        for alias in node.names
    }


def _digest(place: str) -> str:
    module, _, name = place.rpartition(".")
    text: str = getattr(importlib.import_module(module), name)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
