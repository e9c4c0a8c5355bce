"""Data prepared as those were that weights were learned on: the same scaling, size of pictures and vocabulary.

Weights mean something only for numbers like those they have seen. Where the project is known that learned them, its
data say what has to be done to other data.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from playground.blocks.base import BlockError
from playground.data.base import Dataset, ScaledDataset
from playground.data.own.images import OwnPictures
from playground.data.own.text import RARE, OwnText
from playground.data.preparation import Scaler, prepare
from playground.data.text.characters import ALPHABET, TextWindows
from playground.document import edits
from playground.document.graph import Graph
from playground.document.project import Project
from playground.network.check import block_of
from playground.network.naming import titles

MOST_SHOWN = 3
"""Columns whose scaling is told in the sentence."""


@dataclass(frozen=True, slots=True)
class Adaption:
    """What to change in the data of a project, and that in a sentence."""

    changes: dict[str, dict[str, Any]] = field(default_factory=dict)
    """New parameters of data blocks, by node."""
    sentence: str = ""
    """What is applied; empty where nothing is to be changed."""
    warning: str = ""
    """What cannot be brought into agreement."""

    def applied(self, project: Project) -> Project:
        """The project with its data prepared like those of the weights."""
        graph = project.graph
        for node, parameters in self.changes.items():
            if graph.has(node):
                graph = edits.set_parameters(graph, node, parameters)
        return project if graph is project.graph else project.replace(graph=graph)


def adaption(source: Project | None, target: Project) -> Adaption:
    """What has to be done to the data of `target` so that weights of `source` see numbers like those they learned from.

    Reads the data of the source where their scaling was measured. Raises OSError where they cannot be read.
    """
    if source is None:
        return Adaption()
    changes: dict[str, dict[str, Any]] = {}
    sentences: list[str] = []
    warnings: list[str] = []
    there = _datasets(source.graph)
    names = titles(target.graph)
    for node, dataset in _datasets(target.graph).items():
        other = there.get(node) or (next(iter(there.values())) if len(there) == 1 else None)
        if other is None or other == dataset:
            continue
        for adapt in ADAPTERS:
            found = adapt(other, dataset)
            if found is None:
                continue
            parameters, words = found
            if not parameters:
                warnings.append(f"{names[node]}: {words}.")
            elif any(getattr(dataset, name) != value for name, value in parameters.items()):
                changes.setdefault(node, {}).update(_plain(dataset, parameters))
                sentences.append(f"{names[node]}: {words}.")
    return Adaption(changes, " ".join(sentences), " ".join(warnings))


Found = tuple[dict[str, Any], str]
"""New parameters of a dataset and what they do, in words; no parameters stand for what cannot be done."""


def _scaling(source: Dataset, target: Dataset) -> Found | None:
    """The shift and factor of the source, as they were measured there."""
    if not isinstance(target, ScaledDataset):
        return None
    kind = source.feature_scaling()
    if kind == "none":
        words = "its numbers are left as they are, like those that the weights have seen"
        return ({"scaling": "none"}, words) if isinstance(source, ScaledDataset) else None
    try:
        scaler = prepare(source).scaler
    except BlockError as error:
        return {}, f"the scaling of the weights is not known, as their data cannot be read ({error.message})"
    columns = target.signals()[0].shape[-1]
    if scaler.shift.size not in (1, columns):
        return {}, f"the weights have seen {scaler.shift.size} columns, but these data have {columns}"
    parts = (np.atleast_1d(part).tolist() for part in (scaler.shift, scaler.factor))
    text = "; ".join(", ".join(map(repr, part)) for part in parts)
    return {"scaling": "given", "given_scaling": text}, _scaling_words(scaler)


def _scaling_words(scaler: Scaler) -> str:
    pairs = list(zip(np.atleast_1d(scaler.shift).tolist(), np.atleast_1d(scaler.factor).tolist(), strict=True))
    shown = ", ".join(
        f"(x {'+' if shift < 0 else '−'} {abs(shift):.4g}) × {factor:.4g}" for shift, factor in pairs[:MOST_SHOWN]
    )
    more = f" and so on for {len(pairs)} columns" if len(pairs) > MOST_SHOWN else ""
    return f"scaled like the data of the weights, {shown}{more}"


def _size(source: Dataset, target: Dataset) -> Found | None:
    """Pictures as large and as coloured as those of the source."""
    if not isinstance(target, OwnPictures):
        return None
    shape = source.signals()[0].shape
    sides = OwnPictures.model_fields["side"].annotation
    if len(shape) != 3 or shape[1] != shape[2]:
        return None
    channels, side, _ = shape
    if side not in getattr(sides, "__args__", ()) or channels not in (1, 3):
        return {}, f"the weights have seen pictures of {channels} × {side} × {side}, which these cannot be brought to"
    colour = "coloured" if channels == 3 else "grey"
    return {"side": side, "colour": channels == 3}, f"brought to {side} × {side} pixels, {colour}"


def _vocabulary(source: Dataset, target: Dataset) -> Found | None:
    """The characters that the source tells apart, in the order of its numbers."""
    if not isinstance(source, TextWindows) or not isinstance(target, TextWindows):
        return None
    if source.tokens != "characters" or source.tokens != target.tokens:
        there, here = source.vocabulary(), target.vocabulary()
        if there == here:
            return None
        return {}, f"the weights know {len(there.tokens)} tokens of another text, these data have {len(here.tokens)}"
    alphabet = source.alphabet()
    if alphabet == target.alphabet():
        return None
    if not isinstance(target, OwnText) or target.content is None:
        return {}, f"the weights tell {len(alphabet)} characters apart, these data {len(target.alphabet())}"
    if alphabet == ALPHABET:
        return {"plain": True}, f"made plain, in the {len(alphabet)} characters that the weights know"
    lost = len(set(target.content.symbols) - set(alphabet))
    stand_in = RARE if RARE in alphabet else alphabet[0]
    words = f"read in the {len(alphabet)} characters that the weights know"
    if lost:
        words += f"; {lost} that they do not know become “{stand_in}”"
    content = target.content.model_copy(update={"symbols": alphabet})
    return {"plain": False, "content": content}, words


ADAPTERS: tuple[Callable[[Dataset, Dataset], Found | None], ...] = (_size, _vocabulary, _scaling)


def _datasets(graph: Graph) -> dict[str, Dataset]:
    """The data blocks of a graph by node; those with bad parameters are left out."""
    found: dict[str, Dataset] = {}
    for node in graph.nodes:
        try:
            block = block_of(node)
        except (KeyError, ValueError):
            continue
        if isinstance(block, Dataset):
            found[node.id] = block
    return found


def _plain(dataset: Dataset, parameters: dict[str, Any]) -> dict[str, Any]:
    """Parameters as plain JSON values."""
    plain = dataset.model_copy(update=parameters).model_dump(mode="json")
    return {name: plain[name] for name in parameters}
