"""How a message becomes an answer: declared by the answer's class, compiled when that is made.

A field of the answer comes from the message's field of its name; one of `MoneyText` called `x`
comes from `x_minor`, in the message's `currency`. `From` names another field, and what the message
has beyond that is hidden by name, so that whoever adds a field decides about it. Answers inside an
answer follow by their types. A declaration that cannot work ends the import.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial, reduce
from operator import attrgetter, or_
from types import NoneType, UnionType
from typing import Annotated, Any, TypeGuard, Union, get_args, get_origin

from pydantic import AwareDatetime, BaseModel

from contracts.money import Currency, format_minor
from gateway.money import MONEY

MINOR = "_minor"
CURRENCY = "currency"

Convert = Callable[[Any, Any], Any]  # what the message has and its currency -> what is told
Sources = Mapping[str, "From"]


class MisdeclaredError(TypeError):
    """An answer that cannot be made of its message as it says."""


@dataclass(frozen=True, slots=True)
class From:
    """`Annotated[UUID, From("entry_id")]`; `by` turns what is there into what is told."""

    field: str
    by: Callable[[Any], Any] | None = None


class Telling:
    """The way from messages of one class to answers of one class."""

    def __init__(
        self,
        answer: type[BaseModel],
        message: type[BaseModel],
        hides: frozenset[str] = frozenset(),
        *,
        borrows_currency: bool = False,
    ) -> None:
        self._answer, self._message, self._hides = answer, message, hides
        self.borrows_currency = borrows_currency
        sources = dict(_sources(answer, message))
        shown = {source.field for source in sources.values()}
        self._refuse(message, (message.model_fields.keys() - shown - hides) | (shown & hides))
        self._has_currency = CURRENCY in message.model_fields
        if not (self._has_currency or borrows_currency) and _needs_currency(answer):
            raise MisdeclaredError(f"{answer.__name__}: {message.__name__} has no {CURRENCY}")
        self._names = tuple(sources)
        self._read = _reader([source.field for source in sources.values()])
        self._validate = answer.__pydantic_validator__.validate_python
        self._converts = tuple(_converts(answer, message, sources))

    def __call__(self, message: Any, currency: Currency | None = None) -> Any:
        """The answer; `currency` is that of what the message is a part of."""
        if self._has_currency:
            currency = message.currency
        told = dict(zip(self._names, self._read(message), strict=True))
        for name, convert in self._converts:
            told[name] = convert(told[name], currency)
        return self._validate(told)

    def require(self, message: Any) -> None:
        """Raises MisdeclaredError unless it tells all messages of this class."""
        if not (_is_model(message) and issubclass(message, self._message)):
            raise MisdeclaredError(f"{self._answer.__name__} does not tell {message}")
        more = message.model_fields.keys() - self._message.model_fields.keys()
        self._refuse(message, more - self._hides)

    def _refuse(self, message: type[BaseModel], undecided: set[str]) -> None:
        if undecided:
            why = f"of {message.__name__}, {sorted(undecided)} must be either shown or hidden"
            raise MisdeclaredError(f"{self._answer.__name__}: {why}")


def telling_of(answer: Any) -> Telling | None:
    """How a class of answers is told; None for any other type."""
    telling = getattr(answer, "telling", None) if _is_model(answer) else None
    return telling if isinstance(telling, Telling) else None


def _sources(answer: type[BaseModel], message: type[BaseModel]) -> Iterator[tuple[str, From]]:
    """Where each field comes from; one that has a default may come from nowhere."""
    for name, field in answer.model_fields.items():
        declared = [each for each in field.metadata if isinstance(each, From)]
        found = [From(each) for each in (name, name + MINOR) if each in message.model_fields]
        source = next(iter(declared + found), None)
        if source is not None and source.field in message.model_fields:
            yield name, source
        elif source is not None or field.is_required():
            raise MisdeclaredError(f"{answer.__name__}.{name}: not in {message.__name__}")


def _converts(
    answer: type[BaseModel], message: type[BaseModel], sources: Sources
) -> Iterator[tuple[str, Convert]]:
    """The fields that are not told as they are."""
    for name, source in sources.items():
        try:
            convert = _convert(source, _type_of(answer, name), _type_of(message, source.field))
        except MisdeclaredError as error:
            raise MisdeclaredError(f"{answer.__name__}.{name}: {error}") from error
        if convert is not None:
            yield name, convert


def _convert(source: From, target: Any, found: Any) -> Convert | None:
    is_minor, is_money = source.field.endswith(MINOR), any(map(_is_money, _leaves(target)))
    may_differ = is_minor and source.by is not None and int not in _leaves(target)
    if is_minor != is_money and not may_differ:
        raise MisdeclaredError(f"{source.field} cannot be told as {target}")
    if source.by is None:
        return _way(found, target)
    return partial(_minor_by if is_money else _by, source.by)


def _way(found: Any, target: Any) -> Convert | None:
    """How what is found becomes what is told; None: it is told as it is."""
    if _is_money(target) and _bare(found) is int:
        return format_minor
    found, target = _bare(found), _bare(target)
    inner = _inner_way(found, target)
    if inner is None and not _fits(found, target):
        raise MisdeclaredError(f"{found} cannot be told as {target}")
    return inner


def _inner_way(found: Any, target: Any) -> Convert | None:
    telling = telling_of(target)
    if telling is not None:
        telling.require(found)
        return telling
    if NoneType in get_args(target):
        way = _way(_without_none(found), _without_none(target))
        return way and partial(_unless_none, way)
    if get_origin(target) is tuple is get_origin(found):
        way = _way(get_args(found)[0], get_args(target)[0])
        return way and partial(_each, way)
    if get_origin(target) is dict is get_origin(found):
        way = _way(get_args(found)[1], get_args(target)[1])
        return way and partial(_each_value, way)
    return None


def _minor_by(by: Callable[[Any], Any], minor: Any, currency: Any) -> Any:
    return format_minor(by(minor), currency)


def _by(by: Callable[[Any], Any], value: Any, _: Any) -> Any:
    return by(value)


def _unless_none(way: Convert, value: Any, currency: Any) -> Any:
    return None if value is None else way(value, currency)


def _each(way: Convert, values: Any, currency: Any) -> Any:
    return tuple([way(value, currency) for value in values])


def _each_value(way: Convert, values: Any, currency: Any) -> Any:
    return {key: way(value, currency) for key, value in values.items()}


def _fits(found: Any, target: Any) -> bool:
    """Every value of type `found` is one of type `target`."""
    found, target = _bare(found), _bare(target)
    if target is Any or found == target:
        return True
    if _is_union(found):
        return all(_fits(each, target) for each in get_args(found))
    if _is_union(target):
        return any(_fits(found, each) for each in get_args(target))
    if get_origin(target) is not None:
        is_alike = get_origin(found) is get_origin(target)
        return is_alike and all(map(_fits, get_args(found), get_args(target)))
    return isinstance(found, type) and isinstance(target, type) and issubclass(found, target)


def _reader(fields: list[str]) -> Callable[[Any], tuple[Any, ...]]:
    read = attrgetter(*fields)
    return read if len(fields) > 1 else lambda message: (read(message),)


def _needs_currency(answer: type[BaseModel]) -> bool:
    leaves = [leaf for name in answer.model_fields for leaf in _leaves(_type_of(answer, name))]
    tellings = (telling_of(leaf) for leaf in leaves)
    return any(map(_is_money, leaves)) or any(each.borrows_currency for each in tellings if each)


def _leaves(hint: Any) -> Iterator[Any]:
    """`int` and `None` of `int | None`, `X` of `tuple[X, ...]`."""
    inner = () if _is_money(hint) else get_args(_bare(hint))
    if not inner:
        yield hint if _is_money(hint) else _bare(hint)
    for each in inner:
        yield from _leaves(each)


def _type_of(model: type[BaseModel], name: str) -> Any:
    field = model.model_fields[name]
    return Annotated[(field.annotation, *field.metadata)] if field.metadata else field.annotation


def _bare(hint: Any) -> Any:
    bare = get_args(hint)[0] if get_origin(hint) is Annotated else hint
    return datetime if bare is AwareDatetime else bare


def _is_money(hint: Any) -> bool:
    return get_origin(hint) is Annotated and MONEY in get_args(hint)


def _is_union(hint: Any) -> bool:
    return get_origin(hint) in (Union, UnionType)


def _without_none(hint: Any) -> Any:
    inner = tuple(each for each in get_args(hint) if each is not NoneType)
    return reduce(or_, inner) if _is_union(hint) else hint


def _is_model(hint: Any) -> TypeGuard[type[BaseModel]]:
    return isinstance(hint, type) and issubclass(hint, BaseModel)
