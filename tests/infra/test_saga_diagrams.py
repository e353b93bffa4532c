"""The pages below docs/sagas are drawn from the tables of steps, and say what those say."""

from dataclasses import replace
from pathlib import Path

import pytest

from infra.deployment.diagrams import PAGES, diagram, drifted, main, page, pages, write
from tests.infra.errand import ERRAND
from tests.infra.test_saga_returns import RETURNABLE
from tests.infra.trip import TRIP


def drawn(lines: list[str]) -> set[str]:
    return {line.strip() for line in lines}


def test_the_committed_pages_are_those_that_the_tables_draw() -> None:
    assert drifted(PAGES) == [], "run `make contracts` and read the difference"


def test_every_saga_of_a_service_has_a_page() -> None:
    assert {"imps.md", "settle-payer.md", "return-clearing.md"} <= pages().keys()


def test_before_the_pivot_the_ways_lead_back_and_after_it_only_forward() -> None:
    lines = drawn(diagram(TRIP))

    assert 'step2 -- "refused" --> undo0' in lines  # the visa leaves nothing behind
    assert 'step2 -- "no answer" --> undo2' in lines
    assert "undo2 --> undo0" in lines
    assert "undo0 --> failed" in lines
    assert 'step3{{"pay<br>Reserve to agency<br>pivot"}}' in lines
    assert 'step3 -. "no answer: again" .-> step3' in lines
    assert 'step4 -. "refused, or no answer: again" .-> step4' in lines
    assert not any("returned" in line for line in lines)


def test_what_may_be_given_back_has_a_way_from_the_end_to_the_pivot() -> None:
    lines = drawn(diagram(RETURNABLE))

    assert 'completed -- "GivenBack" --> back4' in lines
    assert "back4 --> back3" in lines
    assert "back3 --> returned" in lines
    assert 'step3 -- "Declined" --> undo2' in lines


def test_a_moment_and_what_is_asked_about_are_shown() -> None:
    assert 'step1{{"pass<br>Pass to toy<br>not before its moment<br>pivot"}}' in drawn(
        diagram(ERRAND)
    )
    imps = pages()["imps.md"]
    assert 'step2 -. "no answer" .-> ask2["InquireTransfer to rail"] -.-> step2' in imps
    assert "| **submit-to-rail**, the pivot | `SubmitTransfer` to rail | - |" in imps


def test_a_page_that_differs_is_found_and_written_anew(tmp_path: Path) -> None:
    write(tmp_path, pages())
    (tmp_path / "imps.md").write_text("another")
    (tmp_path / "gone.md").write_text(page("toy", replace(TRIP, name="gone")))

    assert drifted(tmp_path) == ["gone.md", "imps.md"]
    write(tmp_path, pages())
    assert drifted(tmp_path) == []


def test_the_command_checks_and_knows_no_other_argument(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["--check"]) == 0
    assert main(["--draw"]) == 2
    assert "usage" in capsys.readouterr().err
