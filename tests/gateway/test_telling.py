"""How an answer is made of its message, and what ends the import of one that cannot be made."""

from collections.abc import Callable
from typing import Annotated

import pytest
from pydantic import BaseModel, ConfigDict

from contracts.envelope import Message
from contracts.money import Currency
from gateway.money import MoneyText
from gateway.routing import Part
from gateway.schemas import Answer
from gateway.telling import From, MisdeclaredError


class Piece(BaseModel):
    name: str
    share_minor: int


class Cake(BaseModel):
    cake_id: int
    price_minor: int
    discount_minor: int | None
    limits_minor: dict[str, int]
    currency: Currency
    note: str | None
    pieces: tuple[Piece, ...]


class BakedCake(Cake):
    baker: str


class CakeBaked(Message):
    model_config = ConfigDict(frozen=True)
    owner = "bakery"

    cake: Cake
    oven: int


class PieceAnswer(Answer):
    tells = Piece
    borrows_currency = True

    name: str
    share: MoneyText


class CakeAnswer(Answer):
    tells = Cake
    hides = frozenset({"note"})

    id: Annotated[int, From("cake_id")]
    kind: str = "cake"
    price: MoneyText
    is_dear: Annotated[bool, From("price_minor", lambda minor: minor > 1_000)]
    discount: Annotated[MoneyText | None, From("discount_minor")]
    limits: dict[str, MoneyText]
    currency: Currency
    pieces: tuple[PieceAnswer, ...]


CAKE = Cake(
    cake_id=7, price_minor=-1_500, discount_minor=None, limits_minor={"day": 5},
    currency=Currency.KWD, note="for Bob", pieces=(Piece(name="half", share_minor=750),),
)  # fmt: skip


def test_names_are_followed_and_amounts_are_text_in_the_currency_of_the_message() -> None:
    assert CakeAnswer.about(CAKE).model_dump() == {
        "id": 7,
        "kind": "cake",
        "price": "-1.500",
        "is_dear": False,
        "discount": None,
        "limits": {"day": "0.005"},
        "currency": "KWD",
        "pieces": ({"name": "half", "share": "0.750"},),
    }


def test_a_part_of_a_reply_is_told_without_the_rest() -> None:
    part = Part("cake", CakeAnswer, hides=frozenset({"oven"}))
    part.require(CakeBaked)

    assert part.about(CakeBaked(cake=CAKE, oven=3)) == CakeAnswer.about(CAKE)


def _from_nowhere() -> None:
    class _(Answer):
        tells = Piece
        borrows_currency = True
        name: str
        share: MoneyText
        colour: str


def _from_another_name_that_is_not_there() -> None:
    class _(Answer):
        tells = Piece
        borrows_currency = True
        name: Annotated[str, From("title")]
        share: MoneyText


def _a_field_nobody_decided_about() -> None:
    class _(Answer):
        tells = Piece
        name: str


def _shown_and_hidden() -> None:
    class _(Answer):
        tells = Piece
        hides = frozenset({"share_minor", "name"})
        name: str


def _minor_units_as_they_are() -> None:
    class _(Answer):
        tells = Piece
        name: str
        share_minor: int


def _minor_units_under_another_name() -> None:
    class _(Answer):
        tells = Piece
        name: str
        share: Annotated[int, From("share_minor")]


def _minor_units_reckoned_with() -> None:
    class _(Answer):
        tells = Piece
        name: str
        share: Annotated[int | None, From("share_minor", abs)]


def _an_amount_without_a_currency() -> None:
    class _(Answer):
        tells = Piece
        name: str
        share: MoneyText


def _amounts_inside_without_a_currency() -> None:
    class Plate(BaseModel):
        pieces: tuple[Piece, ...]

    class _(Answer):
        tells = Plate
        pieces: tuple[PieceAnswer, ...]


def _an_amount_that_is_not_in_minor_units() -> None:
    class _(Answer):
        tells = Piece
        hides = frozenset({"share_minor"})
        borrows_currency = True
        name: MoneyText


def _none_where_there_must_be_something() -> None:
    class Told(BaseModel):
        note: str | None

    class _(Answer):
        tells = Told
        note: str


def _an_answer_about_something_else() -> None:
    class Told(BaseModel):
        pieces: tuple[Cake, ...]
        currency: Currency

    class _(Answer):
        tells = Told
        pieces: tuple[PieceAnswer, ...]
        currency: Currency


def _another_message() -> None:
    CakeAnswer.require(Piece)


def _more_than_was_decided_about() -> None:
    CakeAnswer.require(BakedCake)


def _a_part_alone() -> None:
    PieceAnswer.require(Piece)


def _a_part_whose_rest_nobody_decided_about() -> None:
    Part("cake", CakeAnswer).require(CakeBaked)


@pytest.mark.parametrize(
    "declare",
    [
        _from_nowhere,
        _from_another_name_that_is_not_there,
        _a_field_nobody_decided_about,
        _shown_and_hidden,
        _minor_units_as_they_are,
        _minor_units_under_another_name,
        _minor_units_reckoned_with,
        _an_amount_without_a_currency,
        _amounts_inside_without_a_currency,
        _an_amount_that_is_not_in_minor_units,
        _none_where_there_must_be_something,
        _an_answer_about_something_else,
        _another_message,
        _more_than_was_decided_about,
        _a_part_alone,
        _a_part_whose_rest_nobody_decided_about,
    ],
)
def test_what_cannot_be_told_is_refused_before_anybody_asks(declare: Callable[[], None]) -> None:
    with pytest.raises(MisdeclaredError):
        declare()
