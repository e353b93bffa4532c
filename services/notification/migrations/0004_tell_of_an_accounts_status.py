"""Deliveries that are about no posting, but have words of their own."""

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.execute(
        """
        alter table deliveries
            drop constraint deliveries_pkey,
            add primary key (notification_id),
            add unique (account_number, sequence),
            drop constraint deliveries_notification_id_key,
            alter column sequence drop not null,
            alter column amount_minor drop not null,
            alter column balance_after_minor drop not null,
            alter column currency drop not null,
            alter column reference drop not null,
            alter column description drop not null,
            alter column booked_on drop not null,
            add column text text,
            add constraint about_one_thing check (
                (text is null) = (num_nulls(sequence, amount_minor, balance_after_minor, currency,
                    reference, description, booked_on) = 0)
            );
        """
    )
