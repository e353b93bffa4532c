"""XML documents of ISO 20022: written by their classes, and read with suspicion.

A document comes from another bank. Before its classes see it, it must be plain XML without a DTD,
and so without entities, not deep, and of the namespace of just this version. Afterwards every
element must have had its one place in the order of the schema, and every text the length, the
pattern and the digits that the schema asks for.
"""

import re
from collections.abc import Iterator
from dataclasses import Field, fields, is_dataclass
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum
from itertools import zip_longest
from typing import Any, NamedTuple, TypeVar
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring
from xsdata.exceptions import ConverterWarning, ParserError, XmlContextError
from xsdata.formats.dataclass.context import XmlContext
from xsdata.formats.dataclass.parsers import XmlParser
from xsdata.formats.dataclass.parsers.config import ParserConfig
from xsdata.formats.dataclass.parsers.handlers import XmlEventHandler
from xsdata.formats.dataclass.serializers import XmlSerializer
from xsdata.formats.dataclass.serializers.writers import XmlEventWriter
from xsdata.models.datatype import XmlDateTime

from contracts.envelope import DEPTH_MAX, NotADocument

T = TypeVar("T")

_CONTEXT = XmlContext()
_PARSER = XmlParser(
    context=_CONTEXT,
    config=ParserConfig(
        fail_on_unknown_properties=True,
        fail_on_unknown_attributes=True,
        fail_on_converter_warnings=True,
    ),
    handler=XmlEventHandler,
)
_SERIALIZER = XmlSerializer(context=_CONTEXT, writer=XmlEventWriter)
_FAULTS = (ParserError, XmlContextError, ConverterWarning)
_NUMBER = re.compile(r"\s*[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)\s*")
_SCHEMA_LOCATION = "{http://www.w3.org/2001/XMLSchema-instance}schemaLocation"


def namespace(name: str) -> str:
    """Of a document: `pacs.008.001.08`."""
    return f"urn:iso:std:iso:20022:tech:xsd:{name}"


def moment(when: datetime) -> XmlDateTime:
    """To the microsecond, in UTC."""
    return XmlDateTime.from_datetime(when.astimezone(UTC))


def written(document: object, name: str) -> bytes:
    """The document in UTF-8, with the namespace of its version and no other."""
    return _SERIALIZER.render(document, ns_map={None: namespace(name)}).encode()


def read(body: bytes, kind: type[T], name: str) -> T:
    """The document in its class.

    Raises:
        NotADocument: it is not XML, has a DTD, is too deep, another document or version, or does
            not follow its schema.
    """
    return part(tree(body, name), kind, name)


def tree(body: bytes, name: str) -> Element:
    """The elements of a document, of which nothing but the name and the depth is judged yet.

    Raises:
        NotADocument: it is not XML, has a DTD, is too deep, or another document or version.
    """
    root = _parsed(body)
    if root.tag != f"{{{namespace(name)}}}Document":
        raise NotADocument(f"it is not {name}")
    root.attrib.pop(_SCHEMA_LOCATION, None)  # a hint to tools, which nobody here follows
    return root


def part(element: Element, kind: type[T], name: str) -> T:
    """An element of this document in its class; the element is empty afterwards.

    Raises:
        NotADocument: it does not follow its schema.
    """
    begins = f"{{{namespace(name)}}}"
    found = [(each.tag.removeprefix(begins), each.text or "") for each in element.iter()]
    try:
        document = _PARSER.parse(element, kind)
    except (*_FAULTS, TypeError, ValueError, ArithmeticError) as error:
        raise NotADocument("it has what its schema does not know, or lacks what it asks") from error
    for seen, place in zip_longest(found[1:], _places(document)):
        if seen is None or place is None or seen[0] != place.name:
            raise NotADocument("an element stands twice, or where its schema has another")
        if place.is_number and not _NUMBER.fullmatch(seen[1]):
            raise NotADocument(f"{place.name} is not a plain decimal number")
    return document


def _parsed(body: bytes) -> Element:
    try:
        root: Element = fromstring(body, forbid_dtd=True)
    except DefusedXmlException as error:
        raise NotADocument("it has a DTD or an entity of its own") from error
    except (ParseError, LookupError, ValueError) as error:
        raise NotADocument("it is not well-formed XML") from error
    level = [root]
    for _ in range(DEPTH_MAX):
        level = [child for element in level for child in element]
    if level:
        raise NotADocument(f"it has more than {DEPTH_MAX} levels")
    return root


class _Place(NamedTuple):
    name: str
    is_number: bool


def _places(value: Any) -> Iterator[_Place]:
    """Each element below `value` in the order of its schema, once it is what the schema asks."""
    for field in fields(value):
        content = getattr(value, field.name)
        found = content if isinstance(content, list) else [] if content is None else [content]
        if len(found) < field.metadata.get("min_occurs", 0):
            raise NotADocument(f"{field.metadata.get('name')} is missing")
        if len(found) > field.metadata.get("max_occurs", len(found)):
            raise NotADocument(f"{field.metadata.get('name')} comes too often")
        for each in found:
            yield from _place(field, each)


def _place(field: Field[Any], value: Any) -> Iterator[_Place]:
    says = field.metadata
    if says.get("type") == "Element":
        text = getattr(value, "value", value) if is_dataclass(value) else value
        yield _Place(says["name"], isinstance(text, Decimal))
    if is_dataclass(value):
        yield from _places(value)
    elif not _follows(value, field):
        raise NotADocument(f"{says.get('name', 'an amount')} is not what its schema asks")


def _follows(value: Any, field: Field[Any]) -> bool:
    says = field.metadata
    if isinstance(value, Decimal):
        return _counts(value, says.get("total_digits"), says.get("fraction_digits"))
    if isinstance(value, Enum) or not isinstance(value, str):
        return True
    return (
        says.get("min_length", 0) <= len(value) <= says.get("max_length", len(value))
        and re.fullmatch(says.get("pattern", ".*"), value, re.DOTALL) is not None
    )


def _counts(value: Decimal, total: int | None, fraction: int | None) -> bool:
    """True for a number that is no less than nothing and has no more digits than may be."""
    if not value.is_finite() or value < 0:
        return False
    _, digits, exponent = value.normalize().as_tuple()
    assert isinstance(exponent, int)
    behind = max(0, -exponent)
    before = max(0, len(digits) + exponent)
    return behind <= (behind if fraction is None else fraction) and (
        total is None or before + behind <= total
    )
