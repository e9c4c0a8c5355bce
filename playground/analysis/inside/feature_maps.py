"""One example on its way through a network of images, series or volumes: every map, and how its numbers come about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar
from weakref import WeakKeyDictionary

import numpy as np
import torch
from numpy.typing import NDArray

from playground.analysis.base import Analysis, Table, example_row
from playground.analysis.inside.sliding import Frame, Sliding, sliding_of
from playground.analysis.question import Question
from playground.analysis.shared.layer_answers import Answer, answer_to
from playground.analysis.shared.receptive_fields import Sight, sights_of
from playground.analysis.subject import Subject
from playground.blocks.images.arriving import dimensions_of
from playground.blocks.signal import Signal
from playground.data.base import Dataset, Part
from playground.document.graph import Graph
from playground.network.check import Report
from playground.network.compiled import Network

MOST_MAPS = 64
"""Maps of one block; further ones are left out."""


@dataclass(frozen=True)
class ImageLayer:
    """What one block makes of the example."""

    node: str
    title: str
    maps: NDArray[np.float32]
    """(maps, height, width): of a series one row high, of a volume every slice of every channel."""
    count: int
    """Maps that there are; `maps` may hold fewer."""
    data: bool
    """Whether this is the example itself."""
    sliding: Sliding | None
    """How its numbers come about, where a window slides over what arrives."""
    slices: int = 1
    """Maps of each channel."""
    sight: Sight | None = None
    """What each place sees of the example through all layers; None of the example itself, and of volumes."""

    def seen(self, row: int, column: int) -> Frame | None:
        """The part of the example that a place sees."""
        if self.sight is None:
            return None
        (top, bottom), (left, right) = self.sight.rows[row], self.sight.columns[column]
        return Frame(top, left, bottom - top + 1, right - left + 1)

    @cached_property
    def limit(self) -> float:
        """The largest magnitude, which has the full colour."""
        return float(np.nan_to_num(np.abs(self.maps), posinf=0.0).max(initial=0.0)) or 1.0

    @property
    def words(self) -> str:
        """Such as “Conv2D 1 · 6 × 28 × 28”."""
        height, width = self.maps.shape[1:]
        channels = f"{self.count // self.slices} × {self.slices}" if self.slices > 1 else f"{self.count}"
        return f"{self.title} · {channels} × {height} × {width}"

    def map_words(self, number: int) -> str:
        """Which map that is: “map 3”, or “map 3, slice 2” of a volume."""
        channel, one = divmod(number, self.slices)
        return f"map {channel + 1}" + (f", slice {one + 1}" if self.slices > 1 else "")

    def place_words(self, row: int, column: int) -> str:
        """Which number of a map that is."""
        return f"row {row + 1}, column {column + 1}" if self.maps.shape[1] > 1 else f"step {column + 1}"


@dataclass(frozen=True)
class FeatureMaps:
    """The maps of all image blocks, in the order in which they compute."""

    layers: tuple[ImageLayer, ...]
    chosen: str
    """The chosen node if it is one of them; else empty."""
    part: Part
    row: int
    """The example, in its part."""
    count: int
    """Examples in the part."""
    answer: Answer | None
    """None where the network does not say which class an example belongs to."""

    def table(self) -> Table:
        rows: list[list[Any]] = []
        for layer in self.layers:
            where = (np.indices(layer.maps.shape).reshape(3, -1) + 1).tolist()
            rows.extend([layer.node, *numbers] for numbers in zip(*where, layer.maps.ravel().tolist(), strict=True))
        return ["block", "map", "row", "column", "value"], rows


class FeatureMapsAnalysis(Analysis):
    """The feature maps of all filters for one example."""

    needs: ClassVar[frozenset[str]] = frozenset({"snapshot", "given"})
    id: ClassVar[str] = "feature-maps"
    title: ClassVar[str] = "Feature maps"
    summary: ClassVar[str] = (
        "What every filter finds in one example, block by block. Point at a number to see the window it comes from, "
        "the kernel, and their products."
    )

    example: int = example_row()

    def why_not(self, report: Report, graph: Graph) -> str:
        if not any("feature maps" in block.reveals for block in report.blocks.values()):
            return "No convolution on the canvas. Drag in a Conv2D."
        return ""

    def compute(self, question: Question) -> FeatureMaps:
        subject = question.loaded()
        part = subject.shown_part
        count = min(prepared.count(part) for prepared in subject.prepared.values())
        network, report = subject.network, subject.report
        subject.calm()
        with torch.no_grad():
            steps = network.steps_before(report.loss_nodes())
            values = network.run(subject.example(question.example), steps)
        layers = _layers(subject, values)
        return FeatureMaps(
            layers=layers,
            chosen=question.node if question.node in [layer.node for layer in layers] else "",
            part=part,
            row=subject.shown_row(question.example, count),
            count=count,
            answer=answer_to(subject, question.node, values),
        )


_SIGHTS: WeakKeyDictionary[Network, dict[str, Sight]] = WeakKeyDictionary()
"""They follow from the structure alone, and are the same for every example."""


def _layers(subject: Subject, values: Sequence[torch.Tensor]) -> tuple[ImageLayer, ...]:
    report, network = subject.report, subject.network
    modules = {step.node: step.module for step in network.steps}
    found: list[ImageLayer] = []
    if network not in _SIGHTS:
        _SIGHTS[network] = sights_of(report)
    sights = _SIGHTS[network]
    for name in report.order:
        block = report.blocks[name]
        output = (name, block.outputs[0].name) if block.outputs else ("", "")
        signal = report.signals.get(output)
        if signal is None or not _shown(signal) or not len(values[network.slots[output]]):
            continue
        value = values[network.slots[output]][0]
        maps = _pictures(value, signal)
        slices = signal.shape[1] if len(signal.shape) == 4 else 1
        sliding = None
        if name in modules:
            source = report.inputs[name][0]
            arriving, most = values[network.slots[source]][0], -(-MOST_MAPS // slices)
            sliding = sliding_of(block, modules[name], source[0], arriving, most, value.shape)
        shown = np.ascontiguousarray(maps[:MOST_MAPS].float().numpy())
        data = isinstance(block, Dataset)
        sight = sights.get(name)
        found.append(ImageLayer(name, subject.title(name), shown, len(maps), data, sliding, slices, sight))
    return tuple(found)


def _shown(signal: Signal) -> bool:
    """Whether it makes pictures, channel by channel."""
    return dimensions_of(signal) > 0 and signal.of_kind.numbers


def _pictures(value: torch.Tensor, signal: Signal) -> torch.Tensor:
    """One example as maps (maps, height, width)."""
    if signal.kind == "series":
        return value.T[:, None]
    return value.flatten(0, -3)
