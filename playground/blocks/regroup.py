"""Regroup classes: from the classes of the data to coarser ones, such as from digits to even and odd."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, ClassVar, Literal, cast

import torch
from pydantic import field_validator
from torch import nn

from playground.blocks.base import Block, BlockError, Fix
from playground.blocks.code import Code, computed
from playground.blocks.lookup_operations import plan_table
from playground.blocks.operations import Operations
from playground.blocks.signal import Signal
from playground.document.declaration import parameter

Coding = Literal["index", "one-hot", "zero-one", "signed"]
MOST_GROUPS = 100
LONGEST = 2_000


class RegroupLayer(nn.Module):
    """Looks the group of every class up in a table; class -1 (not asked for) stays -1.

    The table is no buffer: it belongs to the block and not to what was learned, so snapshots must not bring it back.
    """

    def __init__(self, classes: tuple[str, ...], table: torch.Tensor) -> None:
        super().__init__()
        self.classes = classes
        self.table = table

    def forward(self, classes: torch.Tensor) -> torch.Tensor:
        return self.table.to(classes.device)[classes]


class RegroupClasses(Block):
    """Gives other class numbers for class numbers: which classes belong together is written in `groups`."""

    id: ClassVar[str] = "regroup-classes"
    family: ClassVar[str] = "merge"
    title: ClassVar[str] = "Regroup classes"
    summary: ClassVar[str] = (
        "Puts classes together, so that one target asks a second question, such as whether a digit is odd."
    )
    formula: ClassVar[str] = r"y \in \{1, \ldots, k\} \to g(y) \in \{1, \ldots, m\}, \quad m \leq k"

    groups: str = parameter(
        "0 2 4 6 8 | 1 3 5 7 9", max_length=LONGEST,
        help="Which classes belong together, with | between the groups. With commas, names may have spaces.",
    )  # fmt: skip
    names: str = parameter(
        "even | odd", max_length=LONGEST,
        help="What the groups are called, with | between them; empty: like the classes in them.",
    )  # fmt: skip
    labels: Coding = parameter(
        "index",
        help="How the group is coded: its number, one-hot, 0 and 1, or -1 and +1 (the last two for two groups).",
    )

    @field_validator("groups", mode="before")
    @classmethod
    def _tidy_groups(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        commas = "," in value
        groups = [_words(part, commas) for part in value.split("|")]
        if len(groups) < 2 or not all(groups):
            raise ValueError("write at least two groups with | between them, such as 0 2 4 | 1 3 5")
        if len(groups) > MOST_GROUPS:
            raise ValueError(f"write at most {MOST_GROUPS} groups")
        every = [word for group in groups for word in group]
        twice = next((word for word in every if every.count(word) > 1), None)
        if twice is not None:
            raise ValueError(f"every class belongs to one group, but {twice} stands there twice")
        return _text(groups, commas)

    @field_validator("names", mode="before")
    @classmethod
    def _tidy_names(cls, value: Any) -> Any:
        if not isinstance(value, str) or not value.strip():
            return "" if isinstance(value, str) else value
        names = [" ".join(part.split()) for part in value.split("|")]
        if not all(names):
            raise ValueError("write a name for every group with | between them, such as even | odd")
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            raise ValueError(f"every group needs a name of its own, but {twice} stands there twice")
        return " | ".join(names)

    def members(self) -> tuple[tuple[str, ...], ...]:
        """The classes of each group."""
        return tuple(tuple(_words(part, "," in self.groups)) for part in self.groups.split("|"))

    def group_names(self) -> tuple[str, ...]:
        """What the groups are called."""
        if self.names:
            return tuple(self.names.split(" | "))
        return tuple((", " if "," in self.groups else " ").join(group) for group in self.members())

    def subtitle(self) -> str:
        return " | ".join(self.group_names())

    def expect(self, *inputs: Signal) -> None:
        arriving = inputs[0]
        if arriving.scale != "index" or arriving.kind == "tokens":
            recode = Fix("Give the target as class numbers", "set", parameters={"labels": "index"}, node="input")
            raise BlockError(
                f"{self.title} expects the class numbers of a target, but {arriving.words()} arrives.",
                *([recode] if arriving.classes and arriving.kind != "tokens" else []),
                port="input",
            )
        self._expect_classes(arriving.classes)
        if arriving.shape and self.labels != "index":
            raise BlockError(
                f"{self.title} can give groups for {arriving.words()} as class numbers only.",
                Fix("Give the labels as class numbers", "set", parameters={"labels": "index"}),
            )
        count = len(self.members())
        if self.names and len(self.group_names()) != count:
            raise BlockError(
                f"{self.title} makes {count} groups, but {len(self.group_names())} names are written: {self.names}.",
                Fix("Name the groups after their classes", "set", parameters={"names": ""}),
            )
        if self.labels in ("zero-one", "signed") and count != 2:
            coding = "0 and 1" if self.labels == "zero-one" else "−1 and +1"
            raise BlockError(
                f"{self.title} makes {count} groups, but labels {coding} can tell only two apart.",
                Fix("Give the labels as class numbers", "set", parameters={"labels": "index"}),
                Fix("Give the labels as one-hot", "set", parameters={"labels": "one-hot"}),
            )

    def _expect_classes(self, classes: tuple[str, ...]) -> None:
        """Refuse groups that are not those of the arriving classes. Raises BlockError."""
        written = [name for group in self.members() for name in group]
        unknown = [name for name in written if name not in classes]
        if unknown:
            anew = {"groups": _written((classes[:1], classes[1:])), "names": ""}
            raise BlockError(
                f"{self.title} finds no class called {_listed(unknown)}; those that arrive are {_listed(classes)}.",
                *([Fix("Start from the classes that arrive", "set", parameters=anew)] if len(classes) > 1 else []),
                port="input",
            )
        left = tuple(name for name in classes if name not in written)
        if left:
            groups = (*self.members(), left)
            names = " | ".join((*self.group_names(), "rest")) if self.names else ""
            whole = {"groups": _written(groups), "names": names}
            raise BlockError(
                f"{self.title} needs a group for every class, but {_listed(left)} is in none.",
                Fix("Put the rest into a group of its own", "set", parameters=whole),
                port="input",
            )

    def build(self, *inputs: Signal) -> nn.Module:
        return RegroupLayer(inputs[0].classes, self._table(inputs[0].classes))

    def to_code(self, *inputs: Signal) -> Code:
        table = self._table(inputs[0].classes).tolist()
        remark = f"{' | '.join(self.group_names())}; the last entry is that of -1"
        return computed(f"torch.tensor({table}, device={{0}}.device)[{{0}}]", remark=remark)

    def plan(self, module: nn.Module, operations: Operations) -> bool:
        plan_table(operations, cast(RegroupLayer, module).table)
        return True

    def update(self, module: nn.Module) -> bool:
        assert isinstance(module, RegroupLayer)
        module.table = self._table(module.classes)
        return True

    def _table(self, classes: tuple[str, ...]) -> torch.Tensor:
        """The coded group of every class, and last that of -1, which reads a table from its end: (classes + 1, ...)."""
        groups = self.members()
        numbers = {name: number for number, group in enumerate(groups) for name in group}
        table = torch.tensor([*(numbers[name] for name in classes), -1])
        if self.labels == "index":
            return table
        if self.labels == "one-hot":
            return torch.eye(len(groups) + 1)[:, :-1][table]  # (classes + 1, groups)
        codes = table.float().unsqueeze(1)  # (classes + 1, 1)
        return codes if self.labels == "zero-one" else 2.0 * codes - 1.0

    def trace(self, module: nn.Module, *inputs: torch.Tensor) -> tuple[torch.Size, ...]:
        shape = inputs[0].shape
        if self.labels == "index":
            return (shape,)
        return (torch.Size((*shape, len(self.members()) if self.labels == "one-hot" else 1)),)

    def describe(self, outputs: tuple[torch.Size, ...], *inputs: Signal) -> tuple[Signal, ...]:
        return (
            Signal(
                tuple(outputs[0][1:]),
                kind="classes",
                scale=self.labels,
                axes=inputs[0].axes if self.labels == "index" else (),
                classes=self.group_names(),
                unanswered=inputs[0].unanswered,
            ),
        )

    def live_formula(self, *inputs: Signal) -> str:
        return f"{len(inputs[0].classes)} classes → {len(self.members())}: {', '.join(self.group_names())}"


def _words(text: str, commas: bool) -> list[str]:
    """The classes in the text of a group."""
    words = text.split(",") if commas else re.split(r"[\s;]+", text)
    return [" ".join(word.split()) for word in words if word.strip()]


def _text(groups: Sequence[Sequence[str]], commas: bool) -> str:
    """Groups as one writes them; a comma always tells that names may have spaces."""
    text = " | ".join((", " if commas else " ").join(group) for group in groups)
    return text if not commas or "," in text else f"{text},"


def _written(groups: Sequence[Sequence[str]]) -> str:
    return _text(groups, any(re.search(r"[\s;]", name) for group in groups for name in group))


def _listed(names: list[str] | tuple[str, ...]) -> str:
    """A few names in a sentence."""
    shown = [*names[:8], *(["…"] if len(names) > 8 else [])]
    return ", ".join(shown)


BLOCKS: tuple[type[Block], ...] = (RegroupClasses,)
