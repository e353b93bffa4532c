"""Payments: money on its way to accounts at other banks.

Owns     payments, and the sagas that carry each through hold, rail and capture, and those of the
         batches in which some leave; resolutions of those that the rail contradicted; what other
         banks pay to our customers or give back; what we ask back from them, and they from us; the
         dated rules of what each rail carries; the settlements between the banks; the central
         bank's statements, which of their lines are which postings, and the dated rules by which
         they are matched; the list of names that payments are screened by; questions about payees,
         and customers' lists of payees
Handles  MakePayment, CancelPayment, RetryPayment, ParkPayment, CompensatePayment,
         ProposeResolution, ApproveResolution, RejectResolution, AddRailRule,
         AddScreenedName, RemoveScreenedName, AddScreeningRule, ReleasePayment, RefusePayment,
         GetPayment, ListPayments, GetIncomingPayment, ListIncomingPayments, GetReturn,
         ListReturns, RecallPayment, ListRecalls, AgreeToRecall, RefuseRecall,
         ListIncomingRecalls, ListRails,
         GetRailRules, ListScreenedNames, ListScreeningRules, GetScreening, GetSettlement,
         ListSettlements, ListSettledMovements, ImportStatement, ImportStatementDocument,
         MatchByHand, UndoMatch, ListMatchingRules, AddMatchingRule,
         GetReconciliation, ListBreaks, NoteBreak, WriteOffBreak, ExplainBreak, ResolvePayee,
         GetPayeeLookup, AddBeneficiary, RemoveBeneficiary, GetBeneficiary, ListBeneficiaries,
         ListBeneficiaryRules, AddBeneficiaryRule, ListTurnaroundRules, AddTurnaroundRule;
         hears AccountDebited, AccountCredited, ImpsCreditArrived, ImpsCreditAnswered,
         RtgsCreditArrived, RtgsCreditAnswered, UpiCreditArrived, UpiCreditAnswered,
         NeftCreditArrived, NeftCreditAnswered, ImpsTransferReturned, RtgsTransferReturned,
         NeftTransferReturned, UpiTransferReturned,
         ImpsRecallAgreed, ImpsRecallRefused, RtgsRecallAgreed,
         RtgsRecallRefused, NeftRecallAgreed, NeftRecallRefused, UpiRecallAgreed, UpiRecallRefused,
         ImpsRecallArrived, ImpsRecallAnswered, ImpsCreditReturned, RtgsRecallArrived,
         RtgsRecallAnswered, RtgsCreditReturned, NeftRecallArrived, NeftRecallAnswered,
         NeftCreditReturned, UpiRecallArrived, UpiRecallAnswered, UpiCreditReturned,
         TransferRequested, RailAccepted, RailRefused, RailUnaware and the same of RTGS,
         RtgsAccepted, RtgsRefused, RtgsUnaware, of UPI UpiAccepted, UpiRefused, UpiUnaware,
         of NEFT NeftSettled, NeftReturned, NeftUnaware
         and of its batches NeftBatchSettled, NeftBatchRefused, NeftBatchUnaware;
         of payees AccountResolved, AccountUnknown, AddressResolved and AddressUnknown;
         BusinessDayOpened, and what the account service answers; shows and steers its sagas as
         every service does that runs some
Tells    TransferRequested, then one of TransferCompleted and TransferFailed, with PaymentEnded
         where no person had a hand in it; after a resolution or a return TransferCompleted or
         TransferReturned;
         PayeeLookedUp
Always   a payment ends once, completed, failed or cancelled: its hold is captured if the rail
         accepted and released if it refused, never both; a payment whose outcome is unknown is
         asked about, never sent under another id, and silence to the end of its time is a no; what
         leaves was compared with the list in the transaction that sends it; over a rail that takes
         batches it is in one batch, which never changes; a request is accepted once, however late
         it is repeated; a customer finds the payments from his own accounts, by whomever made, and
         no others, and those to them; what another bank pays is booked once under its id, and
         answered as often as it is said; what comes back is booked once under its id, to its payer
         or to suspense; an end changes only by that, or by a resolution, which one manager proposes
         and another approves; each posting on a clearing line is settled once, in one window; a
         line of a statement and a posting are matched at most once; what a match within the
         tolerance leaves over is a break; a difference is written off once, by two managers; a
         payment that failed too late is compensated once
"""
