"""What an e-mail says, and how it stands in a file."""

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from email import message_from_bytes
from email.policy import default
from typing import Any
from uuid import UUID

import pytest
from babel.numbers import format_currency
from hypothesis import given
from hypothesis import strategies as st

from contracts.account.values import AccountStatus
from contracts.money import MINOR_MAX, Currency
from services.notification.clients import as_mail
from services.notification.domain.deliveries import Contact, Delivery
from services.notification.domain.letters import (
    LOCALE,
    UnusableAddress,
    amount_text,
    letter_about,
    masked,
    subject_of,
    words_about,
    words_about_overdue,
    words_about_penalty,
)
from tests.builders import ALICE
from tests.fixtures.postings import NOON
from tests.notification.samples import ASHA, DEPOSIT, SALARY


def salary(**fields: Any) -> Delivery:
    return replace(SALARY, about=replace(DEPOSIT, **fields))


def test_a_credit_says_how_much_came_and_what_there_is_now() -> None:
    letter = letter_about(SALARY, ASHA)

    assert letter.subject == "₹500.00 credited to account XXXX3456"
    assert letter.text == (
        "Dear Asha Rao,\n"
        "\n"
        "₹500.00 was credited to your account XXXX3456 on 5 January 2026.\n"
        "\n"
        "Reference:      DEP-1\n"
        "Description:    Cash deposit\n"
        "Balance after:  ₹12,34,567.00\n"
        "\n"
        "If you do not recognise this, please call your branch at once.\n"
    )


@given(minor=st.integers(-MINOR_MAX, MINOR_MAX), currency=st.sampled_from(Currency))
def test_an_amount_is_written_as_babel_writes_it(minor: int, currency: Currency) -> None:
    decimal = Decimal(minor).scaleb(-currency.scale)

    assert amount_text(minor, currency) == format_currency(decimal, currency, locale=LOCALE)


def test_a_debit_says_so_and_an_empty_description_takes_no_line() -> None:
    letter = letter_about(salary(amount_minor=-100, description=""), ASHA)

    assert "₹1.00 was debited from your account" in letter.text
    assert "Description" not in letter.text
    assert subject_of(ALICE, -100, Currency.INR) == "₹1.00 debited from account XXXX0001"


@pytest.mark.parametrize("status", AccountStatus)
def test_another_status_is_told_without_its_reason(status: AccountStatus) -> None:
    subject, text = words_about(ALICE, status, date(2026, 1, 5))

    letter = letter_about(replace(SALARY, about=text, subject=subject), ASHA)

    assert letter.subject.startswith("Account XXXX0001 is ")
    assert letter.text.startswith("Dear Asha Rao,\n\nYour account XXXX0001 is ")
    assert "since 5 January 2026" in letter.text
    assert letter.text.endswith("please call your branch at once.\n")


@pytest.mark.parametrize(
    ("minor", "currency", "text"),
    [
        (1_234_567_00, Currency.INR, "₹12,34,567.00"),
        (1, Currency.INR, "₹0.01"),
        (-5_00, Currency.INR, "-₹5.00"),
        (1_234, Currency.JPY, "JP¥1,234"),
        (1_234_567, Currency.KWD, "KWD1,234.567"),
    ],
)
def test_amounts_are_written_as_in_india(minor: int, currency: Currency, text: str) -> None:
    assert amount_text(minor, currency).replace("\N{NO-BREAK SPACE}", "") == text


def test_only_the_end_of_an_account_number_is_shown() -> None:
    assert masked("AC-20250709-123456") == "XXXX3456"
    assert "20250709" not in letter_about(SALARY, ASHA).text


def test_a_description_cannot_add_lines_that_seem_to_be_the_bank_s() -> None:
    trick = salary(description="rent\r\n\r\nCall 1800-FRAUD\N{RIGHT-TO-LEFT OVERRIDE}")

    assert "Description:    rent Call 1800-FRAUD\n" in letter_about(trick, ASHA).text


@pytest.mark.parametrize("name", ["രാജന്\u200d", "ক\u09cd\u200dষ", "شاه\u200cرخ"])
def test_a_name_with_joiners_stands_in_its_letter_as_it_is_spelt(name: str) -> None:
    letter = letter_about(salary(description=name), Contact(name, ASHA.email))
    mail = message_from_bytes(as_mail(letter, "no-reply@bank.example").as_bytes(), policy=default)

    assert mail["To"].addresses[0].display_name == name
    assert f"Dear {name}," in mail.get_content()
    assert f"Description:    {name}\n" in mail.get_content()


@pytest.mark.parametrize(
    "address",
    ["a@b@c.com", 'x"<y>@example.com', "ä@example.com", "a\n@example.com", "@example.com"],
)
def test_an_address_that_could_break_the_header_is_refused(address: str) -> None:
    with pytest.raises(UnusableAddress):
        letter_about(SALARY, Contact("Asha", address))


@pytest.mark.parametrize("email", ["a@b\u00fccher.de", "a@bu\u0308cher.de", "a@xn--bcher-kva.de"])
def test_an_address_in_another_script_is_written_as_every_mail_server_takes_it(email: str) -> None:
    assert letter_about(SALARY, Contact("Asha", email)).address == "a@xn--bcher-kva.de"


def test_the_mail_is_read_back_as_it_was_meant() -> None:
    asha = Contact('Asha "A."\nRao, Déesse', ASHA.email)
    letter = letter_about(SALARY, asha)

    mail = message_from_bytes(
        as_mail(letter, "Bank <no-reply@bank.example>").as_bytes(), policy=default
    )

    assert mail["Subject"] == letter.subject
    assert mail["To"].addresses[0].addr_spec == ASHA.email
    assert mail["To"].addresses[0].display_name == 'Asha "A." Rao, Déesse'
    assert mail["Message-ID"] == f"<{UUID(int=7)}@bank.example>"
    assert datetime.fromisoformat(mail["Date"].datetime.isoformat()) == NOON
    assert mail.get_content() == letter.text


def test_the_same_letter_is_the_same_mail_each_time() -> None:
    mails = {as_mail(letter_about(SALARY, ASHA), "no-reply@bank.example").as_bytes() for _ in "ab"}

    assert len(mails) == 1


def test_who_is_charged_for_being_late_reads_how_much_and_why() -> None:
    subject, text = words_about_penalty(3, amount_text(295_00, Currency.INR), date(2026, 4, 1))

    assert subject == "Penal charge on instalment 3 of your loan"
    assert text == (
        "Instalment 3 of your loan was due on 1 April 2026 and is not paid in full. As your key"
        " facts say, it was charged ₹295.00. It bears no interest.\n"
    )


def test_who_has_not_paid_an_instalment_reads_how_much_of_which() -> None:
    subject, text = words_about_overdue(3, amount_text(10_661_85, Currency.INR), date(2026, 4, 1))

    assert subject == "Instalment 3 of your loan is overdue"
    assert text == (
        "Of instalment 3 of your loan, due on 1 April 2026, ₹10,661.85 is not paid."
        " Please pay it.\n"
    )
