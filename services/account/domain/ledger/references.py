"""References: the names under which money moves once and never again."""

from hashlib import blake2b
from uuid import UUID

from contracts.account.movements import EntryItem, PostEntry
from contracts.account.values import EntryKind
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
    legs = "\t".join([f"{leg.account_number}\t{leg.amount_minor}" for leg in item.legs])
    content = f"{item.kind}\t{item.currency}\t{item.value_date}\t{item.description}\t{legs}"
    return blake2b(content.encode(), digest_size=16).digest()
