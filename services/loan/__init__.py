"""Loans: what one costs, who gets one, and how it is paid out and repaid.

Owns     loan products in dated versions; loans, with what their borrowers were told and how they
         were scored; all that happens to each, and what is booked for it; the arithmetic of
         schedules; the rates at which the bank provides for what may be lost; the benchmarks
         that floating loans follow
Handles  QuoteLoan, CreateLoanProduct, AddLoanProductVersion, GetLoanProduct, ListLoanProducts,
         ApplyForLoan, ApproveLoan, RejectLoan, CancelLoan, DisburseLoan, GetLoanOperation,
         GetLoan, ListLoans, ListLoansToCollect, GetLoanSchedule, GetScheduleVersions,
         GetKeyFacts, RepayLoan, ReverseRepayment, RefundOverpayment, WaiveLoanDues, WriteLoanOff,
         RecoverLoan, RescheduleLoan, ReamortiseLoan, GiveLoanBack, GetPayoff, GetLoanTransactions,
         GetLoanDifferences, GetLoanExplanation, GetInstalmentExplanation, GetLoanControl,
         GetTopUpFacts, TopUpLoan, ListTopUps, GrantMoratorium,
         AddProvisioningVersion, GetProvisioning, AddBenchmarkVersion, ListBenchmarks; hears
         BusinessDayOpened, and what the account service answers; shows and steers its sagas as
         every service does that runs some
Tells    LoanApplied, then one of LoanApproved and LoanRejected; LoanDisbursed for each part that is
         paid out, LoanToppedUp for what is lent beside it; RepaymentReceived, RepaymentReversed,
         LoanRescheduled, LoanWrittenOff, and of other movements LoanOperationCompleted;
         LoanOperationFailed; LoanClosed when nothing is owed any more; InstalmentOverdue at the end
         of the day on which one was due,
         PenaltyCharged at the end of that on which one was charged for being late
Always   the principal parts of a schedule add up to the principal, to the last minor unit; no part
         is negative; the same terms give the same schedule; a loan is active if, and only if, its
         principal is booked and its customer has it; what happened to a loan is never changed; at
         most one movement of a loan's money is under way; no fee and no penal charge is made that
         the borrower was not told; nobody approves what he applied for; how a loan stands follows
         from its terms and its events, and what the ledger holds of it follows from that
"""
