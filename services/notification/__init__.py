"""Notifications: what customers are told about their money.

Owns     customers' addresses, and one delivery for each posting of a customer's account, for
         each change of its status, for what becomes of an application, and for each instalment that
         is overdue or charged for it, and for what becomes of a standing order; a second copy of
         the heads of all services' audit trails
Handles  ListNotifications; hears AccountDebited, AccountCredited, AccountStatusChanged,
         CustomerCreated, CustomerUpdated, CustomerStatusChanged, LoanApplied, LoanApproved,
         LoanRejected, LoanRescheduled, LoanToppedUp, LoanClosed, InstalmentOverdue, PenaltyCharged,
         StandingOrderCreated, StandingOrderFailed, StandingOrderSkipped, StandingOrderPaused,
         StandingOrderResumed, StandingOrderEnded, AuditSealed
Tells    nothing on the bus; e-mails to the outside
Always   a posting makes one delivery, however often it is told; the mailbox folder holds one e-mail
         for it, a mail server gets at least one, under one Message-ID; no money waits for an e-mail
"""
