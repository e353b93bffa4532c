"""Repayments of a loan whose interest follows what is owed, against published figures.

The figures are those of Apache Fineract, LoanRepayment.feature (RP02 to RP15), at commit 4198b0bcf:
5 000 at 12 % from 1 Nov 2022 in 6 monthly instalments of whole units, daily interest on 365 days.
"""

from typing import Any

import pytest

from tests.loan.servicing.histories import daily, paid, printed, rows

REDUCE = {"recalculation": "DAILY", "prepayment": "REDUCE_INSTALMENT"}
AT_DUE_DATES = {
    "recalculation": "SAME_AS_REPAYMENT",
    "prepayment": "REDUCE_INSTALMENT",
    "late_interest": "UNTIL_REPAYMENT",
}
LATE = """812.68/49.32/{}/4187.32; 818.25/43.75/0/3369.07; 827.66/34.34/0/2541.41;
    838.61/23.39/0/1702.80; 844.65/17.35/0/858.15; 858.15/8.46/0/0"""
ONE_REPAYMENT = {
    "RP02 on time": (
        ("863", "2022-12-01"),
        """813.68/49.32/863/4186.32; 819.33/42.67/0/3366.99; 827.68/34.32/0/2539.31;
        838.62/23.38/0/1700.69; 844.67/17.33/0/856.02; 856.02/8.44/0/0""",
    ),
    "RP03 early": (
        ("863", "2022-11-27"),
        """863/48.18/863/4137; 809.84/42.16/0/3327.16; 818.09/33.91/0/2509.07;
        828.90/23.10/0/1680.17; 834.88/17.12/0/845.29; 845.29/8.34/0/0""",
    ),
    "RP04 late": (("862", "2022-12-05"), LATE.format("862")),
    "RP05 on time, partial": (
        ("200", "2022-12-01"),
        """812.68/49.32/200/4187.32; 819.32/42.68/0/3368; 827.67/34.33/0/2540.33;
        838.62/23.38/0/1701.71; 844.66/17.34/0/857.05; 857.05/8.45/0/0""",
    ),
    "RP06 early, partial": (
        ("200", "2022-11-27"),
        """812.95/49.05/200/4187.05; 819.33/42.67/0/3367.72; 827.68/34.32/0/2540.04;
        838.62/23.38/0/1701.42; 844.66/17.34/0/856.76; 856.76/8.45/0/0""",
    ),
    "RP07 late, partial": (("200", "2022-12-05"), LATE.format("200")),
    "RP08 on time, excess": (
        ("1500", "2022-12-01"),
        """1450.68/49.32/1500/3549.32; 694.83/36.17/0/2854.49; 701.91/29.09/0/2152.58;
        711.18/19.82/0/1441.40; 716.31/14.69/0/725.09; 725.09/7.15/0/0""",
    ),
    "RP09 early, excess": (
        ("1500", "2022-11-27"),
        """1500/47.34/1500/3500; 685.33/35.67/0/2814.67; 692.31/28.69/0/2122.36;
        701.46/19.54/0/1420.90; 706.52/14.48/0/714.38; 714.38/7.05/0/0""",
    ),
    "RP10 late, excess": (
        ("1500", "2022-12-05"),
        """812.68/49.32/862/4187.32; 823.91/38.09/638/3363.41; 827.72/34.28/0/2535.69;
        838.66/23.34/0/1697.03; 844.70/17.30/0/852.33; 852.33/8.41/0/0""",
    ),
}
PREPAID = {
    "RP11": (
        "REDUCE_NUMBER",
        "840.69/21.31/0/1249.90; 850.49/11.51/0/399.41; 399.41/4.07/0/0",
    ),
    "RP12": (
        "REDUCE_INSTALMENT",
        """514.69/21.31/0/1575.90; 521.49/14.51/0/1054.41; 525.25/10.75/0/529.16;
        529.16/5.22/0/0""",
    ),
    "RP13": (
        "NEXT_INSTALMENTS",
        """0/21.31/0/2090.59; 407.45/19.24/0/1683.14; 844.85/17.15/0/838.29;
        838.29/8.27/0/0""",
    ),
}


@pytest.mark.parametrize(
    ("repayment", "expected"), ONE_REPAYMENT.values(), ids=ONE_REPAYMENT.keys()
)
def test_interest_follows_a_repayment_from_its_day(
    repayment: tuple[str, str], expected: str
) -> None:
    amount, on = repayment

    assert rows(daily(paid(amount, on), on=on, **REDUCE)) == printed(expected)


@pytest.mark.parametrize(("prepayment", "expected"), PREPAID.values(), ids=PREPAID.keys())
def test_what_is_paid_beyond_an_instalment_changes_those_to_come(
    prepayment: str, expected: str
) -> None:
    before = "950.68/49.32/1000/4049.32; 1958.73/41.27/2000/2090.59"
    repayments = (paid("1000", "2022-12-01"), paid("2000", "2023-01-01"))

    found = daily(*repayments, on="2023-01-01", recalculation="DAILY", prepayment=prepayment)

    assert rows(found) == printed(f"{before}; {expected}")


@pytest.mark.parametrize(
    ("repayments", "on", "expected"),
    [
        pytest.param(
            (paid("200", "2022-11-20"), paid("200", "2023-01-04")),
            "2023-01-04",
            """812.68/49.32/400/4187.32; 819.32/42.68/0/3368; 812.58/49.42/0/2555.42;
            838.48/23.52/0/1716.94; 844.50/17.50/0/872.44; 872.44/8.60/0/0""",
            id="RP14",
        ),
        pytest.param(
            (paid("862", "2023-02-01"),),
            "2023-02-01",
            """812.68/49.32/862/4187.32; 819.32/42.68/0/3368; 811.04/50.96/0/2556.96;
            838.46/23.54/0/1718.50; 844.49/17.51/0/874.01; 874.01/8.62/0/0""",
            id="RP15",
        ),
    ],
)
def test_interest_follows_a_repayment_from_the_next_due_date(
    repayments: tuple[dict[str, Any], ...], on: str, expected: str
) -> None:
    assert rows(daily(*repayments, on=on, **AT_DUE_DATES)) == printed(expected)
