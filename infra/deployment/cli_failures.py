"""How `bank` commands fail: one line on standard error, and a status that is not zero."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import typer
from pydantic import ValidationError
from pydantic_settings import SettingsError

# Its public names have none for these two, which every wrong argument ends in.
from typer._click.exceptions import NoArgsIsHelpError, UsageError
from typer.core import TyperGroup

from infra.deployment.dead import DeadQueueFailed
from infra.deployment.local import LocalError
from infra.deployment.local.given import require_folder
from infra.deployment.local.terminal import in_one_line


class Plainly(TyperGroup):
    """The commands; whatever an operator must mend is one line on standard error."""

    def make_context(self, *args: Any, **options: Any) -> Any:
        with _in_one_line():
            return super().make_context(*args, **options)

    def invoke(self, ctx: Any) -> Any:
        with _in_one_line():
            return super().invoke(ctx)


@contextmanager
def _in_one_line() -> Iterator[None]:
    try:
        yield
    except NoArgsIsHelpError:
        raise
    except UsageError as error:
        raise _failure(error.format_message(), error.exit_code) from None
    except (ValidationError, SettingsError) as error:
        raise _failure(_of_settings(error)) from None
    except BrokenPipeError:
        raise  # nobody reads any more
    except OSError as error:
        place = f"{error.filename}: " if error.filename and error.strerror else ""
        raise _failure(f"{place}{error.strerror or error}") from None
    except (LocalError, DeadQueueFailed) as error:
        raise _failure(str(error)) from None


def _of_settings(error: ValidationError | SettingsError) -> str:
    """Which variable, and why; without its value, which may be a password."""
    if isinstance(error, SettingsError):
        return str(error)
    first = error.errors()[0]
    return f"BANK_{first['loc'][0]}".upper() + f": {first['msg'].removeprefix('Value error, ')}"


def _failure(words: str, status: int = 1) -> typer.Exit:
    line = in_one_line(" ".join(words.split()))
    typer.secho(f"bank: {line}", err=True, fg=typer.colors.RED)
    return typer.Exit(status)


def folder(path: Path) -> Path:
    """An argument that names a folder, which may be new."""
    try:
        return require_folder(path).expanduser().absolute()
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


def file(path: Path | None) -> Path | None:
    """One that names a file, which may be new, in a folder that is there."""
    if path is not None and (path.is_dir() or not path.absolute().parent.is_dir()):
        raise typer.BadParameter(f"no file can be at {path}")
    return path
