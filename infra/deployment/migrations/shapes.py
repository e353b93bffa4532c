"""What the tables of each revision look like, so that a start meets the tables its code expects.

`shapes.sha256` has one line per revision: the digest of its schema's columns, constraints, unique
indexes and triggers, in words that every version of PostgreSQL chooses alike. That leaves out the
text of checks and functions. Other indexes and views are the operator's to add.
"""

from functools import cache
from pathlib import Path

from infra.data.database import Connection

LIST = Path(__file__).with_name("shapes.sha256")

_SHAPE = """
    with tables as (
        select oid, relname from pg_class
        where relnamespace = to_regnamespace(quote_ident($1)) and relkind in ('r', 'p')
    ), lines as (
        select concat_ws(
            ' ', relname, attname, format_type(atttypid, atttypmod), attnotnull::text
        ) as line
        from tables join pg_attribute on attrelid = tables.oid
        where attnum > 0 and not attisdropped
        union all
        select concat_ws(' ', relname, 'constraint', conname, contype::text)
        from tables join pg_constraint on conrelid = tables.oid
        where contype in ('c', 'f', 'p', 'u', 'x')
        union all
        select concat_ws(' ', relname, 'unique', indexrelid::regclass::text)
        from tables join pg_index on indrelid = tables.oid where indisunique
        union all
        select concat_ws(' ', relname, 'trigger', tgname)
        from tables join pg_trigger on tgrelid = tables.oid where not tgisinternal
    )
    select encode(sha256(convert_to(string_agg(line, e'\\n' order by line collate "C"), 'UTF8')),
        'hex')
    from lines
"""


async def shape(connection: Connection, schema: str) -> str | None:
    """The digest of the schema as it is now; None: it has no tables."""
    found = await connection.fetchval(_SHAPE, schema)
    return None if found is None else str(found)


@cache
def listed() -> dict[tuple[str, str], str]:
    """The digests by service and number of the revision."""
    lines = (line.split() for line in LIST.read_text().splitlines())
    return {(service, revision): digest for digest, service, revision in lines}
