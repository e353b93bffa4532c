"""What can be wrong with a file, and the report that its sender gets; nothing of it is kept."""

from collections.abc import Sequence
from typing import Any, NoReturn

from contracts.envelope import FieldError
from gateway.problems import Problem

FAULTS_SHOWN_MAX = 100
FILE = "/"  # the pointer to the file as a whole


class FileFault(FieldError):
    """One fault: in which line, by its number in the file, and of which kind."""

    line: int | None
    code: str


class InvalidFile(Problem):
    """The file is refused; `faults` counts all faults, of which the first ones are shown."""

    def __init__(self, faults: Sequence[FileFault], count: int) -> None:
        words = "One fault" if count == 1 else f"{count} faults"
        detail = f"{words} in the file, of which nothing is kept."
        super().__init__(422, "invalid-file", detail, errors=faults)
        self.count = count

    def body(self, *, instance: str, trace_id: str) -> dict[str, Any]:
        return {**super().body(instance=instance, trace_id=trace_id), "faults": self.count}


class Faults:
    """Collects the faults of one file, and remembers the first of them."""

    def __init__(self) -> None:
        self.count = 0
        self._shown: list[FileFault] = []

    def add(self, code: str, detail: str, line: int | None = None, field: str = "") -> None:
        self.count += 1
        if len(self._shown) < FAULTS_SHOWN_MAX:
            pointer = FILE if line is None else f"/{line}/{field}".rstrip("/")
            self._shown.append(FileFault(pointer=pointer, detail=detail, line=line, code=code))

    def end(self, code: str, detail: str, line: int | None = None) -> NoReturn:
        """Raises InvalidFile: nothing more can be read after this one."""
        self.add(code, detail, line)
        raise InvalidFile(self._shown, self.count)

    def require_none(self) -> None:
        """Raises InvalidFile if there is any."""
        if self.count:
            raise InvalidFile(self._shown, self.count)
