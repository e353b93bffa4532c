"""What alembic runs to render one service's revisions as SQL; see the package's front page."""

from alembic import context

context.configure(
    dialect_name="postgresql",
    # Without this a `%` in a revision's SQL would come out doubled.
    dialect_opts={"paramstyle": "named"},
    version_table_schema=context.config.attributes["schema"],
    # The package opens the transaction, because it has to set the role inside it.
    transactional_ddl=False,
)
context.run_migrations()
