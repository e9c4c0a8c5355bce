"""What the cards on the canvas show: for points in a plane the map of every unit, for all other data one example.

An example is followed through the network: an image block shows its feature maps, a series block its values over time,
attention its matrices, a vector a strip of its numbers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

import numpy as np
import torch
from numpy.typing import NDArray

from playground.analysis.answers.learned_picture import bright, learned_outputs
from playground.analysis.answers.reconstruction import as_pixels, redrawings
from playground.analysis.base import Analysis, Table
from playground.analysis.question import Question
from playground.analysis.shared.pictures import brightness, image_node, pictures
from playground.analysis.shared.points import PlanePoints
from playground.analysis.subject import Extent, Subject, dependents, entrances, plane_node
from playground.blocks.reveals import DrawsNoise, Transparent
from playground.blocks.signal import Signal
from playground.document.declaration import parameter
from playground.document.graph import Graph
from playground.network.check import Output, Report

Palette = Literal["signed", "ink", "magnitude", "colour"]

MOST_UNITS = 64
"""Maps of one node; further units are left out."""
EXAMPLE_PICTURES = 16
STRIP = 0.14
"""Height of a strip of numbers, as a share of its length."""
LONGEST_STRIP = 128


@dataclass(frozen=True)
class LiveMaps:
    """Maps of the nodes, unscaled, as the blocks give them.

    `maps` has for each node a contiguous float32 array (maps, height, width); row 0 is the top of the picture, so
    that it can be drawn as it is. For image data it holds example pictures of the data node. Pictures in colour are
    (pictures, height, width, 3) with brightness from 0 to 1.
    """

    maps: Mapping[str, NDArray[np.float32]]
    data_node: str
    extent: Extent | None
    """Left, right, bottom and top of the maps in raw features; None where they are no maps of a plane."""
    points: PlanePoints | None
    """Training points of the data node, for its scatter picture."""
    palettes: Mapping[str, Palette] = field(default_factory=dict)
    """How the maps of a node are coloured, where they are not signed values."""
    feature_names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """What the features of each data node are called."""

    @property
    def by_unit(self) -> bool:
        """Whether every unit of a node has a map of its own."""
        return self.extent is not None

    def table(self) -> Table:
        rows: list[list[Any]] = []
        for node, maps in self.maps.items():
            grey = maps.mean(axis=3) if maps.ndim == 4 else maps
            where = np.indices(grey.shape).reshape(3, grey.size)
            columns = zip(*where.tolist(), grey.ravel().tolist(), strict=True)
            rows.extend([node, *numbers] for numbers in columns)
        return ["node", "unit", "row", "column", "value"], rows


class LiveMapsAnalysis(Analysis):
    """The map of every unit over the plane, or one example on its way through the network."""

    needs: ClassVar[frozenset[str]] = frozenset({"snapshot", "given"})
    id: ClassVar[str] = "live-maps"
    title: ClassVar[str] = "Live maps"
    summary: ClassVar[str] = "What each block makes of every point of the plane, or of one example: blue is positive."

    resolution: int = parameter(32, ge=4, le=256, help="Grid points along each side of a map.")

    def why_not(self, report: Report, graph: Graph) -> str:
        return "" if report.data_nodes() else "There is no data on the canvas to send through the network."

    def compute(self, question: Question) -> LiveMaps:
        subject = question.loaded()
        node = plane_node(subject.report)
        if not node:
            return _of_example(question, subject)
        outputs = mapped_outputs(subject.report, node)
        extent = subject.extent()
        feeds, _, _ = subject.grid(self.resolution, extent)
        values = subject.values(feeds, outputs)
        question.check()
        values.update(_over_noise(subject, self.resolution))
        maps = {output[0]: _unit_maps(value, self.resolution) for output, value in values.items()}
        return LiveMaps(maps, node, extent, subject.points("train"), feature_names=feature_names(subject))


def feature_names(subject: Subject) -> dict[str, tuple[str, ...]]:
    """What the features of each data node are called, where the data say so."""
    return {name: prepared.feature_names for name, prepared in subject.prepared.items() if prepared.feature_names}


def mapped_outputs(report: Report, data_node: str) -> list[Output]:
    """The first output of every node whose values follow from the two features alone and are vectors."""
    source = data_node, "features"
    return _vectors(report, dependents(report, source, entrances(report, source))[1:])


def _vectors(report: Report, outputs: Sequence[Output]) -> list[Output]:
    found: list[Output] = []
    for output in outputs:
        signal = report.signals[output]
        first = report.blocks[output[0]].outputs[0].name
        if signal.kind != "loss" and len(signal.shape) == 1 and output[1] == first:
            found.append(output)
    return found


def _over_noise(subject: Subject, resolution: int) -> dict[Output, NDArray[np.float32]]:
    """What follows from two random numbers alone, over the plane of these numbers."""
    report, found = subject.report, {}
    for name in report.revealing("noise"):
        block = report.blocks[name]
        if isinstance(block, DrawsNoise) and block.size == 2:
            source = name, block.outputs[0].name
            side = torch.linspace(-block.reach(), block.reach(), resolution)
            grid = torch.cartesian_prod(side, side).flip(1)  # the second number changes slowest, as in `Subject.grid`
            found.update(subject.values({source: grid}, _vectors(report, dependents(report, source))))
    return found


def _unit_maps(value: NDArray[np.float32], resolution: int) -> NDArray[np.float32]:
    """(h * w, units) with the lowest row first -> (units, h, w) with the highest row first."""
    planes = value[:, :MOST_UNITS].astype(np.float32, copy=False).reshape(resolution, resolution, -1)
    return np.ascontiguousarray(planes[::-1].transpose(2, 0, 1))


def _of_example(question: Question, subject: Subject) -> LiveMaps:
    """One example followed through all blocks."""
    report, network = subject.report, subject.network
    feeds = subject.example(question.example)
    subject.calm()
    with torch.no_grad():
        values = network.run(feeds, network.steps_before(report.loss_nodes()))
        maps: dict[str, NDArray[np.float32]] = {}
        palettes: dict[str, Palette] = {}
        for step in network.steps:
            if isinstance(step.module, Transparent):
                inner = step.module.inside(*(values[slot] for slot in step.inputs))
                if "attention" in inner:  # (1, heads, to, from)
                    maps[step.node] = _ready(inner["attention"][0])
                    palettes[step.node] = "magnitude"
                elif "hidden" in inner:  # (1, time, units)
                    maps[step.node] = _ready(inner["hidden"][0].T[None])
        for name, block in report.blocks.items():
            if name in maps or not block.outputs:
                continue
            output = name, _shown_port(report, name)
            shown = _picture_of(report.signals.get(output), values[network.slots[output]])
            if shown is not None:
                maps[name] = shown
        redrawn = {**_redrawn(subject, values), **_learned(subject, values)}
    maps.update(redrawn)
    palettes.update({name: _palette(shown) for name, shown in redrawn.items()})
    node = image_node(report)
    if node:
        followed = redrawn or any("feature maps" in report.blocks[name].reveals for name in maps)
        own = subject.given_feeds().get((node, "features"))
        if own is not None:
            maps[node] = brightness(subject.prepared[node], own.numpy())
        else:
            maps[node] = _data_pictures(subject, node, question.example if followed else None)
        palettes[node] = _palette(maps[node])
    return LiveMaps(maps, node, None, None, palettes, feature_names=feature_names(subject))


def _shown_port(report: Report, name: str) -> str:
    """The first output, but of a graph its edges, which say more than a table of nodes."""
    ports = [port.name for port in report.blocks[name].outputs]
    known = [port for port in ports if (name, port) in report.signals]
    matrices = [port for port in known if report.signals[name, port].of_kind.picture == "matrix"]
    return (matrices or ports)[0]


def _picture_of(signal: Signal | None, value: torch.Tensor) -> NDArray[np.float32] | None:
    """Maps (n, h, w) of what a block gives for one example; None where that makes no picture."""
    if signal is None or not signal.of_kind.picture or not len(value):
        return None
    first = value[0].float()
    picture = signal.of_kind.picture
    if picture == "maps" and len(signal.shape) == 3:
        return _ready(first)
    if picture == "maps" and len(signal.shape) == 4:  # the middle slice of each channel
        return _ready(first[:, signal.shape[1] // 2])
    if len(signal.shape) == 2:
        return _ready((first if picture == "matrix" else first.T)[None])  # (features, time): time runs to the right
    if len(signal.shape) == 1 and signal.shape[0] > 1:
        strip = first[:LONGEST_STRIP]
        return _ready(strip.expand(max(1, round(len(strip) * STRIP)), len(strip))[None])
    return None


def _ready(maps: torch.Tensor) -> NDArray[np.float32]:
    return np.ascontiguousarray(maps[:MOST_UNITS].float().numpy())


def _redrawn(subject: Subject, values: Sequence[torch.Tensor]) -> dict[str, NDArray[np.float32]]:
    """What the network draws of one picture, (1, h, w) or (1, h, w, 3), for the blocks whose drawing a loss compares
    with it."""
    found: dict[str, NDArray[np.float32]] = {}
    for drawn in redrawings(subject.report):
        given = values[subject.network.slots[drawn.prediction]].numpy()
        found[drawn.prediction[0]] = brightness(subject.prepared[drawn.data], as_pixels(subject, drawn, given))
    return found


def _learned(subject: Subject, values: Sequence[torch.Tensor]) -> dict[str, NDArray[np.float32]]:
    """Pictures whose pixels learn, (1, h, w) or (1, h, w, 3)."""
    slots = subject.network.slots
    outputs = learned_outputs(subject.report)
    return {output[0]: bright(subject, output, values[slots[output]].detach().numpy())[None] for output in outputs}


def _palette(shown: NDArray[np.float32]) -> Palette:
    return "colour" if shown.ndim == 4 else "ink"


def _data_pictures(subject: Subject, node: str, example: int | None) -> NDArray[np.float32]:
    rows = np.arange(EXAMPLE_PICTURES) if example is None else np.array([example])
    prepared = subject.prepared[node]
    part = subject.shown_part if example is not None else "train"
    return pictures(prepared, part, rows % max(1, prepared.count(part)))
