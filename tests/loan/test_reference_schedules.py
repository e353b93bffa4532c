"""Schedules that others have published; one paisa off is wrong.

R1, R5b and R7 are fixtures of Apache Fineract, R15 is the illustration in Annex B of the Reserve
Bank of India's circular RBI/2024-25/18 on the Key Facts Statement.
"""

from datetime import date
from decimal import Decimal

from services.loan.domain.schedule import draw_schedule
from tests.loan.terms import fee, inr, printed, rows, terms

R1 = """255.00/50.00→4745.00; 257.55/47.45→4487.45; 260.13/44.87→4227.32; 262.73/42.27→3964.59;
265.35/39.65→3699.24; 268.01/36.99→3431.23; 270.69/34.31→3160.54; 273.39/31.61→2887.15;
276.13/28.87→2611.02; 278.89/26.11→2332.13; 281.68/23.32→2050.45; 284.50/20.50→1765.95;
287.34/17.66→1478.61; 290.21/14.79→1188.40; 293.12/11.88→895.28; 296.05/8.95→599.23;
299.01/5.99→300.22; 300.22/3.00→0.00"""

R5B = """16.34/0.79→83.66; 16.47/0.66→67.19; 16.60/0.53→50.59; 16.73/0.40→33.86; 16.86/0.27→17.00;
17.00/0.13→0.00"""

R7 = """2911.49/240.00→9088.51; 2969.72/181.77→6118.79; 3029.11/122.38→3089.68;
3089.68/61.79→0.00"""


def test_r1_an_instalment_in_whole_rupees_leaves_the_rounding_to_the_last() -> None:
    schedule = draw_schedule(terms(instalment_multiple_minor=100))

    assert schedule.instalment_minor == inr("305")
    assert rows(schedule) == printed(R1)
    assert schedule.instalments[-1].due_minor == inr("303.22")
    assert schedule.total_interest_minor == inr("488.22")
    assert schedule.instalments[0].due_date == date(2022, 12, 1)
    assert schedule.instalments[-1].due_date == date(2024, 5, 1)


def test_r5b_thirty_days_of_three_hundred_and_sixty_are_a_twelfth() -> None:
    schedule = draw_schedule(terms("100", "9.4822", instalments=6, start_date=date(2024, 1, 1)))

    assert rows(schedule) == printed(R5B)
    assert {each.due_minor for each in schedule.instalments} == {inr("17.13")}


def test_r7_two_per_cent_a_month() -> None:
    schedule = draw_schedule(terms("12000", "24", instalments=4, start_date=date(2011, 9, 20)))

    assert rows(schedule) == printed(R7)
    assert [each.due_minor for each in schedule.instalments] == [
        inr("3151.49"), inr("3151.49"), inr("3151.49"), inr("3151.47"),
    ]  # fmt: skip
    assert [each.due_date.isoformat() for each in schedule.instalments] == [
        "2011-10-20", "2011-11-20", "2011-12-20", "2012-01-20",
    ]  # fmt: skip


def test_r15_the_key_facts_statement_of_the_reserve_bank() -> None:
    schedule = draw_schedule(terms("20000", "15", instalments=24, fees=(fee("400"),)))

    assert schedule.instalment_minor == inr("969.73")
    assert schedule.apr == Decimal("17.07")
    # The circular prints whole rupees: interest 3,274 and 23,274 to pay.
    assert round(schedule.total_interest_minor, -2) == inr("3274")
    assert round(schedule.total_due_minor, -2) == inr("23274")


def test_a_key_facts_statement_of_a_lender_with_tax_on_its_fee() -> None:
    schedule = draw_schedule(
        terms("47000", "21", instalments=24, fees=(fee("1175"), fee("211.50", "tax")))
    )

    # The statement prints 2,415.14 and 24.16, from figures it does not show.
    assert abs(schedule.instalment_minor - inr("2415.14")) <= 1
    assert abs(schedule.apr - Decimal("24.16")) <= Decimal("0.01")
