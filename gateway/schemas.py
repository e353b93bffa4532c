"""What HTTP bodies have in common, and the field types that several of them use."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, ClassVar, Generic, Self, TypeVar
from uuid import UUID

from fastapi import Path, Query, Response
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictInt
from pydantic_core import PydanticCustomError

from contracts.words import Cursor, PageSize
from contracts.words import Moment as UtcMoment
from gateway.telling import MisdeclaredError, Telling, telling_of

JSON = "application/json"
NO_RULE: Mapping[str, Any] = {}

_ROW = re.compile(r"[1-9][0-9]*")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_TRUTH = re.compile(r"true|false")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class Body(BaseModel):
    """What a caller sends; a field we do not know is a mistake of his, never ignored."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Answer(BaseModel):
    """What a caller is told; gateway/telling.py has how it is made of the message it `tells`."""

    model_config = ConfigDict(frozen=True)

    tells: ClassVar[type[BaseModel] | None] = None
    hides: ClassVar[frozenset[str]] = frozenset()  # fields of the message
    borrows_currency: ClassVar[bool] = False  # its message's is that of what it is a part of
    telling: ClassVar[Telling]
    location: ClassVar[str | None] = None  # where a created thing is, by its own fields
    more_headers: ClassVar[tuple[str, ...]] = ()  # that its route may add

    @classmethod
    def __pydantic_init_subclass__(cls, **_: object) -> None:
        if cls.tells is not None:
            cls.telling = Telling(cls, cls.tells, cls.hides, borrows_currency=cls.borrows_currency)

    @classmethod
    def require(cls, message: Any) -> None:
        """Raises MisdeclaredError unless it tells messages of this class, each by itself."""
        telling = telling_of(cls)
        if telling is None or cls.borrows_currency:
            raise MisdeclaredError(f"{cls.__name__} tells no message by itself")
        telling.require(message)

    @classmethod
    def about(cls, message: BaseModel) -> Self:
        """The answer that tells this message."""
        answer = cls.telling(message)
        assert isinstance(answer, cls)
        return answer

    @property
    def etag(self) -> str | None:
        """The version of what may be changed with If-Match."""
        return None

    @classmethod
    def header_names(cls, status: int) -> list[str]:
        """What `response` may send beside the body, for the document."""
        has_location = status == 201 and cls.location is not None
        has_etag = cls.etag is not Answer.etag
        return ["Location"] * has_location + ["ETag"] * has_etag + list(cls.more_headers)

    def response(self, status: int, headers: Mapping[str, str] | None = None) -> Response:
        headers = dict(headers or {})
        if status == 201 and self.location:
            headers["Location"] = self.location.format_map(self.__dict__)
        if self.etag:
            headers["ETag"] = self.etag
        body = self.__pydantic_serializer__.to_json(self)
        return Response(body, status, headers=headers, media_type=JSON)


def example(rule: Mapping[str, Any] = NO_RULE, /, **fields: Any) -> ConfigDict:
    """The configuration of a model that shows these fields in the OpenAPI document, and beside them
    a rule about several of its fields."""
    return ConfigDict(json_schema_extra={**rule, "examples": [fields]})


def _written_date(value: Any) -> Any:
    """Pydantic would also take a number of seconds for a date."""
    if isinstance(value, date) or (isinstance(value, str) and _DATE.fullmatch(value)):
        return value
    raise PydanticCustomError("date_text", "A date is written YYYY-MM-DD.")


def _written_moment(value: Any) -> Any:
    if isinstance(value, str) and _DATE.match(value):
        return value
    raise PydanticCustomError("moment_text", "A time is written in RFC 3339, with its offset.")


def _written_as(form: re.Pattern[str]) -> BeforeValidator:
    """One spelling for each value of an address or an id: the same key under another one would be
    another call."""

    def check(value: Any) -> Any:
        if isinstance(value, str) and form.fullmatch(value):
            return value
        raise PydanticCustomError("one_spelling", "This is not how the value is written.")

    return BeforeValidator(check)


IsoDate = Annotated[date, BeforeValidator(_written_date)]
Moment = Annotated[UtcMoment, BeforeValidator(_written_moment)]
RowId = Annotated[StrictInt, Field(ge=1, le=2**53)]

Limit = Annotated[PageSize, _written_as(_ROW), Query(description="How many items, at most.")]
After = Annotated[
    Cursor | None, Query(description="`next_cursor` of the page before, to go on from there.")
]
FromDate = Annotated[IsoDate | None, Query(alias="from", description="First booking date.")]
ToDate = Annotated[IsoDate | None, Query(alias="to", description="Last booking date.")]
AsOf = Annotated[IsoDate | None, Query(description="At the end of this business date.")]

AccountPath = Annotated[str, Path(pattern=r"^[A-Za-z0-9-]{4,34}$", examples=["AC-20250709-123456"])]
UuidPath = Annotated[UUID, _written_as(_UUID)]
RowPath = Annotated[int, Field(ge=1, le=2**53), _written_as(_ROW), Path(examples=[1])]
RowFilter = Annotated[Annotated[int, Field(ge=1, le=2**53)] | None, _written_as(_ROW), Query()]
TruthFilter = Annotated[bool | None, _written_as(_TRUTH), Query()]


T = TypeVar("T")


class Page(Answer, Generic[T]):
    """Newest first; `next_cursor` is null on the last page."""

    items: tuple[T, ...]
    next_cursor: str | None
