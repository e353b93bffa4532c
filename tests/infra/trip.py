"""A saga small enough to hold in the head: a flight, a visa, a hotel, the payment, the news."""

from uuid import UUID

from pydantic import BaseModel

from contracts.envelope import Command, Event, Message
from infra.sagas.table import Saga, Step


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


TRIP = Saga[Trip](
    name="trip",
    version=1,
    data=Trip,
    steps=(
        Step(
            name="flight",
            do=lambda trip: Reserve(what="flight"),
            undo=lambda trip: GiveBack(what="flight"),
            learn=learn,
            seconds=10,
        ),
        Step(name="visa", do=lambda trip: Reserve(what="visa"), seconds=10),
        Step(
            name="hotel",
            do=lambda trip: Reserve(what="hotel"),
            undo=lambda trip: GiveBack(what="hotel"),
            learn=learn,
            seconds=10,
        ),
        Step(name="pay", do=lambda trip: Reserve(what="pay"), seconds=10, pivot=True),
        Step(name="tell", do=lambda trip: Reserve(what="tell"), seconds=10),
    ),
    completed=lambda trip: Ended(places=trip.places),
    failed=lambda trip, code, detail: Ended(code=code),
)
TRIP_ID = UUID(int=7)
YES = Reserved()
