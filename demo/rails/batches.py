"""How the other banks behave over a rail that takes batches.

Each transfer is judged as if it had come by itself. Of a batch as a whole:

    one that ends with 0004   nothing is said of the batch until somebody asks
    one that ends with 0005   the first submission is lost with all that is in it
    a wrong net amount        the batch is refused, and each of its transfers is returned
    all others                settled at once
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from uuid import UUID

from contracts.rail.batches import BatchInquiry, BatchSubmission
from contracts.rail.bodies import Credit, Inquiry
from contracts.rail.credits import CreditAnswer
from contracts.rail.payees import PayeeQuestion
from contracts.rail.recalls import CreditReturn, RecallReply, RecallRequest
from contracts.rail.said import Order
from demo.rails.behaviour import Behaviour, Reaction, Record, behaviour_of, known, react
from demo.rails.payees import tell
from demo.rails.recalls import react_to_recall
from demo.rails.side import Side

NET_DIFFERS = ("net-differs", "The net amount is not the sum of the transfers.")
Recall = Callable[[UUID], Record | None]


def react_to(side: Side, order: Order, recall: Recall, now: float) -> Iterator[Reaction]:
    """The reactions to one message; to a batch, that to it and to each transfer in it."""
    if isinstance(order, Credit | Inquiry):
        yield react(side, order, recall(order.transfer_id), now)
        return
    if isinstance(order, PayeeQuestion):
        yield tell(side, order, now)
        return
    if isinstance(order, CreditAnswer):
        yield Reaction(Record(order.transfer_id), (side.acknowledged(order),))
        return
    if isinstance(order, RecallReply):
        yield Reaction(Record(order.recall_id), (side.has_reply(order),))
        return
    if isinstance(order, CreditReturn):
        yield Reaction(Record(order.return_id), (side.has_return(order),))
        return
    if isinstance(order, RecallRequest):
        yield react_to_recall(side, order, recall, now)
        return
    record = recall(order.batch_id) or Record(order.batch_id)
    if isinstance(order, BatchInquiry):
        yield Reaction(record, known(record, side.unaware_of_batch(order.batch_id), now))
    else:
        yield from _take(
            side, order, replace(record, submissions=record.submissions + 1), recall, now
        )


def _take(
    side: Side, batch: BatchSubmission, record: Record, recall: Recall, now: float
) -> Iterator[Reaction]:
    manners = {behaviour_of(each.goes_to) for each in batch.transfers}
    is_silent = Behaviour.IS_SILENT in manners
    if record.verdict is not None:
        yield Reaction(record, () if is_silent else (record.verdict,))
    elif Behaviour.LOSES_FIRST in manners and record.submissions == 1:
        yield Reaction(record)
    elif batch.net_minor != sum(each.amount.minor for each in batch.transfers):
        yield from _refuse(side, batch, record, now)
    else:
        verdict = side.settled_batch(batch.batch_id)
        taken = replace(record, verdict=verdict, answers_from=now)
        yield Reaction(taken, () if is_silent else (verdict,))
        for each in batch.transfers:
            # What was lost with the whole batch was submitted as often as the batch.
            its_own = recall(each.transfer_id) or Record(each.transfer_id)
            submissions = max(its_own.submissions, record.submissions - 1)
            yield react(side, each, replace(its_own, submissions=submissions), now)


def _refuse(side: Side, batch: BatchSubmission, record: Record, now: float) -> Iterator[Reaction]:
    verdict = side.refused_batch(batch.batch_id, *NET_DIFFERS)
    yield Reaction(replace(record, verdict=verdict, answers_from=now), (verdict,))
    for each in batch.transfers:
        returned = side.refused(each.transfer_id, *NET_DIFFERS)
        yield Reaction(Record(each.transfer_id, 1, returned, now), (returned,))
