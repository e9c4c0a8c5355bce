"""What L1 and L2 add to the loss at given weights, for pictures of what a run really minimizes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from playground.analysis.shared.weight_points import Listed, Vector, WeightPoints
from playground.document.copies import unrolled
from playground.document.project import Project
from playground.network.check import Report
from playground.network.flat import Layout
from playground.training.objectives.active import active
from playground.training.phases import active_phases
from playground.training.regularization import strengths


def left_out(project: Project | None) -> tuple[str, ...]:
    """The titles of the objectives that a run of this project minimizes too, and that no picture of its loss holds:
    they ask the network about other inputs."""
    return tuple(one.title for one in active(project)) if project is not None else ()


NUMBERS = 2**20
"""Weights that are looked at together."""


@dataclass(frozen=True)
class Penalty:
    """The strengths of L1 and L2 for every parameter, (P,); zero for biases and for what does not learn."""

    l1: NDArray[np.float32]
    l2: NDArray[np.float32]

    @classmethod
    def of(cls, project: Project, report: Report, layout: Layout) -> Penalty:
        """The penalty that training adds in this project."""
        l1, l2 = np.zeros(layout.size, dtype=np.float32), np.zeros(layout.size, dtype=np.float32)
        learning = {node for phase in active_phases(project, report) for node in phase.trains}
        for node in unrolled(project.graph).nodes:
            if node.id not in learning or not node.training.trainable or not node.training.learning_rate_factor:
                continue
            for place in layout.of_node(node.id):
                if len(place.shape) > 1:
                    here = slice(place.start, place.stop)
                    l1[here], l2[here] = strengths(node, project.training.regularization)
        return cls(l1, l2)

    def __bool__(self) -> bool:
        return bool(self.l1.any() or self.l2.any())

    def at(self, points: WeightPoints) -> NDArray[np.float64]:
        """The penalties l1 * sum|w| + l2 * sum w^2 of many points, (n,)."""
        found = np.zeros(points.count)
        penalized = np.flatnonzero(self.l1 + self.l2)
        if not len(penalized):
            return found
        here = slice(int(penalized[0]), int(penalized[-1]) + 1)
        size = max(1, NUMBERS // (here.stop - here.start))
        for start in range(0, points.count, size):
            stop = min(points.count, start + size)
            weights = points.part(start, stop, here)
            if self.l1.any():
                found[start:stop] += np.abs(weights) @ self.l1[here]
            if self.l2.any():
                found[start:stop] += np.square(weights) @ self.l2[here]
        return found

    def of_one(self, vector: Vector) -> float:
        """The penalty at one point (P,)."""
        return float(self.at(Listed([vector]))[0])

    def gradient(self, vector: Vector) -> Vector:
        """The gradient (P,) at one point; of L1 the slope on the side where the weight is."""
        return self.l1 * np.sign(vector) + 2.0 * self.l2 * vector
