"""Small made-up tables and curves with a known truth behind them, for lessons about what a network finds."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from playground.blocks.base import BlockError, Fix
from playground.blocks.signal import Signal
from playground.data.base import ClassDataset, Dataset, Examples, RegressionDataset, Scaling, column_signal
from playground.data.outliers import WithOutliers
from playground.document.declaration import parameter

Floats = NDArray[np.float64]


class Insurance(ClassDataset):
    """Who buys insurance. Two hidden causes, each seen only through two columns, make it a natural 4-2-1 network."""

    id: ClassVar[str] = "insurance"
    topic: ClassVar[str] = "Course examples"
    title: ClassVar[str] = "Insurance"
    summary: ClassVar[str] = (
        "Who buys insurance: age and education make one aware of risk, income and savings make it affordable, and it "
        "takes both. A 4-2-1 network can find these two hidden causes; a single neuron cannot."
    )
    question: ClassVar[str] = "Does a person buy the insurance?"
    formula: ClassVar[str] = (
        r"a = \sigma\left(\tfrac{age - 36}{6} + \tfrac{education - 12}{2}\right),\;"
        r"f = \sigma\left(\tfrac{income - 50}{10} + \tfrac{savings - 40}{20}\right),\;"
        r"\text{buys: } \sqrt{a f} > 0.5"
    )

    examples: int = parameter(400, ge=20, le=20_000, logarithmic=True, help="Number of persons in all three parts.")
    noise: float = parameter(0.05, ge=0.0, le=1.0, help="Whim: standard deviation of what is compared with 0.5.")
    scaling: Scaling = parameter("standardize", help="Without it the large numbers of income drown the small ones.")

    def class_names(self) -> tuple[str, ...]:
        return ("does not buy", "buys")

    def feature_signal(self) -> Signal:
        return column_signal(4)

    def subtitle(self) -> str:
        return f"{self.examples} persons · 4 columns"

    def generate(self, generator: np.random.Generator) -> Examples:
        age = generator.integers(18, 71, self.examples)
        education = np.clip(np.round(generator.normal(12.0, 3.0, self.examples)), 6, 20)
        income = np.clip(np.round(generator.normal(60.0, 25.0, self.examples)), 10, 200)
        savings = np.clip(np.round(generator.gamma(2.0, 25.0, self.examples)), 0, 400)
        features = np.stack([age, education, income, savings], axis=1)
        readiness = np.sqrt(causes(features).prod(axis=1)) + self.noise * generator.standard_normal(self.examples)
        names = ("age (years)", "education (years)", "income (thousands)", "savings (thousands)")
        return Examples(features.astype(np.float32), (readiness > 0.5).astype(np.int64), names, self.class_names())


def causes(people: Floats) -> Floats:
    """Awareness and affordability, (N, 2) from 0 to 1, of people with age, education, income and savings, (N, 4)."""
    age, education, income, savings = people.T
    aware = (age - 36.0) / 6.0 + (education - 12.0) / 2.0
    affordable = (income - 50.0) / 10.0 + (savings - 40.0) / 20.0
    return np.asarray(1.0 / (1.0 + np.exp(-np.stack([aware, affordable], axis=1))))


class Bonus(RegressionDataset):
    """A bonus that is a weighted sum, for gradient descent by hand.

    The columns are small enough that full-batch gradient descent on the mean squared error converges at learning rate
    0.006, unscaled: it does where the largest eigenvalue of ZᵀZ/n, with Z = [X, 1], is below 1/0.006 = 166.7.
    """

    id: ClassVar[str] = "bonus"
    topic: ClassVar[str] = "Course examples"
    title: ClassVar[str] = "Bonus"
    summary: ClassVar[str] = "A bonus from performance, years and projects: a weighted sum whose weights one can find."
    question: ClassVar[str] = "How high is the bonus of an employee?"
    formula: ClassVar[str] = r"bonus = 12 \cdot performance + 6 \cdot years + 2 \cdot projects + 20 + \varepsilon"

    examples: int = parameter(200, ge=10, le=20_000, logarithmic=True, help="Number of employees in all three parts.")
    noise: float = parameter(2.0, ge=0.0, le=100.0, help="Deviation of the bonus from the weighted sum.")

    WEIGHTS: ClassVar[tuple[float, float, float]] = (12.0, 6.0, 2.0)
    BIAS: ClassVar[float] = 20.0

    def feature_signal(self) -> Signal:
        return column_signal(3)

    def target_names(self) -> tuple[str, ...]:
        return ("bonus",)

    def subtitle(self) -> str:
        return f"{self.examples} employees · 3 columns"

    def generate(self, generator: np.random.Generator) -> Examples:
        performance = np.round(generator.uniform(1.0, 5.0, self.examples), 1)
        years = generator.integers(0, 11, self.examples)
        projects = generator.integers(0, 11, self.examples)
        features = np.stack([performance, years, projects], axis=1)
        bonus = features @ np.array(self.WEIGHTS) + self.BIAS + self.noise * generator.standard_normal(self.examples)
        names = ("performance", "years_of_experience", "projects_completed")
        return Examples(features.astype(np.float32), bonus[:, None].astype(np.float32), names)


class SparseTable(RegressionDataset):
    """Linear regression where few of many columns count."""

    id: ClassVar[str] = "sparse-table"
    topic: ClassVar[str] = "Course examples"
    title: ClassVar[str] = "Sparse table"
    summary: ClassVar[str] = (
        "Many columns, of which only the first few count: L1 finds them and sets the rest to zero, L2 only shrinks."
    )
    question: ClassVar[str] = "Which columns make the target?"
    formula: ClassVar[str] = r"y = X \beta + \varepsilon, \quad \beta \text{ mostly } 0"
    source: ClassVar[str] = "Tibshirani 1996, Regression shrinkage and selection via the lasso"

    examples: int = parameter(100, ge=8, le=20_000, logarithmic=True, help="Number of rows in all three parts.")
    columns: int = parameter(20, ge=2, le=500, logarithmic=True, help="Number of columns; there may be more than rows.")
    useful: int = parameter(3, ge=1, le=50, label="Useful columns", help="How many columns count; they come first.")
    twin: bool = parameter(False, help="Makes the last column almost a copy of the first: which one gets the weight?")
    noise: float = parameter(0.5, ge=0.0, le=10.0, help="Standard deviation of ε.")

    def feature_signal(self) -> Signal:
        return column_signal(self.columns)

    def subtitle(self) -> str:
        return f"{self.examples} rows · {self.useful} of {self.columns} columns count"

    def expect(self, *inputs: Signal) -> None:
        """Refuse more useful columns than there are. Raises BlockError."""
        most = self.columns - 1 if self.twin else self.columns
        if self.useful > most:
            twin = " beside the twin" if self.twin else ""
            raise BlockError(
                f"{self.title} should have {self.useful} useful columns, but has only {most}{twin}.",
                Fix(f"Set useful columns to {most}", "set", parameters={"useful": most}),
            )

    def coefficients(self) -> Floats:
        """The true β, (columns,): signs alternate, sizes fall from 3 to 1, then zeros."""
        beta = np.zeros(self.columns)
        beta[: self.useful] = np.linspace(3.0, 1.0, self.useful) * (-1.0) ** np.arange(self.useful)
        return beta

    def generate(self, generator: np.random.Generator) -> Examples:
        features = generator.standard_normal((self.examples, self.columns))
        if self.twin:
            features[:, -1] = 0.98 * features[:, 0] + 0.2 * features[:, -1]  # correlation 0.98, deviation 1
        target = features @ self.coefficients() + self.noise * generator.standard_normal(self.examples)
        names = tuple(f"x{number}" for number in range(1, self.columns + 1))
        return Examples(features.astype(np.float32), target[:, None].astype(np.float32), names)


class NoisyCurve(WithOutliers):
    """Few noisy points of a smooth curve."""

    id: ClassVar[str] = "noisy-curve"
    topic: ClassVar[str] = "Course examples"
    title: ClassVar[str] = "Noisy curve"
    summary: ClassVar[str] = "A few noisy points of a smooth curve: a line is too simple, a large net learns the noise."
    question: ClassVar[str] = "How high is the curve at x?"
    formula: ClassVar[str] = r"y = f(x) + \varepsilon, \quad -3 \le x \le 3"

    examples: int = parameter(40, ge=4, le=5_000, logarithmic=True, help="Number of points in all three parts.")
    curve: Literal["sine", "parabola", "cubic"] = parameter("sine", help="The smooth curve behind the points.")
    noise: float = parameter(0.2, ge=0.0, le=2.0, help="Standard deviation of ε; the curve reaches from -1 to 1.")

    def feature_signal(self) -> Signal:
        return column_signal(1)

    def subtitle(self) -> str:
        return f"{self.examples} points · {self.curve} · noise {self.noise:g}"

    def height(self, x: Floats) -> Floats:
        """The curve without noise, within -1 and 1 for x from -3 to 3."""
        if self.curve == "sine":
            return np.sin(1.5 * x)
        if self.curve == "parabola":
            return 2.0 * (x / 3.0) ** 2 - 1.0
        return 4.0 * (x / 3.0) ** 3 - 3.0 * (x / 3.0)

    def generate(self, generator: np.random.Generator) -> Examples:
        x = generator.uniform(-3.0, 3.0, (self.examples, 1))
        y = self.height(x) + self.noise * generator.standard_normal(x.shape)
        return Examples(x.astype(np.float32), y.astype(np.float32), ("x",))


DATASETS: tuple[type[Dataset], ...] = (Insurance, Bonus, SparseTable, NoisyCurve)
