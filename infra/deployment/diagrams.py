"""A picture of each saga, drawn from its table of steps: `python -m infra.deployment.diagrams`.

One page below docs/sagas for each saga, with a Mermaid diagram and the table of its steps. How long
it waits is not shown: that is a setting.
"""

import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from contracts.envelope import Command
from infra.deployment.definitions import load_services
from infra.deployment.migrations import ROOT
from infra.sagas.repertoire import Repertoire
from infra.sagas.table import Decides, Meaning, Saga, Sends, Step, Together

PAGES = ROOT / "docs" / "sagas"
NOTHING, AGAIN = "-", "is sent again, later and later"


def pages() -> dict[str, str]:
    """The text of each page, by its file's name; of several versions the newest."""
    newest: dict[str, tuple[str, Saga[Any]]] = {}
    for service, saga in _sagas():
        if saga.name not in newest or newest[saga.name][1].version < saga.version:
            newest[saga.name] = service, saga
    return {f"{name}.md": page(service, saga) for name, (service, saga) in newest.items()}


def page(service: str, saga: Saga[Any]) -> str:
    """The whole page of one saga."""
    return "\n".join(
        [
            f"# {saga.name}, version {saga.version}",
            "",
            f"A saga of `{service}`, drawn from its table of steps by `make contracts`.",
            "",
            "```mermaid",
            *diagram(saga),
            "```",
            "",
            "| step | sends | undone by | without an answer |",
            "| --- | --- | --- | --- |",
            *(_row(saga, at) for at in range(len(saga.steps))),
            "",
        ]
    )


def diagram(saga: Saga[Any]) -> list[str]:
    """The lines of the diagram: forward, back where there is a way back, and the ends."""
    lines = ["flowchart TD", '    begin(["it begins"]) --> step0']
    for at in range(len(saga.steps)):
        lines += [f"    {line}" for line in _forward(saga, at)]
    lines += [f"    {line}" for line in _undoing(saga, "undo", 0, _pivot(saga), "failed")]
    if saga.returned is not None:
        last, pivot = len(saga.steps), _pivot(saga)
        told = _names(saga.steps[pivot], Meaning.RETURNED)
        lines.append(f'    completed -- "{told}" --> {_next_undo(saga, "back", pivot, last)}')
        lines += [f"    {line}" for line in _undoing(saga, "back", pivot, last, "returned")]
    return lines


def drifted(directory: Path) -> list[str]:
    """The pages that are missing, different, or of no saga any more."""
    wanted = pages()
    found = {path.name: path.read_text(encoding="utf-8") for path in directory.glob("*.md")}
    return sorted(name for name in wanted | found if wanted.get(name) != found.get(name))


def write(directory: Path, wanted: Mapping[str, str]) -> None:
    """Make the directory hold these pages and no other."""
    directory.mkdir(exist_ok=True)
    for path in directory.glob("*.md"):
        if path.name not in wanted:
            path.unlink()
    for name, text in wanted.items():
        (directory / name).write_text(text, encoding="utf-8")


def _sagas() -> Iterator[tuple[str, Saga[Any]]]:
    for service in load_services():
        if isinstance(service.sagas, Repertoire):
            for saga in service.sagas.sagas:
                yield service.name, saga


def _forward(saga: Saga[Any], at: int) -> Iterator[str]:
    """One step, and where each answer to it leads."""
    step, pivot = saga.steps[at], _pivot(saga)
    moment = "<br>not before its moment" if step.not_before is not None else ""
    if isinstance(step.do, Decides):
        yield from _deciding(saga, at, moment)
        return
    together = "<br>with others" if isinstance(step.do, Together) else ""
    words = f"{step.name}<br>{_to(_sent(step.do).kind)}{together}{moment}"
    yield f'step{at}{{{{"{words}<br>pivot"}}}}' if step.pivot else f'step{at}["{words}"]'
    following = f"step{at + 1}" if at + 1 < len(saga.steps) else 'completed(["completed"])'
    yield f'step{at} -- "{_names(step, Meaning.DONE)}" --> {following}'
    if at > pivot:
        yield f'step{at} -. "refused, or no answer: again" .-> step{at}'
        return
    refused = _names(step, Meaning.REFUSED)
    yield f'step{at} -- "{refused}" --> {_next_undo(saga, "undo", 0, at)}'
    if step.inquire is not None:
        yield f'step{at} -. "no answer" .-> ask{at}["{_to(step.inquire.kind)}"] -.-> step{at}'
    elif step.pivot:
        yield f'step{at} -. "no answer: again" .-> step{at}'
    else:
        yield f'step{at} -- "no answer" --> {_next_undo(saga, "undo", 0, at + 1)}'


def _deciding(saga: Saga[Any], at: int, moment: str) -> Iterator[str]:
    """A step that the service decides itself: on, or to a person, who has it decided again."""
    yield f'step{at}{{"{saga.steps[at].name}<br>decided at once{moment}"}}'
    yield f'step{at} -- "goes on" --> step{at + 1}'
    yield f'step{at} -- "stands still" --> person{at}[/"a person looks"/]'
    yield f'person{at} -. "decided again" .-> step{at}'
    yield f'person{at} -- "undone" --> {_next_undo(saga, "undo", 0, at)}'


def _undoing(saga: Saga[Any], way: str, top: int, bottom: int, end: str) -> Iterator[str]:
    """The steps that are undone on this way back, from the bottom upwards."""
    words = "failed or cancelled" if end == "failed" else end
    for at in reversed(range(top, bottom)):
        undo = saga.steps[at].undo
        if undo is not None:
            yield f'{way}{at}["undo {saga.steps[at].name}<br>{_to(undo.kind)}"]'
            yield f"{way}{at} --> {_next_undo(saga, way, top, at)}"
    yield f'{end}(["{words}"])'


def _next_undo(saga: Saga[Any], way: str, top: int, below: int) -> str:
    """The nearest step above `below` that leaves something behind, or the end of this way."""
    left = [at for at in range(top, below) if saga.steps[at].undo is not None]
    return f"{way}{left[-1]}" if left else {"undo": "failed", "back": "returned"}[way]


def _pivot(saga: Saga[Any]) -> int:
    """The place of the pivot; below the table when there is none."""
    return next((at for at, step in enumerate(saga.steps) if step.pivot), len(saga.steps))


def _names(step: Step[Any], meaning: Meaning) -> str:
    """What is answered when it means this."""
    told = [kind.__name__ for kind, means in step.answers.items() if means is meaning]
    inside = {Meaning.DONE: _sent(step.do).kind.reply.__name__, Meaning.REFUSED: "refused"}
    return ", ".join(told) or inside[meaning]


def _row(saga: Saga[Any], at: int) -> str:
    step = saga.steps[at]
    name = f"**{step.name}**, the pivot" if step.pivot else step.name
    together = f", with others: {step.do.saga.name}" if isinstance(step.do, Together) else ""
    sends = NOTHING if isinstance(step.do, Decides) else _cell(_sent(step.do))
    cells = (name, sends + together, _cell(step.undo), _silence(saga, at))
    return f"| {' | '.join(cells)} |"


def _sent(do: Sends[Any] | Together[Any] | Decides) -> Sends[Any]:
    """What is sent, by the run itself or by the one that it joins."""
    assert not isinstance(do, Decides), "sends nothing"
    return do if isinstance(do, Sends) else _sent(do.saga.steps[0].do)


def _silence(saga: Saga[Any], at: int) -> str:
    """What follows when no answer comes in time."""
    step = saga.steps[at]
    if isinstance(step.do, Decides):
        return "is decided at once"
    if step.inquire is not None:
        return f"is asked about: {_cell(step.inquire)}"
    return AGAIN if at >= _pivot(saga) else "all is undone"


def _cell(sends: Sends[Any] | None) -> str:
    return NOTHING if sends is None else f"`{sends.kind.__name__}` to {sends.kind.owner}"


def _to(kind: type[Command]) -> str:
    return f"{kind.__name__} to {kind.owner}"


def main(arguments: Sequence[str]) -> int:
    if arguments not in ([], ["--check"]):
        sys.stderr.write("usage: python -m infra.deployment.diagrams [--check]\n")
        return 2
    differing = drifted(PAGES)
    if arguments:
        sys.stderr.writelines(f"differs: docs/sagas/{name}\n" for name in differing)
        return 1 if differing else 0
    write(PAGES, pages())
    sys.stdout.write(f"{len(differing)} of {len(pages())} pages written to docs/sagas\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
