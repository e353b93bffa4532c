"""Reporting: figures about the whole bank, kept from events and rebuilt from them at any time.

Owns     the trial balance's figures: totals per business date, line of the chart and currency; the
         heads of all services' audit trails
Handles  GetTrialBalanceReport; hears AccountDebited, AccountCredited and AuditSealed
Tells    nothing yet
Always   a posting is counted once, however often and in whatever order it is told; once everything
         told was heard, the report equals the ledger's own trial balance line by line
"""
