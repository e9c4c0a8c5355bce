"""An experiment made from an open project: a few values of one setting are compared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, cast

from pydantic import ValidationError

from playground.data.base import Dataset
from playground.document.experiment import (
    Above,
    Axis,
    BestInside,
    Budget,
    Experiment,
    Measure,
    Rule,
    Trend,
    Variant,
)
from playground.document.files import faults_of
from playground.document.project import Project
from playground.experiments.cells import ExperimentFault, cells_of
from playground.experiments.library import open_preset
from playground.experiments.members import Setting, settings_of
from playground.network.check import check
from playground.network.naming import titles
from playground.training.metrics.words import higher_is_better, metric_words

USUAL_VALUES = 5
MOST_CLAIMED = 4
"""Of so many choices each is claimed to be better than each other; of more, than the first."""


@dataclass(frozen=True)
class Draft:
    """What a person has chosen."""

    question: str
    setting: Setting
    values: str
    """As it was typed: “0.01, 0.1, 1”, or names of choices."""
    quantity: str
    claim: str
    """One of `claims`, by its value."""
    epochs: float
    seeds: int


def offered_settings(project: Project) -> list[Setting]:
    """What can be compared: settings of the training and of blocks, sizes, and numbers of the data."""
    found = settings_of(project)
    known = {setting.path for setting in found}
    report, names = check(project.graph), titles(project.graph)
    for node in project.graph.nodes:
        block = report.blocks.get(node.id)
        for info in type(block).parameter_infos() if block is not None else ():
            path = f"graph.nodes.{node.id}.parameters.{info.name}"
            sizes = info.kind == "integer" and (info.name in ("units", "filters") or isinstance(block, Dataset))
            if path in known or not (sizes or (isinstance(block, Dataset) and info.kind in ("number", "choice"))):
                continue
            default = info.default if isinstance(info.default, int | float) else 0.0
            own = node.parameters.get(info.name, default)
            middle = float(own) if isinstance(own, int | float) and own else 1.0
            title = f"{names[node.id]}: {info.label}"
            low = max(middle / 4, middle / 4 if info.minimum is None else info.minimum)
            high = min(middle * 4, middle * 4 if info.maximum is None else info.maximum)
            found.append(Setting(path, title, low, high, logarithmic=low > 0.0, choices=info.choices))
    return found


def usual_values(setting: Setting) -> str:
    """Values to begin with, as text."""
    if setting.choices:
        return ", ".join(setting.choices[:USUAL_VALUES])
    low, high = setting.low, setting.high
    steps = [number / (USUAL_VALUES - 1) for number in range(USUAL_VALUES)]
    if setting.logarithmic and low > 0.0:
        values = [low * (high / low) ** step for step in steps]
    else:
        values = [low + step * (high - low) for step in steps]
    return ", ".join(dict.fromkeys(f"{value:.2g}" for value in values))


def claims(setting: Setting, values: str, quantity: str) -> list[tuple[str, str]]:
    """What can be claimed: (words, value)."""
    what, title = metric_words(quantity, {}), setting.title
    if not setting.choices:
        return [
            (f"{what} is best between the ends of {title}", "best-inside"),
            (f"{what} grows with {title}", "grows"),
            (f"{what} falls with {title}", "falls"),
        ]
    names = _split(values)
    pairs = [(one, other) for one in names for other in names if one != other]
    if len(names) > MOST_CLAIMED:
        pairs = [(one, names[0]) for one in names[1:]]
    return [(f"{one} is better than {other}", f"{one}>{other}") for one, other in pairs]


def _split(values: str) -> list[str]:
    return list(dict.fromkeys(part.strip() for part in values.replace(";", ",").split(",") if part.strip()))


def made(project: Project, draft: Draft) -> Experiment:
    """The experiment. Raises ExperimentFault with a sentence about what is missing or cannot be."""
    names = _split(draft.values)
    if len(names) < 2:
        raise ExperimentFault("Two values at least are compared; write them with commas between them.")
    held = project.replace(views=(), camera=None)
    if draft.setting.choices:
        variants = tuple(Variant(title=name, set={draft.setting.path: name}) for name in names)
        axis = None
    else:
        variants = (Variant(title=draft.setting.title[:60]),)
        axis = Axis(title=draft.setting.title[:60], paths=(draft.setting.path,), values=_numbers(names),
                    logarithmic=draft.setting.logarithmic and all(value > 0 for value in _numbers(names)))  # fmt: skip
    try:
        experiment = Experiment(
            question=draft.question.strip(),
            guess=f"{ {value: words for words, value in _claims(draft)}.get(draft.claim, draft.claim) }.",
            project=held,
            variants=variants,
            axis=axis,
            seeds=draft.seeds,
            budget=Budget(epochs=draft.epochs),
            measures=(Measure(quantity=draft.quantity),),
            rule=_rule(draft),
        )
    except ValidationError as error:
        raise ExperimentFault(str(faults_of(error)[0])) from error
    cells_of(experiment, open_preset, 1)
    return experiment


def _claims(draft: Draft) -> list[tuple[str, str]]:
    return claims(draft.setting, draft.values, draft.quantity)


def _numbers(names: Sequence[str]) -> tuple[float, ...]:
    try:
        return tuple(sorted(float(name) for name in names))
    except ValueError as error:
        raise ExperimentFault("The values of this setting are numbers, such as 0.01, 0.1, 1.") from error


def _rule(draft: Draft) -> Rule:
    title, better = draft.setting.title[:60], higher_is_better(draft.quantity)
    first, more, second = draft.claim.partition(">")
    if more:
        winner, other = (first, second) if better else (second, first)
        return Above(more=winner, less=other)
    if draft.claim == "best-inside":
        return BestInside(variant=title, best="most" if better else "least")
    return Trend(kind=cast(Literal["grows", "falls"], draft.claim), variant=title)
