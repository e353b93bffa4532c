"""A revision that has landed stays as it is: banks that have run it do not run it again."""

import pytest

from infra.deployment.migrations import shapes
from infra.deployment.migrations.freeze import LIST, frozen, present


@pytest.mark.parametrize("path", frozen())
def test_a_frozen_revision_is_neither_edited_nor_removed(path: str) -> None:
    assert present().get(path) == frozen()[path], (
        f"{path} is frozen: get it back with `git checkout main -- {path}` and write the change as "
        "a new revision with the service's next number. Only if it has never been on main: delete "
        f"its line from {LIST.name} and run `make freeze`."
    )


def test_every_revision_is_frozen() -> None:
    missing = sorted(present().keys() - frozen().keys())

    assert not missing, f"run `make freeze` and commit {LIST.name}: it lacks {', '.join(missing)}"


def test_every_revision_has_a_line_about_its_tables() -> None:
    revisions = {(path.split("/")[1], path.split("/")[3][:4]) for path in frozen()}

    assert revisions == shapes.listed().keys(), (
        "run `.venv/bin/pytest -q tests/infra/test_migrations.py -k listed`, which says what "
        f"{shapes.LIST.name} should be, and copy the new line"
    )
