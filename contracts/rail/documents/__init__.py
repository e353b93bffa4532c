"""Messages of the rails as documents of ISO 20022, which is how they travel.

`table` says which shape of a message is which document. It is imported when a first document is
written or read: the classes of the standard take a quarter of a second to load, and most processes
never need them.

markup             XML: written, and read with suspicion
credit_transfers   pacs.008: a transfer to or from another bank, or a batch of them
status_reports     pacs.002: what became of it
credit_reports     pacs.002: what became of what another bank pays
payment_returns    pacs.004: a bank gives back what a transfer had brought it
recalls            camt.056 and camt.029: a bank asks back, and is answered
acknowledgements   pacs.002: a rail has our answer to a recall, or our return
status_requests    pacs.028: the question what became of it
reasons            why, as all of them say it
"""
