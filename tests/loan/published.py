"""Schedules that others have published, each with the terms that give it here.

Figures are those of fixtures of Apache Fineract (commit 4198b0b): of LoanRepayment.feature (RS01 to
RS07 and the scenarios on rounding), LoanDownPayment.feature, ProgressiveEMICalculatorTest,
LoanScheduleGeneratorTest and ClientLoanIntegrationTest. Terms are written as they go over HTTP.
"""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

WHOLE = {"instalment_multiple": "1"}
BY_DAYS = {"interest_period": "DAILY", "days_in_month": "ACTUAL"}
THIRTY_360 = {"days_in_year": "360", "days_in_month": "30"}
ACTUAL = {"days_in_year": "ACTUAL", "days_in_month": "ACTUAL"}


@dataclass(frozen=True, slots=True)
class Published:
    """A schedule as `principal/interest` of each instalment; `a x 3` stands for three of them."""

    name: str
    terms: dict[str, Any] = field(hash=False)
    parts: str
    total_interest: str | None = None

    @property
    def rows(self) -> list[tuple[str, str]]:
        rows: list[tuple[str, str]] = []
        for cell in self.parts.split(";"):
            part, _, times = cell.strip().partition(" x ")
            principal, interest = part.split("/")
            rows += [(_two(principal), _two(interest))] * int(times or 1)
        return rows


def _two(number: str) -> str:
    return f"{Decimal(number):.2f}"


def _rs(**more: Any) -> dict[str, Any]:
    return {
        "principal": "5000", "annual_rate": "12", "instalments": 18, "start_date": "2022-11-01",
        **more,
    }  # fmt: skip


def _progressive(**more: Any) -> dict[str, Any]:
    return {
        "principal": "100", "annual_rate": "9.4822", "instalments": 6, "start_date": "2024-01-01",
        **more,
    }  # fmt: skip


def _tranche(date: str, amount: str = "100") -> dict[str, str]:
    return {"date": date, "amount": amount}


RS06_REST = """394/50; 397.94/46.06; 401.92/42.08; 405.94/38.06; 410/34; 414.1/29.9; 418.24/25.76;
422.42/21.58; 426.65/17.35; 430.91/13.09; 435.22/8.78; 442.66/4.43"""

PUBLISHED = (
    Published(
        "RS01, flat in whole units",
        _rs(method="FLAT", **WHOLE),
        "278/50 x 17; 274/50",
        "900",
    ),
    Published(
        "RS02, a monthly rate and instalments in whole units",
        _rs(**WHOLE),
        """255/50; 257.55/47.45; 260.13/44.87; 262.73/42.27; 265.35/39.65; 268.01/36.99;
        270.69/34.31; 273.39/31.61; 276.13/28.87; 278.89/26.11; 281.68/23.32; 284.5/20.5;
        287.34/17.66; 290.21/14.79; 293.12/11.88; 296.05/8.95; 299.01/5.99; 300.22/3""",
        "488.22",
    ),
    Published(
        "RS03, interest by the day and instalments in whole units",
        _rs(**BY_DAYS, **WHOLE),
        """255.68/49.32; 256.65/48.35; 259.26/45.74; 266.08/38.92; 264.62/40.38; 268.53/36.47;
        270.05/34.95; 273.84/31.16; 275.59/29.41; 278.4/26.6; 282.01/22.99; 284.11/20.89;
        287.59/17.41; 289.94/15.06; 292.9/12.1; 296.47/8.53; 298.9/6.1; 299.38/2.95""",
        "487.33",
    ),
    Published(
        "RS04, equal principal",
        _rs(method="EQUAL_PRINCIPAL"),
        """277.78/50; 277.78/47.22; 277.78/44.44; 277.78/41.67; 277.78/38.89; 277.78/36.11;
        277.78/33.33; 277.78/30.56; 277.78/27.78; 277.78/25; 277.78/22.22; 277.78/19.44;
        277.78/16.67; 277.78/13.89; 277.78/11.11; 277.78/8.33; 277.78/5.56; 277.74/2.78""",
        "475",
    ),
    Published(
        "RS05, a grace of principal",
        _rs(principal_grace=3, **WHOLE),
        """0/50 x 3; 311/50; 314.11/46.89; 317.25/43.75; 320.42/40.58; 323.63/37.37; 326.86/34.14;
        330.13/30.87; 333.43/27.57; 336.77/24.23; 340.14/20.86; 343.54/17.46; 346.97/14.03;
        350.44/10.56; 353.95/7.05; 351.36/3.51""",
        "558.87",
    ),
    Published(
        "RS06, a longer grace of principal",
        _rs(principal_grace=6, **WHOLE),
        f"0/50 x 6; {RS06_REST}",
        "631.09",
    ),
    Published(
        "RS07, graces of principal and interest",
        _rs(principal_grace=6, interest_grace=3, **WHOLE),
        f"0/0 x 3; 0/200; 0/50 x 2; {RS06_REST}",
        "631.09",
    ),
    Published(
        "flat interest that is just between two minor units",
        _rs(
            principal="1250", annual_rate="15", instalments=4, start_date="2023-09-01",
            method="FLAT", **WHOLE,
        ),
        "312.38/15.62 x 3; 312.86/15.64",
        "62.50",
    ),
    Published(
        "interest that is just between two minor units",
        _rs(
            principal="1250", annual_rate="15", instalments=4, start_date="2023-09-01", **WHOLE
        ),
        "306.38/15.62; 310.2/11.8; 314.08/7.92; 319.34/3.99",
        "39.33",
    ),
    Published(
        "R5 a, days of 365",
        _progressive(annual_rate="15.678", days_in_year="365", days_in_month="ACTUAL"),
        "16.1/1.33; 16.38/1.05; 16.53/0.90; 16.77/0.66; 16.97/0.46; 17.25/0.22",
    ),
    Published(
        "R5 a, by the day",
        _progressive(annual_rate="15.678", days_in_year="365", **BY_DAYS),
        "16.1/1.33; 16.38/1.05; 16.53/0.90; 16.77/0.66; 16.97/0.46; 17.25/0.22",
    ),
    Published(
        "R5 b, months of 30 days in years of 360",
        _progressive(**THIRTY_360),
        "16.34/0.79; 16.47/0.66; 16.60/0.53; 16.73/0.40; 16.86/0.27; 17.00/0.13",
    ),
    Published(
        "a second tranche on a due date",
        _progressive(**THIRTY_360, tranches=[_tranche("2024-03-01")]),
        "16.34/0.79; 16.47/0.66; 41.31/1.32; 41.64/0.99; 41.96/0.67; 42.28/0.33",
    ),
    Published(
        "a second tranche between due dates",
        _progressive(**THIRTY_360, tranches=[_tranche("2024-02-15")]),
        "16.34/0.79; 36.46/1.07; 36.37/1.16; 36.65/0.88; 36.94/0.59; 37.24/0.29",
    ),
    Published(
        "a second tranche between due dates, by the day",
        _progressive(
            principal="200", interest_period="DAILY", **THIRTY_360,
            tranches=[_tranche("2024-01-01"), _tranche("2024-02-15")],
        ),
        "16.34/0.79; 36.46/1.07; 36.37/1.16; 36.65/0.88; 36.94/0.59; 37.24/0.29",
    ),
    Published(
        "a greater tranche in the first period",
        _progressive(principal="300", **THIRTY_360, tranches=[_tranche("2024-01-08", "200")]),
        "49.31/2.02; 49.35/1.98; 49.74/1.59; 50.13/1.20; 50.53/0.80; 50.94/0.40",
    ),
    Published(
        "tranches in a broken first period",
        _progressive(
            principal="175", start_date="2024-01-05", first_due_date="2024-02-01", **THIRTY_360,
            tranches=[_tranche("2024-01-08", "75")],
        ),
        "28.79/1.15; 28.78/1.16; 29.01/0.93; 29.24/0.70; 29.47/0.47; 29.71/0.23",
    ),
    Published(
        "a broken first period",
        _progressive(
            principal="192.22", annual_rate="9.99", start_date="2024-01-15",
            first_due_date="2024-02-01", **THIRTY_360,
        ),
        "31.97/0.88; 31.52/1.33; 31.78/1.07; 32.04/0.81; 32.31/0.54; 32.60/0.27",
    ),
    Published(
        "actual days in actual years over the end of one",
        _progressive(start_date="2023-12-12", **ACTUAL),
        "16.33/0.80; 16.46/0.67; 16.63/0.50; 16.72/0.41; 16.87/0.26; 16.99/0.14",
    ),
    Published(
        "weeks in years of 364 days",
        _progressive(frequency="WEEKLY", days_in_year="364", days_in_month="ACTUAL"),
        "16.59/0.18; 16.62/0.15; 16.65/0.12; 16.68/0.09; 16.71/0.06; 16.75/0.03",
    ),
    Published(
        "fortnights in years of 364 days",
        _progressive(frequency="FORTNIGHTLY", instalments=3, days_in_year="364"),
        "33.21/0.36; 33.33/0.24; 33.46/0.12",
    ),
    Published(
        "every 15 days in years of 360",
        _progressive(frequency="EVERY_N_DAYS", every_days=15, days_in_year="360"),
        "16.50/0.40; 16.57/0.33; 16.64/0.26; 16.70/0.20; 16.77/0.13; 16.82/0.07",
    ),
    Published(
        "no interest",
        _progressive(principal="1000", annual_rate="0", instalments=4, **ACTUAL),
        "250/0 x 4",
        "0",
    ),
    Published(
        "another rate from a due date on",
        _progressive(
            annual_rate="7", **THIRTY_360,
            rate_changes=[{"from_date": "2024-02-01", "annual_rate": "4"}],
        ),
        "16.43/0.58; 16.60/0.28; 16.66/0.22; 16.71/0.17; 16.77/0.11; 16.83/0.06",
    ),
    Published(
        # There a day bears interest at the rate of its end: 15 February is our 14th.
        "another rate from within a period on",
        _progressive(
            annual_rate="7", **THIRTY_360,
            rate_changes=[{"from_date": "2024-02-14", "annual_rate": "4"}],
        ),
        "16.43/0.58; 16.53/0.37; 16.68/0.22; 16.73/0.17; 16.79/0.11; 16.84/0.06",
    ),
    Published(
        "R7, two per cent a month",
        _rs(principal="12000", annual_rate="24", instalments=4, start_date="2011-09-20"),
        "2911.49/240; 2969.72/181.77; 3029.11/122.38; 3089.68/61.79",
    ),
    Published(
        "a down payment in whole units",
        _rs(
            principal="1250", annual_rate="0", instalments=3, start_date="2022-01-01",
            down_payment_percent="25", **WHOLE,
        ),
        "312/0; 313/0; 313/0; 312/0",
    ),
    Published(
        "a down payment, then every 15 days",
        _rs(
            principal="1000", annual_rate="0", instalments=3, start_date="2023-09-01",
            down_payment_percent="25", frequency="EVERY_N_DAYS", every_days=15, method="FLAT",
        ),
        "250/0 x 4",
    ),
    Published(
        "N10, flat interest over half a year",
        _rs(principal="10000", annual_rate="20", instalments=6, method="FLAT"),
        "1666.67/166.67 x 5; 1666.65/166.65",
        "1000",
    ),
    Published(
        "N10, flat interest with a broken first period",
        _rs(
            principal="10000", annual_rate="20", instalments=6, method="FLAT",
            first_due_date="2022-12-11",
        ),
        "1666.67/166.67 x 5; 1666.65/166.65",
        "1000",
    ),
    Published(
        "N10, 1.3 % a month for 21 months",
        _rs(principal="2900", annual_rate="15.6", instalments=21, method="FLAT"),
        "138.10/37.70 x 20; 138/37.70",
        "791.70",
    ),
)  # fmt: skip

# Every tenth row and those beside the graces are published; all are multiples of 100.
IN_HUNDREDS = {
    "principal": "10000000", "annual_rate": "24", "instalments": 24, "start_date": "2014-06-02",
    "method": "EQUAL_PRINCIPAL", "instalment_multiple": "100",
}  # fmt: skip
IN_HUNDREDS_ROWS = {
    1: ("416700.00", "200000.00"), 2: ("416700.00", "191700.00"), 3: ("416700.00", "183300.00"),
    4: ("416700.00", "175000.00"), 5: ("416700.00", "166700.00"), 6: ("416700.00", "158300.00"),
    10: ("416700.00", "125000.00"), 20: ("416700.00", "41700.00"), 24: ("415900.00", "8300.00"),
}  # fmt: skip
IN_HUNDREDS_AFTER_GRACE = {
    **{number: ("0.00", "200000.00") for number in range(1, 6)},
    6: ("526300.00", "200000.00"), 7: ("526300.00", "189500.00"), 10: ("526300.00", "157900.00"),
    20: ("526300.00", "52600.00"), 24: ("526600.00", "10500.00"),
}  # fmt: skip

# N2 and N3: how much one unit bears in a period, by the first of six dates.
FACTORS = (
    ({**ACTUAL, "start_date": "2024-01-01"},
     "0.008031371585 0.007513218579 0.008031371585 0.007772295082 0.008031371585 0.007772295082"),
    ({"days_in_month": "ACTUAL"},
     "0.008053375342 0.007533802740 0.008053375342 0.007793589041 0.008053375342 0.007793589041"),
    (THIRTY_360, " ".join(["0.007901833333"] * 6)),
    ({"frequency": "WEEKLY", "days_in_year": "364"}, " ".join(["0.001823500000"] * 6)),
    ({"frequency": "EVERY_N_DAYS", "every_days": 15, "days_in_year": "360"},
     " ".join(["0.003950916667"] * 6)),
    ({**ACTUAL, "start_date": "2023-12-12", "instalments": 1}, "0.008044857759"),
    ({**ACTUAL, "start_date": "2023-12-12", "instalments": 1, "day_count": "ACT_ACT_ISDA"},
     "0.008045567557"),
    ({"annual_rate": "15.678", "start_date": "2024-02-01", "instalments": 1,
      "days_in_month": "ACTUAL"}, "0.012456493151"),
)  # fmt: skip


def factor_terms(changes: dict[str, Any]) -> dict[str, Any]:
    """The terms whose rate factors are published."""
    return _progressive(**changes)
