"""What is shown in a document is compared with what was answered, field by field."""

from typing import Any

import pytest

from tests.system.transcript import Block, agrees, blocks_of

PAGE = """
```bash
curl -i one
```

```http
HTTP/1.1 201 Created
ETag: "1"

{"a": 1}
```

```bash
NAME=value
```

```bash
curl two
```

```jsonc
// 404
{"code": "…"}
```
"""


@pytest.mark.parametrize(
    ("shown", "real"),
    [
        ("…", None),
        ("AC-…-1", "AC-7-1"),
        ({"a": 1, "…": "…"}, {"a": 1, "b": 2}),
        ([1, "…"], [1, 2, 3]),
        ([{"a": "…"}], [{"a": 5, "b": 6}]),
    ],
)
def test_what_is_left_out_may_be_anything(shown: Any, real: Any) -> None:
    assert agrees(shown, real)


@pytest.mark.parametrize(
    ("shown", "real"),
    [
        ("AC-…", "GL-1"),
        ("AC-…", 7),
        ({"a": 1}, {"a": 2}),
        ({"a": "…"}, {"b": 1}),
        ([1], [1, 2]),
        ([1, 2, "…"], [1]),
        ({"a": 1}, "text"),
        ([1], None),
    ],
)
def test_what_is_shown_must_be_there(shown: Any, real: Any) -> None:
    assert not agrees(shown, real)


def test_a_page_is_its_commands_and_their_answers() -> None:
    assert blocks_of(PAGE) == [
        Block("curl -i one\n", 201, ('ETag: "1"',), {"a": 1}),
        Block("NAME=value\n", None, (), "…"),
        Block("curl two\n", 404, (), {"code": "…"}),
    ]
