"""Gives every field and parameter of the OpenAPI document its meaning and its unit.

The meaning is the field's own description, or what `gateway.words` says of its name; the unit
is that of its type, which says it once in `x-unit`.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from gateway.words.exceptions import OF_SCHEMA, PARAMETERS
from gateway.words.fields import FIELDS

UNIT = "x-unit"  # of a type, in its JSON schema
UNITS_OF_FORMATS = {"date": "A date, YYYY-MM-DD.", "date-time": "RFC 3339, answered in UTC."}

Schema = dict[str, Any]


def describe_fields(document: Schema) -> None:
    """Complete the document in place; what nobody describes is left as it is, for a law to find."""
    for schema, name, field in fields_of(document):
        meaning = field.get("description") or OF_SCHEMA.get((schema, name)) or FIELDS.get(name)
        if meaning is not None:
            shown = document["components"]["schemas"][schema]
            is_sent = not schema.endswith("Answer")
            is_optional = is_sent and name not in shown.get("required", ())
            meaning = _fitting(meaning, field, is_optional=is_optional)
            field["description"] = _with_unit(meaning, field)
    for parameter in parameters_of(document):
        of_its_own = PARAMETERS.get((parameter["in"], parameter["name"]))
        meaning = parameter.get("description") or of_its_own
        if meaning is not None:
            parameter["description"] = _with_unit(meaning, parameter["schema"])


def fields_of(document: Schema) -> Iterator[tuple[str, str, Schema]]:
    """Schema, name and shape of every field there is."""
    for schema, shown in document["components"]["schemas"].items():
        for name, field in shown.get("properties", {}).items():
            yield schema, name, field


def parameters_of(document: Schema) -> Iterator[Schema]:
    for methods in document["paths"].values():
        for operation in methods.values():
            yield from operation.get("parameters", ())


def units_of(schema: Mapping[str, Any]) -> list[str]:
    """The units of all that a field may be, each once."""
    own = schema.get(UNIT) or UNITS_OF_FORMATS.get(schema.get("format", ""))
    if own:
        return [own]
    parts = [*schema.get("anyOf", ()), schema.get("items"), schema.get("additionalProperties")]
    found = (unit for part in parts if isinstance(part, dict) for unit in units_of(part))
    return list(dict.fromkeys(found))


def _fitting(meaning: str, field: Schema, *, is_optional: bool) -> str:
    """The meaning without what is said of null or of leaving out where there is no such thing."""
    if {"type": "null"} not in field.get("anyOf", ()):
        meaning = re.sub(r"; null: [^.]*", "", meaning)
    return meaning if is_optional else re.sub(r"; left out: [^.]*", "", meaning)


def _with_unit(meaning: str, schema: Schema) -> str:
    return " ".join([meaning, *units_of(schema)])
