"""`train --weights-from`: take weights from a file before the training, and tell what fits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from playground.cli.report import CallError, print_table
from playground.document.library import UnknownPreset, find
from playground.network.compiled import CannotCompile
from playground.training.batches import CannotTrain
from playground.training.session.session import Session
from playground.training.weights.adapting import adaption
from playground.training.weights.matching import Match, best_arrangement, match, shape_words
from playground.training.weights.reading import read_weights
from playground.training.weights.source import Source, Values, WeightsRefused
from playground.training.weights.wanted import wanted_of


@dataclass(frozen=True)
class Taken:
    """What was taken, and what was done to the data for it, in sentences."""

    match: Match
    data: str = ""


def take_from(name: str, session: Session) -> Taken:
    """Give a session the weights of a file or preset, as far as they fit, and prepare its data like those that the
    weights have learned from. Raises CallError when nothing fits."""
    source = _source(name)
    try:
        adapted = adaption(source.project, session.project)
        project = adapted.applied(session.project)
        if project is not session.project:
            session.apply(project)
    except (OSError, CannotCompile, CannotTrain) as error:
        raise CallError(f"--weights-from: the data cannot be prepared like those of the weights: {error}") from error
    wanted = wanted_of(session.project.graph, session.report.order, session.snapshot())
    found = match(source, wanted, best_arrangement(source, wanted))
    if not found.fitting:
        reasons = sorted({pair.why_not for pair in found.pairs if pair.source})
        more = f" For example, {reasons[0]}." if reasons else ""
        raise CallError(f"--weights-from: {found.words()}{more}")
    session.take(Values(found.values(), found.mark()))
    return Taken(found, " ".join(filter(None, (adapted.sentence, adapted.warning))))


def _source(name: str) -> Source:
    try:
        return read_weights(find(name))
    except (UnknownPreset, WeightsRefused) as error:
        raise CallError(f"--weights-from: {error}") from error


def content(taken: Taken) -> dict[str, Any]:
    """What `train --json` prints of it."""
    found = taken.match
    return {
        "source": found.source.title,
        "arrangement": found.arrangement,
        "taken": {pair.wanted.name: pair.source for pair in found.fitting},
        "left": {pair.wanted.name: pair.why_not for pair in found.pairs if not pair.fits},
        "unused": list(found.unused),
        "data": taken.data,
    }


def tell(taken: Taken) -> None:
    """The table for people."""
    found, rows = taken.match, []
    for pair in found.pairs:
        told = (pair.source, f"found by {pair.how}") if pair.fits else ("–", pair.why_not)
        rows.append((pair.wanted.name, shape_words(pair.wanted.shape), *told))
    print_table(("weights", "shape", f"from {found.source.title}", ""), rows)
    print(found.words())
    if taken.data:
        print(taken.data)
