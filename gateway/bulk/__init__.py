"""Files as callers send them, of transfers and of the central bank's statements, and their results.

formats      from a file to the fields of its transfers, one reader a media type
initiations  the reader of transfers in ISO 20022
statements   the reader of the central bank's statement in ISO 20022
entries      what an entry of such a statement says
documents    what all readers of ISO 20022 share
reading      a whole file judged: its transfers, or a fault for whatever is wrong
faults       what can be wrong with a file, and the report of it
results      what became of each line, as a table that a spreadsheet may open
"""
