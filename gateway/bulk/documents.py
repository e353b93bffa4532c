"""What all files of ISO 20022 have in common: XML in UTF-8 of just one version, and dates."""

import re
from datetime import date
from typing import Any
from xml.etree.ElementTree import Element

from contracts.envelope import NotADocument
from contracts.rail.documents import markup
from gateway.bulk.faults import Faults

NOT_PROVIDED = "NOTPROVIDED"  # the standard's word where a schema asks and nobody tells

_DECLARED = re.compile(r"\s*<\?xml[^>]*\bencoding\s*=\s*[\"']([^\"']*)[\"']")


def tree(text: str, name: str, faults: Faults) -> Element:
    """The elements of the document `name`, which are judged one by one afterwards.

    Raises:
        InvalidFile: it is not XML, has a DTD, is too deep, another document or version, or says
            that it is not in UTF-8.
    """
    declared = _DECLARED.match(text)
    if declared is not None and declared[1].lower() not in ("utf-8", "utf8"):
        faults.end("not-utf-8", "The document says that it is not in UTF-8.")
    try:
        return markup.tree(text.encode(), name)
    except NotADocument as error:
        faults.end("not-a-document", words(error, name))


def words(error: NotADocument, name: str) -> str:
    """The same for people."""
    return f"This is no {name} as its schema has it: {error}."


def day_of(choice: Any) -> date | None:
    """The date, or that of the moment, as it is written; None: neither, or one of no calendar."""
    day = choice and (choice.dt or choice.dt_tm)
    try:
        return date(day.year, day.month, day.day) if day else None
    except ValueError:
        return None
