"""What the payment rails and we say to each other: the other banks' side of a transfer.

Each rail is a module here, with messages of its own, which say over which rail they go, and `SAID`,
which says what each is for: all that the saga of payments and the demo's other banks need to know.
What all have in common is in bodies.py; in batches.py what those have that take batches, in
credits.py what is said of money that comes in, in returns.py of what comes back, in recalls.py of
what is asked back, in payees.py what is asked of a payee; `Said` is in said.py. A rail has a broker
user and a vhost of its own: for IMPS `bank.rail-imps`. There we publish SubmitTransfer,
InquireTransfer and AnswerImpsCredit to `rail.imps` with their routing keys; what it says comes by
`rail.imps.answers`, which feeds the queue `payment.rail-imps.events`. The correlation id of that is
the `transfer_id`, the `batch_id` of a batch, the `recall_id` of a recall, or the `lookup_id` of a
question about a payee.
"""

from contracts.rail import imps, neft, rtgs, upi
from contracts.rail.said import Said

RAILS: tuple[Said, ...] = (imps.SAID, rtgs.SAID, neft.SAID, upi.SAID)
