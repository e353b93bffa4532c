"""Every field and every parameter of the HTTP API says what it means, and in which unit."""

import re

from gateway.app import app
from gateway.describing import UNIT, UNITS_OF_FORMATS, fields_of, parameters_of, units_of
from gateway.words.exceptions import OF_SCHEMA, PARAMETERS
from gateway.words.fields import FIELDS

DOCUMENT = app.openapi()
SCHEMAS = DOCUMENT["components"]["schemas"]
# Whoever reads a whole number has to know what it counts.
COUNTED = re.compile(r"\b(how many|seconds|place|number|version|id|http status)\b", re.IGNORECASE)


def test_every_schema_says_what_it_is() -> None:
    assert [name for name, schema in SCHEMAS.items() if not schema.get("description")] == []


def test_every_field_says_what_it_means() -> None:
    assert [(schema, name) for schema, name, field in fields_of(DOCUMENT) if not _says(field)] == []


def test_every_parameter_and_every_header_says_what_it_means() -> None:
    silent = [each["name"] for each in parameters_of(DOCUMENT) if not _says(each)]
    headers = [
        (path, name)
        for path, calls in DOCUMENT["paths"].items()
        for call in calls.values()
        for response in call["responses"].values()
        for name, header in response.get("headers", {}).items()
        if not _says(header)
    ]

    assert (silent, headers) == ([], [])


def test_money_dates_and_times_say_in_which_form_they_are() -> None:
    shapes = [(field, field) for _, _, field in fields_of(DOCUMENT)]
    shapes += [(each, each["schema"]) for each in parameters_of(DOCUMENT)]
    told = {unit for described, shape in shapes for unit in units_of(shape)}

    assert told >= set(UNITS_OF_FORMATS.values())
    assert any("Decimal text" in unit for unit in told)
    for described, shape in shapes:
        assert all(unit in described["description"] for unit in units_of(shape))


def test_a_whole_number_says_what_it_counts() -> None:
    uncounted = [
        (schema, name)
        for schema, name, field in fields_of(DOCUMENT)
        if any(form.get("type") == "integer" for form in field.get("anyOf", [field]))
        if not COUNTED.search(field["description"])
    ]

    assert uncounted == []


def test_a_text_that_must_be_a_number_has_a_unit_or_says_percent() -> None:
    numbers = [
        (schema, name)
        for schema, name, field in fields_of(DOCUMENT)
        if any(form.get("pattern", "").startswith(("^[0-9]", "^-?[0-9]")) for form in _forms(field))
        if not (units_of(field) or "percent" in field["description"])
    ]

    assert numbers == []


def test_no_description_is_of_something_that_is_not_there() -> None:
    names = {name for _, name, _ in fields_of(DOCUMENT)}
    fields = {(schema, name) for schema, name, _ in fields_of(DOCUMENT)}
    parameters = {(each["in"], each["name"]) for each in parameters_of(DOCUMENT)}

    assert FIELDS.keys() - names == set()
    assert OF_SCHEMA.keys() - fields == set()
    assert PARAMETERS.keys() - parameters == set()


def test_null_is_explained_only_where_it_may_be() -> None:
    for schema, name, field in fields_of(DOCUMENT):
        if "null: " in field["description"]:
            assert {"type": "null"} in field["anyOf"], (schema, name)
        assert UNIT not in field["description"]


def _forms(field: dict[str, object]) -> list[dict[str, str]]:
    forms = field.get("anyOf", [field])
    assert isinstance(forms, list)
    return forms


def _says(described: dict[str, object]) -> bool:
    """A sentence."""
    words = str(described.get("description") or "")
    return len(words) > 2 and words[0] in f"`8{words[0].upper()}"
