"""What an entry of a camt.053 says: its transactions, what matches it, and words for people."""

from pyiso20022.camt.camt_053_001_08 import EntryTransaction10, ReportEntry10

from gateway.bulk.documents import NOT_PROVIDED

DESCRIPTION_MAX = 140


def transactions_of(entry: ReportEntry10) -> list[EntryTransaction10]:
    """All transactions of an entry in order."""
    return [each for details in entry.ntry_dtls for each in details.tx_dtls]


def references_of(entry: ReportEntry10) -> tuple[str, tuple[str, ...]]:
    """What an entry is matched by: our own reference, as the central bank gives it back, or else
    its own; and with several transactions those of each, if each has one."""
    named = [_reference_of(each) for each in transactions_of(entry)]
    batches = [each.btch for each in entry.ntry_dtls if each.btch]
    of_batch = (batches[0].pmt_inf_id or batches[0].msg_id) if len(batches) == 1 else None
    own = of_batch or entry.acct_svcr_ref or entry.ntry_ref or ""
    if len(named) == 1:
        return named[0] or own, ()
    return own, tuple(named) if all(named) else ()


def _reference_of(transaction: EntryTransaction10) -> str:
    found = transaction.refs
    if found is None:
        return ""
    told = (found.end_to_end_id, found.instr_id, found.tx_id, found.acct_svcr_ref)
    return next((each for each in told if each and each != NOT_PROVIDED), "")


def description_of(entry: ReportEntry10) -> str:
    """For people: cut where it is longer than a line."""
    texts = [entry.addtl_ntry_inf] if entry.addtl_ntry_inf else []
    for each in transactions_of(entry)[:1]:
        texts += each.rmt_inf.ustrd if each.rmt_inf else []
        texts += [each.addtl_tx_inf] if each.addtl_tx_inf else []
    words = " ".join(" ".join(texts).split())
    whole = f"reversal: {words}" if entry.rvsl_ind else words
    return whole if len(whole) <= DESCRIPTION_MAX else f"{whole[: DESCRIPTION_MAX - 1]}…"
