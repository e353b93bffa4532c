"""What the SQL of every service hangs on: the connection of the present unit of work."""

from infra.data.database import Connection


class Store:
    """The SQL of one service, on the connection and transaction of the present unit of work."""

    def __init__(self, db: Connection) -> None:
        self.db = db
