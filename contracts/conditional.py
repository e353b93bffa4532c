"""Changes that are made only to what their sender has seen, so that nobody's change is lost."""

from typing import Annotated, ClassVar

from pydantic import BaseModel, Field

VERSIONS_MAX = 100  # that one command may name

Version = Annotated[int, Field(strict=True, ge=1)]


class Conditional(BaseModel):
    """A part of commands: made while what they change has one of these versions, else refused.

    Without any it is made whatever the version is; an empty list is a version that it never has.
    """

    must_name_version: ClassVar[bool] = False  # True: over HTTP, a caller says what he has read

    version: Version | None = None
    versions: Annotated[tuple[Version, ...], Field(max_length=VERSIONS_MAX)] | None = None

    def allows(self, version: int) -> bool:
        """Whether the change may be made to this version."""
        if self.versions is not None:
            return version in self.versions
        return self.version in (None, version)
