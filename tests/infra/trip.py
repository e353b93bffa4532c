"""A saga small enough to hold in the head: a flight, a visa, a hotel, the payment, the news."""

from uuid import UUID

from pydantic import BaseModel

from contracts.envelope import Command, Event, Message
from infra.sagas.table import Saga, Sends, Step


class Reserved(Message):
    place: str = ""


class Reserve(Command):
    reply = Reserved

    what: str


class GiveBack(Command):
    reply = Reserved

    what: str


class Ask(Command):
    reply = Reserved

    what: str


class Ended(Event):
    code: str | None = None
    places: tuple[str, ...] = ()

    @property
    def aggregate(self) -> str:
        return "trip:1"


AGENCY = "agency"  # who owns these commands
for _kind in (Reserve, GiveBack, Ask):
    _kind.owner = AGENCY


class Trip(BaseModel):
    places: tuple[str, ...] = ()


def learn(trip: Trip, answer: Reserved) -> Trip:
    return Trip(places=(*trip.places, answer.place))


def _reserve(what: str) -> Sends[Trip]:
    return Sends(Reserve, lambda trip: Reserve(what=what))


def _give_back(what: str) -> Sends[Trip]:
    return Sends(GiveBack, lambda trip: GiveBack(what=what))


TRIP = Saga[Trip](
    name="trip",
    version=1,
    data=Trip,
    steps=(
        Step(
            name="flight",
            do=_reserve("flight"),
            undo=_give_back("flight"),
            learn=learn,
            seconds=10,
        ),
        Step(name="visa", do=_reserve("visa"), seconds=10),
        Step(
            name="hotel",
            do=_reserve("hotel"),
            undo=_give_back("hotel"),
            learn=learn,
            seconds=10,
        ),
        Step(name="pay", do=_reserve("pay"), seconds=10, pivot=True),
        Step(name="tell", do=_reserve("tell"), seconds=10),
    ),
    completed=lambda trip: (Ended(places=trip.places),),
    failed=lambda trip, code, detail: (Ended(code=code),),
)
TRIP_ID = UUID(int=7)
YES = Reserved()
