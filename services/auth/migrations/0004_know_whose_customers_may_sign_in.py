"""Whether each customer may sign in, as heard."""

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.execute(
        """
        create table customers (
            customer_id bigint primary key,
            may_sign_in boolean not null,
            version bigint not null check (version > 0)
        );
        grant select, insert, update on customers to auth;
        create index users_of_customer on users (customer_id) where customer_id is not null;
        """
    )
