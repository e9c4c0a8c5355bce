"""Time series: what was measured, one number after another, and what comes next.

An example is a window of steps that are seen and a horizon of steps that are asked for. Unlike all other data a series
is cut in time and not by chance: what is learned from lies wholly before what is tested on.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from playground.blocks.base import BlockError, Fix, Port
from playground.blocks.code import Code
from playground.blocks.signal import Signal, Windows
from playground.data.base import PARTS, Dataset, Examples, Measured, Part
from playground.data.division import folds_in_time, parts_of_time
from playground.data.inputs.base import InputForm, Known
from playground.data.inputs.series import SeriesForm
from playground.document.declaration import parameter

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]

Cuts = tuple[int, int, int]
"""The first step of the validation time, the first behind it, and the first of the test time, which differs from
that in a fold in time."""


@dataclass(frozen=True, slots=True, eq=False)
class Timeline:
    """A whole series in raw units, how it is cut, and the way to the numbers that a network sees and back.

    An origin is the number of the last step that is known: the window ends there, and the horizon begins behind it.
    Arrays are read-only.
    """

    values: Floats
    """(n,) as measured."""
    cuts: Cuts
    window: int
    horizon: int
    season: int
    relative: bool
    shift: float
    factor: float
    """Scaled numbers are (raw − shift) · factor."""

    @property
    def count(self) -> int:
        """How many steps were measured."""
        return len(self.values)

    def span(self, part: Part) -> tuple[int, int]:
        """The first step of a part, and the first behind it."""
        return spans_of(self.cuts, self.count)[part]

    def origins(self, part: Part) -> Rows:
        """The origins of a part in order of time, (N,): all that is asked for lies within it, what is seen may lie
        before it. The training part sees nothing from outside either, as there is nothing before it."""
        start, stop = self.span(part)
        return np.arange(max(self.window, start) - 1, stop - self.horizon, dtype=np.int64)

    def every_origin(self) -> Rows:
        """All origins with a whole window before them, up to the last step, behind which nothing is known, (N,)."""
        return np.arange(self.window - 1, self.count, dtype=np.int64)

    def windows(self, origins: Rows) -> NDArray[np.float32]:
        """What is seen at these origins, scaled: (N, window, 1)."""
        seen = self.values[origins[:, None] + np.arange(1 - self.window, 1)]  # (N, window)
        return self._scaled(seen, origins)[..., None]

    def targets(self, origins: Rows) -> NDArray[np.float32]:
        """What is asked for at these origins, scaled: (N, horizon); all of it must have been measured."""
        return self._scaled(self.values[origins[:, None] + np.arange(1, self.horizon + 1)], origins)

    def truth(self, origins: Rows) -> Floats:
        """What came after these origins in raw units, (N, horizon); NaN where nothing was measured."""
        places = origins[:, None] + np.arange(1, self.horizon + 1)
        return np.where(places < self.count, self.values[np.minimum(places, self.count - 1)], np.nan)

    def naive(self, origins: Rows) -> Floats:
        """The seasonal naive forecast in raw units, (N, horizon): what was measured one season before, or as many
        seasons as it takes to come to something known. NaN where the series is too short for that."""
        ahead = np.arange(1, self.horizon + 1)
        back = self.season * -(-ahead // self.season)
        places = origins[:, None] + ahead - back
        return np.where(places >= 0, self.values[np.maximum(places, 0)], np.nan)

    def naive_error(self) -> float:
        """Mean absolute error of the forecast “as one season before” within the training time, in raw units.

        It is what a MASE is measured against: Hyndman & Koehler 2006, Another look at measures of forecast accuracy.
        """
        known = self.values[: self.cuts[0]]
        return float(np.abs(known[self.season :] - known[: -self.season]).mean())

    def raw(self, scaled: NDArray[np.floating], origins: Rows) -> Floats:
        """Numbers (N, steps) as a network gives them at these origins, in raw units."""
        base = self.values[origins][:, None] if self.relative else self.shift
        return np.asarray(scaled, dtype=np.float64) / self.factor + base

    def _scaled(self, raw: Floats, origins: Rows) -> NDArray[np.float32]:
        base = self.values[origins][:, None] if self.relative else self.shift
        return ((raw - base) * self.factor).astype(np.float32)


class SeriesDataset(Dataset):
    """Base of the time series. Subclasses say what was measured, and when.

    Ports: the window (window, 1), the target (horizon,), and for a MASE the error of the seasonal naive forecast within
    the training time (1,), which is the same for every example; all three are scaled alike. `timeline` leads back to
    raw units.
    """

    outputs: ClassVar[tuple[Port, ...]] = (
        Port("features", "Window"), Port("target", "Target"), Port("naive-error", "Naive error"),
    )  # fmt: skip
    divides: ClassVar[bool] = True
    value_name: ClassVar[str] = "value"
    """What is measured, with its unit."""
    time_name: ClassVar[str] = "step"
    """What the axis of time is called."""
    step_name: ClassVar[str] = "steps"
    """Several steps in words."""
    start: ClassVar[float] = 1.0
    """The place of the first step on the axis of time."""
    step: ClassVar[float] = 1.0
    """From one step to the next on that axis."""

    window: int = parameter(24, ge=2, le=200, logarithmic=True, help="Steps that are seen.")
    horizon: int = parameter(12, ge=1, le=60, logarithmic=True, help="Steps that are asked for, right behind those.")
    season: int = parameter(
        12, ge=1, le=200, logarithmic=True,
        help="Steps after which the pattern comes again: the seasonal naive forecast, against which all others are "
        "measured, says the same as one season before. With 1 it says that nothing changes.",
    )  # fmt: skip
    relative: bool = parameter(
        True,
        label="Relative to the last value",
        help="Give window and target as their distance from the last value that is seen. The level is gone then, so "
        "that a trend does not lead into numbers that were never seen in training.",
    )
    scaling: Measured = parameter(
        "standardize",
        help="Standardize: mean 0 and deviation 1 (relative numbers keep their 0). Min-max: a range of 1. Both are "
        "measured on the training time alone.",
    )

    def length(self) -> int:
        """How many steps there are."""
        raise NotImplementedError

    def measured(self, generator: np.random.Generator) -> Floats:
        """The numbers, (n,); all randomness comes from `generator`."""
        raise NotImplementedError

    def moment(self, step: int) -> str:
        """When a step is, in words."""
        return f"{self.time_name} {self.time(step):g}"

    def time(self, step: float) -> float:
        """The place of a step on the axis of time."""
        return self.start + self.step * step

    def times(self, count: int) -> Floats:
        """The places of the first `count` steps on the axis of time, (count,)."""
        return self.start + self.step * np.arange(count, dtype=np.float64)

    def nearest_step(self, time: float) -> int:
        """The step that is nearest to a place on the axis of time."""
        return round((time - self.start) / self.step)

    def timeline(self) -> Timeline:
        """The series with all that is needed to come from raw to scaled numbers and back; the same for the same
        declaration. Raises OSError where the file of real data cannot be read."""
        return _timeline(self)

    def input_form(self, known: Known) -> InputForm:
        timeline = self.timeline()
        return SeriesForm(
            self.window, self.value_name, self.step_name, self.relative, timeline.shift, timeline.factor,
            tuple(timeline.values[-self.window :].tolist()),
        )  # fmt: skip

    def signals(self) -> tuple[Signal, ...]:
        scale: Literal["relative", "any"] = "relative" if self.relative else "any"
        try:
            train = self.cuts(self.length())[0]
        except BlockError:  # `expect` tells it
            train = 0
        windows = Windows(f"{self.id} {self.model_dump_json()}", train)
        return (
            Signal((self.window, 1), kind="series", scale=scale, windows=windows),
            Signal((self.horizon,), scale=scale, axes=("horizon",), windows=windows),
            Signal((1,), low=0.0),
        )

    def expect(self, *inputs: Signal) -> None:
        """Refuse a training time without a single example, or without two seasons to compare. Raises BlockError."""
        train = self.cuts(self.length())[0]
        if self.window + self.horizon > train:
            raise BlockError(
                f"{self.title}: the training time has {train} {self.step_name}, but an example needs "
                f"{self.window} that are seen and {self.horizon} that are asked for.",
                *self._shorter(train),
            )
        if self.season >= train:
            raise BlockError(
                f"{self.title}: the training time has {train} {self.step_name}, too few to compare it with "
                f"a season of {self.season} before.",
                Fix("Set the season to 1", "set", parameters={"season": 1}),
            )

    def _shorter(self, train: int) -> tuple[Fix, ...]:
        fixes: list[Fix] = []
        if train - self.horizon >= 2:
            window = min(self.window, train - self.horizon)
            fixes.append(Fix(f"Set the window to {window}", "set", parameters={"window": window}))
        if self.train_share < 0.7:
            fixes.append(Fix("Set the train share to 0.7", "set", parameters={"train_share": 0.7}))
        short = {"window": 2, "horizon": 1}
        return tuple(fixes) or (Fix("See 2 steps, ask for 1", "set", parameters=short),)

    def generate(self, generator: np.random.Generator) -> Examples:
        timeline = self.cut(self.measured(generator))
        parts = {part: timeline.origins(part) for part in PARTS}
        origins = np.concatenate(list(parts.values()))
        stops = np.cumsum([len(found) for found in parts.values()])
        error = np.full((len(origins), 1), timeline.naive_error() * timeline.factor, dtype=np.float32)
        return Examples(
            timeline.windows(origins),
            timeline.targets(origins),
            fields={"naive-error": error},
            rows={
                part: np.arange(stop - len(found), stop, dtype=np.int64)
                for (part, found), stop in zip(parts.items(), stops.tolist(), strict=True)
            },
        )

    def to_code(self, *inputs: Signal) -> Code:
        window, horizon = self.window, self.horizon
        timeline = self.timeline()
        origins = {part: timeline.origins(part) for part in PARTS}
        ends = [0, *np.cumsum([len(found) for found in origins.values()]).tolist()]
        stops = {part: timeline.span(part)[1] - horizon for part in PARTS}
        ranges = [
            f'    "{part}": np.arange({stops[part] - len(found)}, {stops[part]}),' for part, found in origins.items()
        ]
        rows = ", ".join(f'"{part}": np.arange({ends[n]}, {ends[n + 1]})' for n, part in enumerate(PARTS))
        last = timeline.cuts[0]
        statements = [
            "values = {measured}(generator)  # (n,)",
            "origins = {{  # the last step that is seen",
            *ranges,
            "}}",
            "known = np.concatenate(list(origins.values()))  # (N,)",
            f"features = values[known[:, None] + np.arange({1 - window}, 1)]  # (N, {window})",
            f"target = values[known[:, None] + np.arange(1, {horizon + 1})]  # (N, {horizon})",
            *self._scaled_in_code(last),
            f"naive = np.abs(values[{self.season}:{last}] - values[:{last - self.season}]).mean()  # one season before",
            'fields = {{"naive-error": np.full((len(known), 1), naive * factor, dtype=np.float32)}}',
            f"rows = {{{{{rows}}}}}",
        ]
        expression = "features, target, fields, rows"
        return Code(expression, imports=("import math",), uses=(self.measured,), start=tuple(statements))

    def _scaled_in_code(self, last: int) -> Iterator[str]:
        """Statements that take the level away and scale by what is measured on the training time."""
        past = f"values[:{last}]"
        if self.relative and self.scaling != "none":
            past = "past"
            yield f"seen = np.arange({self.window - 1}, {last})"
            yield f"past = values[seen[:, None] + np.arange({1 - self.window}, 1)] - values[seen][:, None]"
        if self.scaling == "none":
            yield "factor = 1.0"
        elif self.scaling == "min-max":
            yield f"factor = 1.0 / float({past}.max() - {past}.min())"
        elif self.relative:
            yield "factor = 1.0 / math.sqrt(float((past**2).mean()))"
        else:
            yield f"factor = 1.0 / float({past}.std())"
        shift = {"none": "0.0", "min-max": f"float({past}.min())", "standardize": f"float({past}.mean())"}[self.scaling]
        yield f"level = {'values[known][:, None]' if self.relative else shift}"
        yield "features, target = ((features - level) * factor)[..., None], (target - level) * factor"

    def in_time(self) -> bool:
        return True

    def most_folds(self, rows: Mapping[Part, NDArray[np.int64]]) -> int:
        plain = self.model_copy(update={"folds": 0})
        return plain.cuts(self.length())[1] // (self.window + self.horizon) - 1

    def parts_in_order(self, rows: Mapping[Part, NDArray[np.int64]]) -> NDArray[np.int8]:
        count = self.length()
        return parts_of_time(count, self.cuts(count))

    def cuts(self, count: int) -> Cuts:
        """Where so many steps are cut. Raises BlockError for more folds than the time has steps."""
        self.refuse_test_folds()
        both = min(1.0, self.train_share + self.validation_share)
        unit = self.window + self.horizon
        cut = round(count * self.train_share), round(count * both)
        return folds_in_time(*cut, self.folds, self.fold, unit, f"{self.title}, {unit} {self.step_name} at a time,")

    def cut(self, values: Floats) -> Timeline:
        """The timeline of these numbers; what is scaled is measured on the training time."""
        values = np.array(values, dtype=np.float64)
        values.flags.writeable = False
        places = self.cuts(len(values))
        plain = Timeline(values, places, self.window, self.horizon, self.season, self.relative, 0.0, 1.0)
        shift, factor = self._scaling(plain)
        return Timeline(values, places, self.window, self.horizon, self.season, self.relative, shift, factor)

    def _scaling(self, plain: Timeline) -> tuple[float, float]:
        if self.scaling == "none":
            return 0.0, 1.0
        known = plain.values[: plain.cuts[0]]
        if self.relative:
            origins = np.arange(self.window - 1, len(known))
            known = plain.values[origins[:, None] + np.arange(1 - self.window, 1)] - plain.values[origins][:, None]
        low, high = float(known.min()), float(known.max())
        if self.scaling == "min-max":
            shift, spread = low, high - low
        else:
            shift = float(known.mean())
            spread = math.sqrt(float((known**2).mean())) if self.relative else float(known.std())
        varies = spread > 1e-9 * max(1e-9, abs(low), abs(high))
        return (0.0 if self.relative else shift), (1.0 / spread if varies else 1.0)

    def subtitle(self) -> str:
        return f"{self.window} {self.step_name} seen · {self.horizon} ahead"


def spans_of(cuts: Cuts, count: int) -> dict[Part, tuple[int, int]]:
    """The first step of each part, and the first behind it."""
    return {"train": (0, cuts[0]), "validation": (cuts[0], cuts[1]), "test": (cuts[2], count)}


@functools.lru_cache(maxsize=8)
def _timeline(dataset: SeriesDataset) -> Timeline:
    return dataset.cut(dataset.measured(dataset.fresh_generator()))
