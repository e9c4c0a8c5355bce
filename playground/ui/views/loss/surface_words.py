"""What the legend of a loss surface says, and what it says of the place under the mouse."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from playground.analysis.loss.loss_surface import LossSurface, Track
from playground.ui.views.shared.surface_plot import DARK, LATER, OWN, PATH, short, style_of
from playground.ui.widgets.drawing import number_words
from playground.ui.widgets.legend import Entry

NEAR_ENOUGH = 1e-3
"""A point that is nearer to the plane lies on it, as far as anybody can see."""
UNTIL = {"path": "random until the path spans a plane", "runs": "random until the paths span a plane"}


def entries(result: LossSurface, wanted: str, contours: bool) -> list[Entry]:
    """What is seen, for a person who wanted these directions; with the lowest point where there are `contours`."""
    when = "now" if len(result.later) < 2 else "here"
    present = f"{when}, step {result.step:,}: {number_words(result.loss)}{_off(float(result.path.distances[-1]))}"
    found = [Entry(present, "disc", PATH)]
    if len(result.path) > 1:
        found += [Entry("start", "disc", DARK), Entry(f"path{_up_to(result.path)}", OWN.sample, OWN.color)]
    if len(result.later) > 1:
        found.append(Entry(f"later{_up_to(result.later)}", LATER.sample, LATER.color))
    for number, other in enumerate(result.others):
        style = style_of(number)
        loss = number_words(float(other.losses[-1]))
        found.append(Entry(f"{other.title}: {loss}{_up_to(other)}", style.sample, style.color))
    if contours:
        found.append(Entry(f"lowest here: {number_words(result.minimum[2])}", "diamond", "#ffffff"))
    if result.kind == "random" and wanted != "random":
        found.append(Entry(UNTIL.get(wanted, "random until there is such a line")))
    found.append(Entry(f"{result.examples} {result.part} examples{_penalty(result.penalty)}"))
    if result.without:
        found.append(Entry(f"without {' and '.join(result.without)}"))
    return found


def _penalty(penalty: float | None) -> str:
    if penalty is None:
        return ""
    return f", with the penalty ({number_words(penalty)} of it)" if penalty else ", no penalty is set"


def _off(distance: float) -> str:
    return "" if distance < NEAR_ENOUGH else f", {number_words(distance)} off this plane"


def _up_to(track: Track) -> str:
    farthest = float(track.distances.max(initial=0.0))
    return "" if farthest < NEAR_ENOUGH else f", up to {number_words(farthest)} off this plane"


def readout(result: LossSurface, a: float, b: float, near: list[float]) -> str:
    """The loss at a place of the plane in words, or of the point of a path that is near; empty outside the grid."""
    if not (result.alphas[0] <= a <= result.alphas[-1] and result.betas[0] <= b <= result.betas[-1]):
        return ""
    tracks = [("", result.path), ("later, ", result.later), *((f"{other.title}, ", other) for other in result.others)]
    for name, track in tracks:
        away = np.linalg.norm((track.places - (a, b)) / near, axis=1)
        if away.min() <= 1.0:
            return name + _point(track, int(away.argmin()))
    row, column = _nearest(result.betas, b), _nearest(result.alphas, a)
    where = ", ".join(f"{short(name)} {number_words(value)}" for name, value in zip(result.axes, (a, b), strict=True))
    return f"{where}: loss {number_words(float(result.values[row, column]))}"


def _point(track: Track, number: int) -> str:
    words = f"step {track.steps[number]:,}: loss {number_words(float(track.losses[number]))}"
    distance = float(track.distances[number])
    return words if distance < NEAR_ENOUGH else f"{words}, {number_words(distance)} away from this plane"


def _nearest(side: NDArray[np.float64], value: float) -> int:
    return int(np.abs(side - value).argmin())


def age(steps: int) -> str:
    """How old a picture is, in round numbers."""
    if steps <= 0:
        return ""
    rounded = int(float(f"{steps:.2g}"))
    return f"{rounded:,} step{'s' if rounded > 1 else ''} ago"
