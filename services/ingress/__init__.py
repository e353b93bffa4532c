"""Ingress: where other banks' systems send us commands, and the only one that reads what they send.

Owns     what each partner may do, as auth tells it; the messages that were let in, with their
         answers and the ends of payments, for ever; how much of its daily limit each has used; the
         quarantine
Handles  ReplayQuarantined, ListQuarantine; hears PartnerChanged, AccountDebited, AccountCredited,
         TransferRequested, TransferCompleted, TransferFailed, TransferReturned, LoanDisbursed,
         LoanToppedUp, RepaymentReceived, RepaymentReversed, InstalmentOverdue, PenaltyCharged,
         LoanRescheduled, LoanWrittenOff, LoanClosed, and what accounts and payments answer; takes
         what arrives in the lane of each partner, and opens and closes those lanes
Tells    IntakeClosed; sends commands of ours, and answers partners in their lanes
Always   what a partner sends is done once, however often it comes, or not at all; it is answered in
         the partner's own lane and nowhere else; nothing is let in that is not signed by a key that
         counts, fresh, allowed and within the partner's limits, except that its age does not count
         where an administrator has it judged again; what is refused is kept with the name of its
         lane; one partner's flood takes no other partner's turn; a lane with three bad signatures
         in a minute lets nothing in until an administrator wants it
"""
