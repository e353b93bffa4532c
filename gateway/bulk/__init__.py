"""Files of transfers as callers send them, and as they get them back.

formats      from a file to the fields of its transfers, one reader a media type
initiations  the reader of documents of ISO 20022
reading      a whole file judged: its transfers, or a fault for whatever is wrong
faults       what can be wrong with a file, and the report of it
results      what became of each line, as a table that a spreadsheet may open
"""
