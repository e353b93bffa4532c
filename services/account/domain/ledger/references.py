"""References: the names under which money moves once and never again."""

from hashlib import blake2b
from uuid import UUID

from contracts.account.movements import EntryItem, PostEntry
from contracts.account.values import EntryKind, Leg
from infra.handling.context import Context
from services.account.domain.ledger.books import Books
from services.account.domain.refusals import AlreadyBooked


def reference_of(kind: EntryKind, message_id: UUID) -> str:
    """The id of the message behind the entry, after `DEP-`, `WIT-`, `TRA-`, `CAP-` or `REV-`."""
    return f"{kind[:3]}-{message_id.hex}"


def own_reference(books: Books, kind: EntryKind, context: Context) -> str:
    """The reference of an entry whose sender chose none: unique because its message is.

    Raises:
        AlreadyBooked: the message is older than our memory of answers, but not than the ledger's.
    """
    reference = reference_of(kind, context.message_id)
    if reference in books.posted:
        raise AlreadyBooked
    return reference


def fingerprint_of(item: PostEntry | EntryItem) -> bytes:
    """Equal for equal content; kept with the entry, to tell a repeat from a reused reference."""
    # Tabs part the fields, because no field can contain one.
    legs = "\t".join([_leg(leg) for leg in item.legs])
    content = f"{item.kind}\t{item.currency}\t{item.value_date}\t{item.description}\t{legs}"
    return blake2b(content.encode(), digest_size=16).digest()


def _leg(leg: Leg) -> str:
    """What a leg names beside its account and amount is written as a pair `name=value`: so one that
    names nothing looks as it did before there was anything to name."""
    named = [("currency", leg.currency), ("branch", leg.branch_code), ("product", leg.product_code)]
    marks = "".join([f"\t{name}={value}" for name, value in named if value is not None])
    return f"{leg.account_number}\t{leg.amount_minor}{marks}"
