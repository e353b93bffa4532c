"""Accounts and the ledger: the one place where money moves.

Owns     branches, products, the chart of accounts; accounts, balances, holds, limits; entries and
         their postings, which are never changed; the business day, and what each account held
         and each line had moved at the end of it; commands that wait for approval; files of
         transfers and what became of each line
Handles  OpenAccount, ChangeAccountStatus, CreateBranch, CreateProduct, AddProductVersion,
         MakeDeposit, MakeWithdrawal, MakeTransfer, MakeOrderedTransfer, PostEntry, PostEntries,
         ReceivePayment, ReverseEntry, ReverseCapture, PlaceHold, CaptureHold, ReleaseHold,
         CloseBusinessDay, BeginBulkFile, AddBulkLines, StartBulkFile, RunBulkPart, CancelBulkFile;
         answers GetAccount, ListAccounts, GetBalance, ListPostings, GetEntry, GetReceipt,
         GetCheckedReceipt, GetHold, ListHolds, GetTrialBalance, GetBranch, ListBranches,
         ListProducts, GetProduct, GetBusinessDay, GetBulkFile, ListBulkFiles, ListBulkLines; hears
         CustomerStatusChanged, CustomerUpdated
Tells    AccountDebited, AccountCredited, AccountStatusChanged, BusinessDayOpened
Always   every entry sums to zero; a balance is the sum of its postings and what it holds the sum of
         its open holds; no customer's available balance falls below zero; a reference moves money
         once and a request opens one account; a hold is ended by who placed it; one business day is
         open, and nothing is booked on one that was closed; nobody approves his own command
"""
