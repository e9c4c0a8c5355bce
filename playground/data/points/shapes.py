"""Points in the plane: the toy problems on which one sees a network bend its boundary.

The picture is the square from -6 to 6 in both directions, as in TensorFlow Playground (Smilkov and Carter 2016).
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from playground.blocks.signal import Signal
from playground.data.base import ClassDataset, Dataset, Examples, column_signal
from playground.document.declaration import parameter

EXTENT = 6.0
"""Half the side of the square in which points lie, in their own units."""
REACH = EXTENT / 3.0
"""How far noise of 100 % moves a coordinate at most; the same for every dataset of points."""
CLASS_NAMES = ("orange", "blue", "green", "purple", "red", "brown", "pink", "grey")

Floats = NDArray[np.float64]
Numbers = NDArray[np.int64]


class PointClasses(ClassDataset):
    """Base of the two-dimensional class problems: coordinates x1 and x2 within about ±6.

    Subclasses say where points of each class lie; number, balance, noise and wrong labels are shared.
    """

    examples: int = parameter(500, ge=8, le=20_000, logarithmic=True, help="Number of points in all three parts.")
    noise: float = parameter(
        0.0, ge=0.0, le=1.0, help="How far points stray: at 100 % by up to a third of the way from middle to edge."
    )
    balance: float = parameter(
        0.5, ge=0.05, le=0.95, help="Weight of the first class against each other class; 50 % is even."
    )
    label_noise: float = parameter(
        0.0, ge=0.0, le=0.5, label="Wrong labels", help="Share of the points that carry the label of another class."
    )

    weigh_classes: bool = parameter(
        False, label="Weigh classes", advanced=True,
        help="Count a mistake on a rare class as much more as the class is rarer.",
    )  # fmt: skip

    def class_names(self) -> tuple[str, ...]:
        return CLASS_NAMES[:2]

    def feature_signal(self) -> Signal:
        return column_signal(2)

    def signals(self) -> tuple[Signal, ...]:
        features, target = super().signals()
        if not self.weigh_classes:
            return features, target
        counts = np.bincount(class_numbers(self.examples, len(self.class_names()), self.balance)).tolist()
        return features, target.but(weights=tuple(sum(counts) / (len(counts) * count) for count in counts))

    def subtitle(self) -> str:
        return f"{self.examples} points · noise {self.noise:.0%}"

    def place(self, numbers: Numbers, generator: np.random.Generator) -> Floats:
        """Where points of these classes lie without noise: (N,) class numbers to (N, 2)."""
        raise NotImplementedError

    def generate(self, generator: np.random.Generator) -> Examples:
        names = self.class_names()
        numbers = class_numbers(self.examples, len(names), self.balance)
        points = self.place(numbers, generator)
        if self.noise:
            points = points + generator.uniform(-REACH, REACH, points.shape) * self.noise
        else:
            generator.uniform(-REACH, REACH, points.shape)  # drawn without noise too, so that the parts stay the same
        if self.label_noise:
            numbers = with_wrong_labels(numbers, len(names), self.label_noise, generator)
        else:
            generator.permutation(len(numbers))  # as if labels were exchanged
        return Examples(points.astype(np.float32), numbers, ("x1", "x2"), names)


class Circles(PointClasses):
    """A disc inside a ring."""

    id: ClassVar[str] = "circles"
    title: ClassVar[str] = "Circles"
    summary: ClassVar[str] = "A disc inside a ring: no line separates them, x1² + x2² does."
    question: ClassVar[str] = "Is a point in the disc (blue) or in the ring (orange)?"
    formula: ClassVar[str] = r"\text{blue: } \sqrt{x_1^2 + x_2^2} < 2.5"

    def place(self, numbers: Numbers, generator: np.random.Generator) -> Floats:
        inner, outer = np.where(numbers == 1, 0.0, 3.5), np.where(numbers == 1, 2.5, 5.0)
        radius = generator.uniform(inner, outer)
        return around(radius, generator.uniform(0.0, 2.0 * np.pi, len(numbers)))


class Xor(PointClasses):
    """Opposite quadrants share a class."""

    id: ClassVar[str] = "xor"
    title: ClassVar[str] = "XOR"
    summary: ClassVar[str] = "Opposite quadrants share a class: the problem no single neuron can solve."
    question: ClassVar[str] = "Do the two coordinates have the same sign (blue) or not (orange)?"
    formula: ClassVar[str] = r"\text{blue: } x_1 x_2 > 0"
    source: ClassVar[str] = "Minsky and Papert 1969, Perceptrons"

    def place(self, numbers: Numbers, generator: np.random.Generator) -> Floats:
        size = generator.uniform(0.3, 5.0, (len(numbers), 2))
        first = generator.choice([-1.0, 1.0], len(numbers))
        second = np.where(numbers == 1, first, -first)
        return np.asarray(size * np.stack([first, second], axis=1))


class Gaussians(PointClasses):
    """Two round clouds."""

    id: ClassVar[str] = "gaussians"
    title: ClassVar[str] = "Two Gaussians"
    summary: ClassVar[str] = "Two round clouds: one straight line separates them, so one neuron is enough."
    question: ClassVar[str] = "From which of the two clouds does a point come?"
    formula: ClassVar[str] = r"x \sim \mathcal{N}(\pm(2, 2), \sigma^2 I)"

    spread: float = parameter(0.7, ge=0.1, le=3.0, help="Standard deviation of each cloud.")

    def place(self, numbers: Numbers, generator: np.random.Generator) -> Floats:
        centre = np.where(numbers == 1, 2.0, -2.0)[:, None]
        return centre + self.spread * generator.standard_normal((len(numbers), 2))


class Spirals(PointClasses):
    """Interleaved spirals."""

    id: ClassVar[str] = "spirals"
    title: ClassVar[str] = "Spirals"
    summary: ClassVar[str] = "Interleaved spiral arms, one class each: hard for a small network."
    question: ClassVar[str] = "To which arm does a point belong?"
    formula: ClassVar[str] = r"x = r\,(\sin\varphi, \cos\varphi), \quad \varphi = 1.75 \cdot 2\pi\, r / 5 + 2\pi k / K"
    source: ClassVar[str] = "Lang and Witbrock 1988, Learning to tell two spirals apart"

    arms: int = parameter(2, ge=2, le=5, help="Number of arms, one class each.")

    def class_names(self) -> tuple[str, ...]:
        return CLASS_NAMES[: self.arms]

    def subtitle(self) -> str:
        return f"{self.arms} arms · {super().subtitle()}"

    def place(self, numbers: Numbers, generator: np.random.Generator) -> Floats:
        along = generator.uniform(0.0, 1.0, len(numbers))
        angle = 1.75 * 2.0 * np.pi * along + 2.0 * np.pi * numbers / self.arms
        return around(5.0 * along, angle)


class Moons(PointClasses):
    """Two half circles that reach into each other."""

    id: ClassVar[str] = "moons"
    title: ClassVar[str] = "Moons"
    summary: ClassVar[str] = "Two half moons that reach into each other: a gentle curve separates them."
    question: ClassVar[str] = "To which moon does a point belong?"

    def place(self, numbers: Numbers, generator: np.random.Generator) -> Floats:
        angle = generator.uniform(0.0, np.pi, len(numbers))
        upper = np.stack([np.cos(angle), np.sin(angle)], axis=1)
        lower = np.stack([1.0 - np.cos(angle), 0.5 - np.sin(angle)], axis=1)
        moons = np.where((numbers == 0)[:, None], upper, lower)  # x from -1 to 2, y from -0.5 to 1
        return np.asarray(3.3 * (moons - np.array([0.5, 0.25])))


class Blobs(PointClasses):
    """Round clouds on a circle, one class each."""

    id: ClassVar[str] = "blobs"
    title: ClassVar[str] = "Blobs"
    summary: ClassVar[str] = "Round clouds around the middle, one class each: the picture book case for softmax."
    question: ClassVar[str] = "From which cloud does a point come?"

    clouds: int = parameter(3, ge=2, le=8, label="Classes", help="Number of clouds, one class each.")
    spread: float = parameter(0.6, ge=0.1, le=3.0, help="Standard deviation of each cloud.")

    def class_names(self) -> tuple[str, ...]:
        return CLASS_NAMES[: self.clouds]

    def subtitle(self) -> str:
        return f"{self.clouds} classes · {super().subtitle()}"

    def place(self, numbers: Numbers, generator: np.random.Generator) -> Floats:
        centre = around(np.full(len(numbers), 4.0), 2.0 * np.pi * numbers / self.clouds)
        return centre + self.spread * generator.standard_normal((len(numbers), 2))


def around(radius: Floats, angle: Floats) -> Floats:
    """Points (N, 2) at these distances and angles from the middle; angle 0 is straight up and turns right."""
    return np.stack([radius * np.sin(angle), radius * np.cos(angle)], axis=1)


def class_numbers(count: int, classes: int, first_weight: float) -> Numbers:
    """Class numbers (count,), sorted. The first class weighs `first_weight`, every other one 1 - `first_weight`.

    For two classes the weight is the share of the first; at 0.5 any number of classes is even. No class is empty.
    """
    share = first_weight / (first_weight + (classes - 1) * (1.0 - first_weight))
    first = min(max(1, round(count * share)), count - (classes - 1))
    others = np.sort(np.arange(count - first, dtype=np.int64) % (classes - 1)) + 1
    return np.concatenate([np.zeros(first, dtype=np.int64), others])


def with_wrong_labels(numbers: Numbers, classes: int, share: float, generator: np.random.Generator) -> Numbers:
    """Class numbers of which exactly this share (rounded) is exchanged for another class, drawn evenly."""
    wrong = generator.permutation(len(numbers))[: round(len(numbers) * share)]
    changed = numbers.copy()
    changed[wrong] = (numbers[wrong] + generator.integers(1, classes, len(wrong))) % classes
    return changed


DATASETS: tuple[type[Dataset], ...] = (Circles, Xor, Gaussians, Spirals, Moons, Blobs)
