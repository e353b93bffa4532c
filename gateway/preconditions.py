"""If-Match (RFC 9110, section 13.1.1): a change is made only to what its caller has read.

`"3"` is version 3, `"3", "4"` either of them, `*` whatever is there. A weak tag and one that is
none of ours are well written and match nothing. Whether one matches only the owner can say, since
he alone sees the version while nobody else changes it.
"""

import re
from dataclasses import dataclass

from contracts.conditional import VERSIONS_MAX, Conditional
from contracts.envelope import Command, Message
from gateway.problems import Problem

HEADER = b"if-match"
ANY = "*"

_TAG = r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"'
# Possessive, so that a header of blanks takes no longer than another one.
_LIST = re.compile(rf"(?:{_TAG}[ \t]*+)?(?:,[ \t]*+(?:{_TAG}[ \t]*+)?)*+")
_EACH = re.compile(_TAG)
_OURS = re.compile(r'"([1-9][0-9]{0,9})"')


@dataclass(frozen=True, slots=True)
class Expected:
    """The versions that a caller would change; None: any."""

    versions: tuple[int, ...] | None

    def put_into(self, command: Command) -> Command:
        match self.versions:
            case None:
                return command
            case (version,):
                return command.model_copy(update={"version": version})
            case versions:
                return command.model_copy(update={"versions": versions})


ANYTHING = Expected(None)


def expected(if_match: str | None, kind: type[Message]) -> Expected:
    """What a call of this kind expects to find.

    Raises:
        Problem: 400, the header is not one, or this kind takes none; 428, it needs one.
    """
    if not issubclass(kind, Conditional):
        if if_match is None or not issubclass(kind, Command):
            return ANYTHING
        raise Problem(400, "if-match-not-taken", "This call takes no If-Match header.")
    if if_match is None:
        if kind.must_name_version:
            raise Problem(428, "precondition-required", "Send If-Match with the ETag you read.")
        return ANYTHING
    return Expected(_versions(if_match.strip(" \t")))


def etag(version: int) -> str:
    """The strong tag of a version."""
    return f'"{version}"'


def _versions(header: str) -> tuple[int, ...] | None:
    if header == ANY:
        return None
    tags = _EACH.findall(header) if _LIST.fullmatch(header) else []
    if not tags:
        raise _malformed('It is * or a list of tags: "3", "4".')
    if len(tags) > VERSIONS_MAX:
        raise _malformed(f"It names at most {VERSIONS_MAX} tags.")
    ours = [_OURS.fullmatch(tag) for tag in tags]
    return tuple(dict.fromkeys(int(each[1]) for each in ours if each))


def _malformed(detail: str) -> Problem:
    return Problem(400, "if-match-malformed", detail)
