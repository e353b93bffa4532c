"""What another bank asks for that it has paid to a customer of ours: taken, answered, given back.

    recalled-money: place-hold      the pivot; a no of the books is told as our no
                    capture-hold    from the customer into the clearing of the rail

    ...-recall-yes: answer-rail     that it comes: told until the rail has it
                    give-back       our return: told until the rail has it

    ...-recall-no:  answer-rail     that it does not come, and why

One of the last two follows the first, under the id of the recall, or stands alone.
"""

from uuid import UUID, uuid5

from pydantic import BaseModel, ConfigDict

from contracts import rail
from contracts.account.holds import CaptureHold, PlaceHold
from contracts.account.values import EntryKind
from contracts.money import Money
from contracts.payment.incoming_recalls import RecallRefusalCode
from contracts.payment.values import Rail
from contracts.rail.recalls import CreditReturn, RecallArrival, RecallReply, key_of
from contracts.rail.said import Said
from infra.sagas.table import Meaning, Saga, Sends, Step
from services.payment.domain.settling import clearing_line
from services.payment.sagas.batches import says_nothing
from services.payment.sagas.paying import line_of
from services.payment.settings import PaymentSettings

SAID = {Rail(said.name): said for said in rail.RAILS}
ARRIVED = {said.recalls.arrived: name for name, said in SAID.items()}
RECALLED = "recalled"  # the reason of our return


class AskedOfUs(BaseModel):
    """What came, as it is kept and as its runs know it, and what we say of it."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    key: UUID  # ours
    rail: Rail
    recall_id: UUID  # the other bank's
    transfer_id: UUID
    amount: Money
    code: str
    detail: str
    answer_code: RecallRefusalCode | None = None  # None: we give it back

    @property
    def taking_id(self) -> UUID:
        """Of the run that takes it from the customer, and of its hold."""
        return uuid5(self.key, "taking")


class Taking(BaseModel):
    """What the run knows that takes the amount: from which account, and who had paid it in."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    asked: AskedOfUs
    account_number: str
    rail_reference: str
    remitter: str

    @property
    def text(self) -> str:
        """What the customer reads on his statement."""
        return line_of(self.asked.rail, self.rail_reference, RECALLED, self.remitter)


def asked_of(arrival: RecallArrival) -> AskedOfUs:
    """What came, as it is kept."""
    name = ARRIVED[type(arrival)]
    return AskedOfUs(key=key_of(arrival.recall_id, name), rail=name, **dict(arrival))


def taking_saga(settings: PaymentSettings) -> Saga[Taking]:
    """The saga that takes the amount from a customer; a refused hold ends it with nothing moved."""
    seconds = settings.account_seconds
    hold = Step(name="place-hold", do=Sends(PlaceHold, _hold), pivot=True, seconds=seconds)
    capture = Step(name="capture-hold", do=Sends(CaptureHold, _capture), seconds=seconds)
    return Saga(
        name="recalled-money",
        version=1,
        data=Taking,
        steps=(hold, capture),
        completed=says_nothing,
        failed=says_nothing,
        seconds_max=settings.seconds_max,
    )


def agreeing_sagas(settings: PaymentSettings) -> dict[Rail, Saga[AskedOfUs]]:
    """The saga of each rail for what was taken from the customer."""
    return {
        name: _saga(f"{name.lower()}-recall-yes", settings, _answer(name, said, settings),
                    _give_back(name, said, settings))
        for name, said in SAID.items()
    }  # fmt: skip


def declining_sagas(settings: PaymentSettings) -> dict[Rail, Saga[AskedOfUs]]:
    """The saga of each rail for what is not given back."""
    return {
        name: _saga(f"{name.lower()}-recall-no", settings, _answer(name, said, settings))
        for name, said in SAID.items()
    }


def reply_of(asked: AskedOfUs) -> RecallReply:
    """What the other bank is told of it."""
    return SAID[asked.rail].recalls.answer(
        recall_id=asked.recall_id, transfer_id=asked.transfer_id, code=asked.answer_code
    )


def _saga(name: str, settings: PaymentSettings, *steps: Step[AskedOfUs]) -> Saga[AskedOfUs]:
    return Saga(
        name=name,
        version=1,
        data=AskedOfUs,
        steps=steps,
        completed=says_nothing,
        failed=says_nothing,
        seconds_max=settings.seconds_max,
    )


def _answer(name: Rail, said: Said, settings: PaymentSettings) -> Step[AskedOfUs]:
    return Step(
        name="answer-rail",
        do=Sends(said.recalls.answer, reply_of),
        pivot=True,
        seconds=settings.rail_seconds,
        answers={said.recalls.answered: Meaning.DONE},
        answered_run=lambda acknowledged: key_of(acknowledged.recall_id, name),
    )


def _give_back(name: Rail, said: Said, settings: PaymentSettings) -> Step[AskedOfUs]:
    def give_back(asked: AskedOfUs) -> CreditReturn:
        return said.recalls.give_back(
            return_id=asked.key,
            transfer_id=asked.transfer_id,
            amount=asked.amount,
            code=RECALLED,
        )

    return Step(
        name="give-back",
        do=Sends(said.recalls.give_back, give_back),
        seconds=settings.rail_seconds,
        answers={said.recalls.given_back: Meaning.DONE},
        answered_run=lambda acknowledged: acknowledged.return_id,
    )


def _hold(data: Taking) -> PlaceHold:
    return PlaceHold(
        hold_id=data.asked.taking_id,
        account_number=data.account_number,
        amount=data.asked.amount,
        reason=data.text,
    )


def _capture(data: Taking) -> CaptureHold:
    return CaptureHold(
        hold_id=data.asked.taking_id,
        to_account=clearing_line(data.asked.rail, data.asked.amount.currency),
        amount=data.asked.amount,
        kind=EntryKind.PAYMENT,
        description=data.text,
    )
