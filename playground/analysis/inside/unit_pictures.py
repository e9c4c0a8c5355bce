"""What the units of a layer look for: the examples that excite each most, a picture made to, and the gradient of it.

Erhan et al. 2009, "Visualizing higher-layer features of a deep network"; Simonyan, Vedaldi and Zisserman 2013, "Deep
inside convolutional networks".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from playground.analysis.base import Analysis, NothingToShow, Table
from playground.analysis.question import Question
from playground.analysis.shared.pictures import brightness, image_node
from playground.analysis.shared.receptive_fields import fields_of
from playground.analysis.subject import Subject
from playground.blocks.images.arriving import dimensions_of, extents_of
from playground.data.base import Part
from playground.document.declaration import parameter
from playground.document.graph import Graph
from playground.network.check import Output, Report

MOST_EXAMPLES = 512
"""Among so many the strongest are looked for."""
RATE = 0.04
"""Of a step of the ascent, as a share of the range of the data."""
NOISES, DRAWN = (0.05, 0.3), 8
"""How strong the noise is on pictures that an ascent may begin from, as shares of the range of the data, and how many
there are of each."""
CALM = 4
"""After so many steps the picture is smoothed a little, or it becomes mere noise that excites the unit all the same."""


@dataclass(frozen=True)
class UnitPictures:
    """Some units of a layer, one after the other."""

    title: str
    units: tuple[int, ...]
    """Their numbers, from 0."""
    count: int
    """Units that the layer has."""
    rows: NDArray[np.int64]
    """(units, examples): which examples excite each most, the strongest first."""
    values: NDArray[np.float32]
    """(units, examples): how much."""
    frames: NDArray[np.int64]
    """(units, examples, 4): top, left, bottom and right of what the unit sees there, the last themselves within."""
    examples: NDArray[np.float32]
    """(units, examples, h, w), or with a last axis of colours; brightness from 0 to 1."""
    made: NDArray[np.float32]
    """(units, h, w), or in colour: pictures that were made to excite each."""
    reached: NDArray[np.float32]
    """(units,): how much they do."""
    gradients: NDArray[np.float32]
    """(units, h, w): how the unit grows with each pixel of its strongest example, summed over colours."""
    part: Part
    searched: int
    """Examples among which the strongest are."""

    def table(self) -> Table:
        rows: list[list[Any]] = []
        for index, unit in enumerate(self.units):
            rows.append([unit + 1, "made", "", float(self.reached[index])])
            pairs = zip(self.rows[index].tolist(), self.values[index].tolist(), strict=True)
            rows.extend([unit + 1, "example", row + 1, value] for row, value in pairs)
        return ["unit", "picture", "example", "value"], rows


class UnitPicturesAnalysis(Analysis):
    """What units look for, as pictures."""

    id: ClassVar[str] = "unit-pictures"
    title: ClassVar[str] = "Unit pictures"
    summary: ClassVar[str] = (
        "For each unit of the chosen layer: a picture that was made to excite it as much as possible, the examples "
        "that excite it most, and which pixels of the first of them it hangs on."
    )

    first: int = parameter(1, ge=1, le=100_000, label="First unit", help="The number of the first unit shown.")
    shown: int = parameter(6, ge=1, le=16, label="Units", help="Units that are shown.")
    examples: int = parameter(5, ge=1, le=12, help="Examples of each unit, the strongest first.")
    ascent: int = parameter(
        40, ge=1, le=400, label="Steps of the ascent", help="How long a picture is made to excite the unit more."
    )

    def why_not(self, report: Report, graph: Graph) -> str:
        if not image_node(report):
            return "This needs pictures as data. Drag in a data block with pictures."
        if not layers_of(report):
            return "No layer behind the pictures has units. Drag in a Conv2D or a Dense block."
        return ""

    def compute(self, question: Question) -> UnitPictures:
        *_, last = self.stages(question)
        return last

    def stages(self, question: Question) -> Iterator[UnitPictures]:
        subject = question.loaded()
        layers = layers_of(subject.report)
        node = question.node if question.node in layers else layers[0]
        layer = Layer(subject, node)
        first = min(self.first, layer.count) - 1
        units = tuple(range(first, min(first + self.shown, layer.count)))
        found = layer.strongest(units, self.examples)
        yield found
        picture, step = layer.beginning(units), 0
        while step < self.ascent:
            question.check()
            layer.reload(question)
            picture = layer.climbed(picture, units, calm=step % CALM == CALM - 1)
            step += 1
            if step % 10 == 0 or step == self.ascent:
                yield layer.with_made(found, picture, units)


def layers_of(report: Report) -> tuple[str, ...]:
    """Layers with kernels or units that follow from the pictures, in order."""
    source = image_node(report), "features"
    found: list[str] = []
    for name in report.order:
        block = report.blocks[name]
        if name not in report.inputs or not block.reveals & {"kernels", "units"} or len(block.outputs) != 1:
            continue
        output = name, block.outputs[0].name
        signal = report.signals[output]
        if dimensions_of(signal) not in (0, 2) or (not dimensions_of(signal) and len(signal.shape) != 1):
            continue
        if source in fields_of(report, output, (0,) * max(0, len(signal.shape) - 1)):
            found.append(name)
    return tuple(found)


class Layer:
    """A layer of the subject, whose units are looked at."""

    def __init__(self, subject: Subject, node: str) -> None:
        self.subject, self.node = subject, node
        self.data = image_node(subject.report)
        self.source: Output = (self.data, "features")
        self.output: Output = (node, subject.report.blocks[node].outputs[0].name)
        signal = subject.report.signals[self.output]
        self.count = signal.shape[0]
        self.places = extents_of(signal) if dimensions_of(signal) else ()
        self.part: Part = subject.shown_part
        feeds = subject.feeds(self.part, MOST_EXAMPLES)
        self.x = feeds[self.source]
        if not len(self.x):
            raise NothingToShow("There are no examples to look among.")
        axes = tuple(range(2, self.x.dim()))
        self.low = self.x.amin((0, *axes), keepdim=True)
        self.high = torch.maximum(self.x.amax((0, *axes), keepdim=True), self.low + 1e-6)
        self.steps = subject.network.steps_to([self.output], {self.source: self.x})

    def reload(self, question: Question) -> None:
        """Take the weights again, which another view may have changed between two stages."""
        question.loaded()

    def values(self, x: torch.Tensor) -> torch.Tensor:
        """What all units say: (n, units) or (n, units, height, width)."""
        self.subject.calm()
        others = self.subject.feeds(self.part, 1).items()
        feeds = {output: one.expand(len(x), *one.shape[1:]) for output, one in others if output != self.source}
        values = self.subject.network.run({**feeds, self.source: x}, self.steps)
        return values[self.subject.network.slots[self.output]]

    def strongest(self, units: tuple[int, ...], examples: int) -> UnitPictures:
        """The examples that excite each unit most, and the gradient of the first."""
        with torch.no_grad():
            said = self.values(self.x)[:, list(units)]
        if self.places:
            best, at = said.flatten(2).max(2)
        else:
            best, at = said, torch.zeros(said.shape, dtype=torch.int64)
        values, rows = best.topk(min(examples, len(best)), dim=0)  # (examples, units)
        places = at.gather(0, rows)
        frames = [[self._frame(int(place)) for place in column] for column in places.T]
        prepared = self.subject.prepared[self.data]
        pictures = brightness(prepared, self.x[rows.T.flatten()].numpy())
        gradients = self._gradients(rows[0], places[0], units)
        nothing = np.zeros((len(units), *pictures.shape[1:]), dtype=np.float32)
        return UnitPictures(
            self.subject.title(self.node), units, self.count, rows.T.numpy(), values.T.numpy(), np.array(frames),
            pictures.reshape(len(units), -1, *pictures.shape[1:]), nothing,
            np.full(len(units), np.nan, dtype=np.float32), gradients, self.part, len(self.x),
        )  # fmt: skip

    def _frame(self, place: int) -> tuple[int, int, int, int]:
        where = divmod(place, self.places[1]) if self.places else ()
        extents = extents_of(self.subject.report.signals[self.source])
        seen = fields_of(self.subject.report, self.output, where)[self.source].within(extents)
        return *seen.low, *seen.high  # type: ignore[return-value]

    def _gradients(self, rows: torch.Tensor, places: torch.Tensor, units: tuple[int, ...]) -> NDArray[np.float32]:
        with torch.enable_grad():
            x = self.x[rows].clone().requires_grad_(True)
            slope = _slope(self._own(self.values(x), units, places), x)
        return np.asarray(slope.sum(1).numpy(), dtype=np.float32)

    def _own(self, said: torch.Tensor, units: tuple[int, ...], places: torch.Tensor | None = None) -> torch.Tensor:
        """What each unit says of its own row, at a place of its map, in the middle by default."""
        rows = torch.arange(len(units))
        if not self.places:
            return said[rows, list(units)]
        middle = self.places[0] // 2 * self.places[1] + self.places[1] // 2
        at = torch.full((len(units),), middle) if places is None else places
        return said.flatten(2)[rows, list(units), at]

    def beginning(self, units: tuple[int, ...]) -> torch.Tensor:
        """The pictures that the ascent begins from: of some with noise on them, for each unit the one that excites it
        most, as a unit that is silent has no slope to climb. They are the same every time."""
        generator = torch.Generator().manual_seed(1)
        shape, extent = (DRAWN, *self.x.shape[1:]), self.high - self.low
        drawn = [
            self.low + share * extent + noise * extent * torch.randn(shape, generator=generator)
            for share in (0.5, 0.0, 1.0) for noise in NOISES
        ]  # fmt: skip
        candidates = torch.minimum(torch.maximum(torch.cat(drawn), self.low), self.high)
        with torch.no_grad():
            said = self.values(candidates)[:, list(units)]
        if self.places:
            said = said[:, :, self.places[0] // 2, self.places[1] // 2]
        return candidates[said.argmax(0)]

    def climbed(self, picture: torch.Tensor, units: tuple[int, ...], *, calm: bool) -> torch.Tensor:
        """One step up, within the range of the data."""
        with torch.enable_grad():
            x = picture.clone().requires_grad_(True)
            slope = _slope(self._own(self.values(x), units), x)
        size = slope.flatten(1).pow(2).mean(1).sqrt().clamp_min(1e-12).view(-1, *[1] * (x.dim() - 1))
        moved = picture + RATE * (self.high - self.low) * slope / size
        if calm:
            smooth = functional.avg_pool2d(moved, 3, 1, 1, count_include_pad=False)
            moved = 0.5 * moved + 0.5 * smooth
        return torch.minimum(torch.maximum(moved, self.low), self.high)

    def with_made(self, found: UnitPictures, picture: torch.Tensor, units: tuple[int, ...]) -> UnitPictures:
        """The result with the pictures as they are by now."""
        with torch.no_grad():
            reached = self._own(self.values(picture), units).numpy()
        return replace(found, made=brightness(self.subject.prepared[self.data], picture.numpy()), reached=reached)


def _slope(value: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
    if not value.requires_grad:
        return torch.zeros_like(x)
    (slope,) = torch.autograd.grad(value.sum(), x, allow_unused=True)
    return torch.zeros_like(x) if slope is None else slope.detach()
