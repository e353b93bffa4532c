"""Who can sign in, and with which accounts, as a table for the terminal."""

from rich.table import Table

from contracts.money import Currency, format_minor
from demo.seed.people import PASSWORD, PEOPLE
from demo.seed.seeding import Demo


def report(demo: Demo, *, is_new: bool) -> Table:
    """Who can sign in, and with which accounts. The passwords are shown once: whoever has changed
    his since knows it himself."""
    title = "Demo log-ins" if is_new else f"Demo log-ins (password at first: {PASSWORD})"
    table = Table(title=title, box=None, title_justify="left")
    for heading in ("user", "password", "role", "account", "type", "opened with"):
        table.add_column(heading, justify="right" if heading == "opened with" else "left")
    deposits = {person.username: person.deposits_minor for person in PEOPLE}
    password = PASSWORD if is_new else ""
    for login in demo.logins:
        own = [account for account in demo.accounts if account.customer_id == login.customer_id]
        table.add_row(login.username, password, login.role.value, end_section=not own)
        for account in own:
            minor = deposits[login.username][account.account_type]
            amount = f"{Currency.INR} {format_minor(minor, Currency.INR)}"
            number, kind = account.account_number, account.account_type.value
            table.add_row("", "", "", number, kind, amount)
    return table
