"""The declaration of a dataset, and the examples it gives."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import field_validator
from torch import nn

from playground.blocks.base import Block, BlockError, Fix, Port
from playground.blocks.code import Code
from playground.blocks.signal import Signal
from playground.data.division import fewer_rows, fold_rows, fold_words, outer_rows, refuse_folds, split_rows
from playground.data.inputs.base import InputForm, Known
from playground.data.inputs.usual import usual_form
from playground.data.parts import PARTS as PARTS
from playground.data.parts import Part as Part
from playground.document.declaration import ParameterInfo, parameter

Array = NDArray[np.float32] | NDArray[np.int64]
Labels = Literal["index", "one-hot", "zero-one", "signed"]
Measured = Literal["none", "standardize", "min-max"]
Scaling = Literal["none", "standardize", "min-max", "given"]
ROWS = "rows"
IN_ORDER = "in-order"
UNKNOWN_RANGE = (-math.inf, math.inf)
SCALING_HELP = "Standardize: mean 0 and deviation 1. Min-max: into 0 to 1. Both are measured on the training part."
GIVEN_HELP = (
    "For the scaling “given”, as it comes with weights that were learned on other data: what is taken away from the "
    "raw numbers, then what they are multiplied by, one number for all columns or one for each: “120, 3.5; 0.1, 2”."
)


@dataclass(frozen=True, slots=True)
class Examples:
    """Raw examples before split and scaling.

    `features` is (N, ...): float32 numbers, or int64 tokens. `target` is (N,) int64 class numbers, (N, T) int64 with
    one class for every step or node (−1 where none is asked for), or (N, k) float32 for regression. Numbers of any
    size, as in files, are float64: they are shifted and scaled before they become float32. What is too much for the
    memory is RowsOnDemand, read as it is asked for. `fields` holds further named arrays, for datasets that have more
    ports than two.
    """

    features: Array | NDArray[np.float64]
    target: Array | NDArray[np.float64]
    feature_names: tuple[str, ...] = ()
    class_names: tuple[str, ...] = ()
    """Empty unless the target is one class for each example."""
    fields: Mapping[str, Array] | None = None
    rows: Mapping[Part, NDArray[np.int64]] | None = None
    """The rows of each part, where the data decide: a series is cut in time, a graph hides answers. Else by chance."""

    @property
    def strata(self) -> NDArray[Any]:
        """What is spread evenly over the parts, (N,): the class of each example, or one number for all."""
        return self.target if self.class_names else np.zeros(len(self.features), dtype=np.int64)


class Dataset(Block):
    """A data block. Subclasses declare their own parameters and make the examples; split and scaling are shared.

    `expect()` refuses parameters that fit each one alone but not together, or that leave no examples: the checker
    calls it before it asks for the signals.
    """

    family: ClassVar[str] = "data"
    inputs: ClassVar[tuple[Port, ...]] = ()
    outputs: ClassVar[tuple[Port, ...]] = (Port("features", "Features"), Port("target", "Target"))
    question: ClassVar[str] = ""
    """What one tries to predict, as a question."""
    licence: ClassVar[str] = "Made by the program: free for any use."
    """Where the data come from and under which terms."""
    topic: ClassVar[str] = ""
    """The heading under which it is listed; that of its folder in `playground/data` where empty."""
    own: ClassVar[bool] = False
    """Whether the examples are a person's own, so that nobody has looked at them before."""
    reads: ClassVar[tuple[str, ...]] = ()
    """Parameters that hold the path of a person's file or folder, which travels with the project."""
    experience: ClassVar[str] = ROWS
    """The id of the source in `playground/training/experience` that gives the batches: the examples of the training
    part in a random order, unless it says otherwise."""
    divides: ClassVar[bool] = False
    """Whether `generate` says itself which rows make each part, instead of chance."""
    unfolded: ClassVar[str] = ""
    """Why there are no folds of it, in words behind “because”; empty where there are."""
    next_token: ClassVar[bool] = False
    """Whether the target at each token is the one that follows, so that a network that learns it can write: its
    `input_form` is then a TextForm."""
    ink: ClassVar[bool] = True
    """Grey pictures are ink on paper, which is 0; otherwise they are light, and 0 is black."""

    train_share: float = parameter(0.7, ge=0.05, le=1.0, label="Train share", help="Share of examples to learn from.")
    validation_share: float = parameter(
        0.15, ge=0.0, le=0.9, label="Validation share", help="Share for tuning and early stopping; the rest is test."
    )
    folds: int = parameter(
        0, ge=0, le=10_000, advanced=True,
        help="Cross-validation: train and validation together are divided into so many folds, of which one validates "
        "and the others are learned from; the test part stays. As many folds as rows leave one out. 0 for none.",
    )  # fmt: skip
    fold: int = parameter(
        1, ge=1, le=1_000_000, advanced=True,
        help="The fold that validates, counted from 1. Those beyond the last are a repetition, shuffled anew.",
    )  # fmt: skip
    test_folds: int = parameter(
        0, ge=0, le=1_000, advanced=True, label="Test folds",
        help="Nested cross-validation: one of so many folds of all rows is the test part, in the place of a share; the "
        "folds above divide the others. 0 for none.",
    )  # fmt: skip
    test_fold: int = parameter(1, ge=1, le=1_000, advanced=True, label="Test fold", help="Which of them, from 1.")
    data_seed: int = parameter(0, ge=0, le=2**31 - 1, label="Data seed", help="Another seed, other random examples.")

    @classmethod
    def parameter_infos(cls) -> tuple[ParameterInfo, ...]:
        """A dataset's own parameters first, then those that every dataset has."""
        infos = super().parameter_infos()
        return tuple(sorted(infos, key=lambda info: _SHARED.index(info.name) if info.name in _SHARED else -1))

    def feature_scaling(self) -> Scaling:
        """How the features are brought to one scale; tokens and graphs are left as they are."""
        return "none"

    def in_time(self) -> bool:
        """Whether rows follow each other in time, so that what is tested on must lie behind what is learned from."""
        return False

    def divided(
        self, strata: NDArray[Any], generator: np.random.Generator, groups: NDArray[Any] | None = None
    ) -> dict[Part, NDArray[np.int64]]:
        """The rows of the parts, by shares and folds. `strata` (N,) is spread evenly over the parts; rows of one group
        (N,) stay together. Raises BlockError for more folds than there are rows."""
        groups = None if self.in_time() else groups
        how = (strata, groups, self.in_time(), self.train_share, self.validation_share, generator)
        if self.test_folds < 2:
            return self.folded(split_rows(*how), strata, groups)
        count = len(strata) if groups is None else len(np.unique(groups))
        least = self.test_folds + 1 if self.in_time() else self.test_folds
        refuse_folds(
            self.title, count, self.test_folds, self.test_fold, repeats=False, least=least, prefix="test_"
        )
        return self.folded(outer_rows(*how, self.test_folds, self.test_fold, self.data_seed), strata, groups)

    def refuse_test_folds(self) -> None:
        """For data with a test part of their own. Raises BlockError where folds are to be that."""
        if self.test_folds > 1:
            none = Fix("No test folds", "set", parameters={"test_folds": 0})
            raise BlockError(f"The test part of {self.title} is given, so that no fold of the others can be it.", none)

    def folded(
        self, rows: dict[Part, NDArray[np.int64]], strata: NDArray[Any], groups: NDArray[Any] | None = None
    ) -> dict[Part, NDArray[np.int64]]:
        """These parts as the chosen fold has them; the same without folds. Raises BlockError."""
        if self.folds < 2:
            return rows
        count = len(rows["train"]) + len(rows["validation"])
        if groups is not None:
            count = len(np.unique(groups[np.concatenate([rows["train"], rows["validation"]])]))
        shuffled = not self.in_time() and self.folds < count
        least = self.folds + 1 if self.in_time() else self.folds
        refuse_folds(self.title, count, self.folds, self.fold, repeats=shuffled, least=least)
        return fold_rows(rows, strata, groups, self.folds, self.fold, self.data_seed, self.in_time())

    def most_folds(self, rows: Mapping[Part, NDArray[np.int64]]) -> int:
        """Into how many folds these parts can be divided at most, which leaves one row, or one group, out each time."""
        return len(rows["train"]) + len(rows["validation"]) - self.in_time()

    def parts_in_order(self, rows: Mapping[Part, NDArray[np.int64]]) -> NDArray[np.int8]:
        """The part of every row, or of every step of time, in the order of the data: its place in PARTS, and −1 for
        what is in none, (N,)."""
        found = np.full(1 + max((int(part.max(initial=-1)) for part in rows.values()), default=-1), -1, dtype=np.int8)
        for place, part in enumerate(PARTS):
            found[rows[part]] = place
        return found

    def begins_anew(self, before: Block) -> bool:
        """With another fold: what was learned with the rows that validate now would be told what it is asked."""
        return isinstance(before, Dataset) and any(
            getattr(before, name) != getattr(self, name) for name in ("folds", "fold", "test_folds", "test_fold")
        )

    def fold_words(self) -> str:
        """Which fold validates, such as “fold 2 of 5”; empty without folds."""
        return fold_words(self.folds, self.fold)

    def signals(self) -> tuple[Signal, ...]:
        """The output signals, one per port, known without making the examples (a test holds both together)."""
        raise NotImplementedError

    def generate(self, generator: np.random.Generator) -> Examples:
        """Make or load the examples; all randomness comes from `generator`."""
        raise NotImplementedError

    def by_part(self, raw: Examples, rows: Mapping[Part, NDArray[np.int64]]) -> Examples:
        """The examples once it is known in which part each is: as they are, unless one part is to be different."""
        return raw

    def by_part_code(self) -> Code | None:
        """How `by_part` is written: statements in `start` that change `features` or `target`, of which `rows` are
        known; None where it leaves all as it is."""
        return None

    def target_names(self) -> tuple[str, ...]:
        """Names of the numbers to predict; empty where there are none, or where they are no single numbers."""
        return ()

    def input_form(self, known: Known) -> InputForm | None:
        """How a person gives an example of their own, as “Use it” and the command `predict` ask for it.

        None where nobody can. Of the usual kinds of features the form follows from what is known of them.
        """
        return usual_form(known, ink=self.ink)

    def fresh_generator(self) -> np.random.Generator:
        """The generator that `generate` is given, at its start: the same for the same data seed."""
        return np.random.default_rng([self.data_seed, 20_250_101])

    def to_code(self, *inputs: Signal) -> Code:
        """How the raw examples are made: an expression for features and target, as a tuple, and behind them what else
        `generate` gives: the further fields where there are other ports, and the rows of the parts where `divides`.

        Statements before it stand in `start`; `generator` is the generator that `generate` is given. By default the
        source of `generate` itself.
        """
        return Code("{generate}(generator)", uses=(self.generate,))

    def build(self, *inputs: Signal) -> nn.Module:
        """A dataset has no module: its tensors are fed to the network."""
        raise TypeError("a dataset is fed, not built")


_SHARED = ("scaling", "given_scaling", "in_order", "train_rows", "label_budget", *Dataset.model_fields)


class ScaledDataset(Dataset):
    """Base of the datasets whose features are amounts."""

    scaling: Scaling = parameter("none", help=f"{SCALING_HELP} Given: as in the line below.")
    train_rows: int = parameter(
        0, ge=0, le=10_000_000, advanced=True, label="Rows to learn from",
        help="Of the training part at most so many rows are learned from, for a learning curve: how much do more rows "
        "help? Validation and test stay as they are. 0 for all.",
    )  # fmt: skip
    given_scaling: str = parameter("0; 1", label="Given scaling", advanced=True, max_length=60_000, help=GIVEN_HELP)

    @field_validator("given_scaling")
    @classmethod
    def _given_numbers_only(cls, text: str) -> str:
        given_numbers(text)
        return text

    def feature_scaling(self) -> Scaling:
        return self.scaling

    def folded(
        self, rows: dict[Part, NDArray[np.int64]], strata: NDArray[Any], groups: NDArray[Any] | None = None
    ) -> dict[Part, NDArray[np.int64]]:
        found = super().folded(rows, strata, groups)
        return fewer_rows(found, self.train_rows, self.in_time()) if self.train_rows else found


def given_numbers(text: str) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """What is taken away, and by what is multiplied, in a text such as `120, 3.5; 0.1, 2`.

    Raises ValueError with a sentence.
    """
    parts = text.split(";")
    if len(parts) != 2:
        raise ValueError("write what is taken away; then what is multiplied by, such as “0.13; 3.2”")
    found: list[tuple[float, ...]] = []
    for part in parts:
        try:
            numbers = tuple(float(word) for word in part.replace(",", " ").split())
        except ValueError:
            raise ValueError(f"“{part.strip()[:40]}” is no list of numbers") from None
        if not numbers or not all(map(math.isfinite, numbers)):
            raise ValueError(f"“{part.strip()[:40]}” needs at least one number, all of them finite")
        found.append(numbers)
    if 0.0 in found[1]:
        raise ValueError("a column that is multiplied by 0 tells nothing any more")
    return found[0], found[1]


class RowsInOrder(Dataset):
    """Base of the tables, whose rows may stand in an order that means something."""

    in_order: bool = parameter(
        False, label="Split in order", advanced=True,
        help="The first rows are learned from and the last ones tested with, instead of rows by chance: for rows that "
        "were measured one after the other.",
    )  # fmt: skip

    def in_time(self) -> bool:
        return self.in_order


class ClassDataset(ScaledDataset):
    """Base of the datasets whose target is a class."""

    labels: Labels = parameter(
        "index",
        help="How the class is coded: its number, one-hot, 0 and 1, or -1 and +1 (the last two for two classes).",
    )
    label_budget: int = parameter(
        0, ge=0, le=10_000_000, advanced=True, label="Label budget",
        help="So many rows to learn from keep their label, of every class its share. The others stay as unlabelled "
        "inputs, which only objectives such as pseudo-labels see. 0 for all.",
    )  # fmt: skip

    def class_names(self) -> tuple[str, ...]:
        """Names of the classes, in the order of their numbers."""
        raise NotImplementedError

    def feature_signal(self) -> Signal:
        """The signal of the features."""
        raise NotImplementedError

    def signals(self) -> tuple[Signal, ...]:
        return self.feature_signal(), target_signal(self.labels, self.class_names())

    def expect(self, *inputs: Signal) -> None:
        """Refuse a coding for two classes where there are more, and fewer labels than classes. Raises BlockError."""
        count = len(self.class_names())
        if 0 < self.label_budget < count:
            raise BlockError(
                f"{self.title} has {count} classes, so that {self.label_budget} labels leave some without any.",
                Fix(f"Keep {count} labels", "set", parameters={"label_budget": count}),
                Fix("Keep all labels", "set", parameters={"label_budget": 0}),
            )
        if self.labels in ("zero-one", "signed") and count != 2:
            coding = "0 and 1" if self.labels == "zero-one" else "-1 and +1"
            raise BlockError(
                f"{self.title} has {count} classes, but labels {coding} can tell only two apart.",
                Fix("Give the labels as one-hot", "set", parameters={"labels": "one-hot"}),
                Fix("Give the labels as class numbers", "set", parameters={"labels": "index"}),
            )


class RegressionDataset(ScaledDataset):
    """Base of the datasets whose target is one number or several."""

    target_scaling: Measured = parameter(
        "none", label="Target scaling", help="The same for the target: mean 0 and deviation 1 are easy to learn."
    )

    def feature_signal(self) -> Signal:
        """The signal of the features."""
        raise NotImplementedError

    def target_names(self) -> tuple[str, ...]:
        """Names of the numbers to predict."""
        return ("y",)

    def target_range(self) -> tuple[float, float]:
        """Bounds of the target before scaling, as far as they are known without making the examples."""
        return UNKNOWN_RANGE

    def signals(self) -> tuple[Signal, ...]:
        # What min-max scaling promises holds in the training part, where it is measured.
        ranges = {"none": self.target_range(), "min-max": (0.0, 1.0), "standardize": UNKNOWN_RANGE}
        low, high = ranges[self.target_scaling]
        target = Signal((len(self.target_names()),), low=low, high=high, scaled_by="target_scaling")
        return self.feature_signal(), target


def target_signal(labels: Labels, classes: tuple[str, ...]) -> Signal:
    """The signal of a class target in the chosen coding."""
    shape = () if labels == "index" else (len(classes),) if labels == "one-hot" else (1,)
    return Signal(shape, kind="classes", scale=labels, classes=classes)


def column_signal(count: int) -> Signal:
    """The signal of a table with `count` feature columns."""
    return Signal((count,), axes=("features",))
