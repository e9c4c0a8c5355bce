"""The output of every neuron over the plane of the data: what the cards on the canvas show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from playground.analysis.base import Analysis, Context, Table
from playground.analysis.pictures import image_node, pictures
from playground.analysis.points import PlanePoints
from playground.analysis.subject import Extent, Subject, dependents, plane_node
from playground.document.declaration import parameter
from playground.document.graph import Graph
from playground.network.check import Output, Report

MOST_UNITS = 64
"""Maps of one node; further units are left out."""
EXAMPLE_PICTURES = 16


@dataclass(frozen=True)
class LiveMaps:
    """Maps of the nodes, unscaled, as the neurons give them.

    `maps` has for each node a contiguous float32 array (units, height, width); row 0 is the top of the picture, so
    that it can be drawn as it is. For image data it holds example pictures of the data node.
    """

    maps: Mapping[str, NDArray[np.float32]]
    data_node: str
    extent: Extent | None
    """Left, right, bottom and top of the maps in raw features; None for pictures."""
    points: PlanePoints | None
    """Training points of the data node, for its scatter picture."""

    def table(self) -> Table:
        rows: list[list[Any]] = []
        for node, maps in self.maps.items():
            units, height, width = maps.shape
            where = np.indices(maps.shape).reshape(3, units * height * width)
            columns = zip(*where.tolist(), maps.ravel().tolist(), strict=True)
            rows.extend([node, *numbers] for numbers in columns)
        return ["node", "unit", "row", "column", "value"], rows


class LiveMapsAnalysis(Analysis):
    """The map of every neuron, all from one forward pass over a grid."""

    id: ClassVar[str] = "live-maps"
    title: ClassVar[str] = "Live maps"
    summary: ClassVar[str] = "What each neuron answers for every point of the plane: blue positive, orange negative."

    resolution: int = parameter(32, ge=4, le=256, help="Grid points along each side of a map.")

    def why_not(self, report: Report, graph: Graph) -> str:
        if not plane_node(report) and not image_node(report):
            return "Maps in the blocks need data with exactly two features, or images."
        return ""

    def compute(self, context: Context) -> LiveMaps:
        subject = context.loaded()
        node = plane_node(subject.report)
        if not node:
            return _pictures_only(subject)
        outputs = mapped_outputs(subject.report, node)
        extent = subject.extent()
        feeds, _, _ = subject.grid(self.resolution, extent)
        values = subject.values(feeds, outputs)
        context.check()
        maps = {output[0]: _unit_maps(value, self.resolution) for output, value in values.items()}
        return LiveMaps(maps, node, extent, subject.points("train"))


def mapped_outputs(report: Report, data_node: str) -> list[Output]:
    """The first output of every node whose values follow from the two features alone and are vectors."""
    found: list[Output] = []
    for output in dependents(report, (data_node, "features"))[1:]:
        signal = report.signals[output]
        first = report.blocks[output[0]].outputs[0].name
        if signal.kind != "loss" and len(signal.shape) == 1 and output[1] == first:
            found.append(output)
    return found


def _unit_maps(value: NDArray[np.float32], resolution: int) -> NDArray[np.float32]:
    """(h * w, units) with the lowest row first -> (units, h, w) with the highest row first."""
    planes = value[:, :MOST_UNITS].astype(np.float32, copy=False).reshape(resolution, resolution, -1)
    return np.ascontiguousarray(planes[::-1].transpose(2, 0, 1))


def _pictures_only(subject: Subject) -> LiveMaps:
    node = image_node(subject.report)
    shown = pictures(subject.prepared[node], "train", np.arange(EXAMPLE_PICTURES))
    if shown.ndim == 4:
        shown = shown.mean(axis=3)
    return LiveMaps({node: np.ascontiguousarray(shown, dtype=np.float32)}, node, None, None)
