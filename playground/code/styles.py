"""In which ways a project can be written, for a person to choose from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from playground.code.by_hand import NotByHand
from playground.code.by_hand_script import write_by_hand
from playground.code.lines import Written
from playground.code.script import write
from playground.document.project import Project
from playground.network.compiled import CannotCompile
from playground.training.batches import CannotTrain


@dataclass(frozen=True, slots=True)
class Style:
    """One way to write a project."""

    id: str
    title: str
    help: str
    write: Callable[[Project], Written]


STYLES: tuple[Style, ...] = (
    Style("pytorch", "PyTorch", "Data, network, training and evaluation in plain PyTorch", write),
    Style(
        "numpy", "NumPy by hand", "A dense network without torch: forward, backward and update by hand", write_by_hand,
    ),
    Style(
        "distributed", "Several processes", "The same for torchrun: each process takes its share of every batch",
        lambda project: write(project, distributed=True),
    ),
)  # fmt: skip


class NotWritten(Exception):
    """A project cannot be written in a style; the message is a sentence."""


def written_as(project: Project, style: str) -> Written:
    """The file of a project in a style, by its id. Raises NotWritten, and KeyError for a style that there is not."""
    one = {known.id: known for known in STYLES}[style]
    try:
        return one.write(project)
    except CannotCompile as error:
        problem = error.problems[0].message if error.problems else "The graph has errors."
        raise NotWritten(f"Mend the errors on the canvas, and the code follows: {problem}") from error
    except (NotByHand, CannotTrain) as error:
        raise NotWritten(str(error)) from error
