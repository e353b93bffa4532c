"""What an address may ask for behind its question mark: what the call knows, each name once.

No parameter of ours is a list, so a second value would be one that nobody looks at.
"""

from collections import Counter
from collections.abc import Collection, Iterator

from fastapi import Request

from gateway.problems import invalid


def require_known(request: Request, known: Collection[str]) -> None:
    """Answered all the same, the call would be answered otherwise than its caller says.

    Raises:
        Problem: 422, names each parameter that is unknown or stands there again.
    """
    if not request.scope["query_string"]:
        return
    given = Counter(name for name, _ in request.query_params.multi_items())
    faults = list(_faults(given, known))
    if faults:
        raise invalid(
            {"type": "query", "loc": ("query", name), "msg": detail} for name, detail in faults
        )


def require_none(request: Request) -> None:
    """For routes that ask nobody: as a dependency of theirs.

    Raises:
        Problem: 422, there is a parameter.
    """
    require_known(request, ())


def _faults(given: Counter[str], known: Collection[str]) -> Iterator[tuple[str, str]]:
    for name, times in given.items():
        if name not in known:
            yield name, "This call has no such parameter."
        elif times > 1:
            yield name, "It stands in the address more than once."
