"""A search over settings of a project in words: `training.batch_size=4..64:log`, `training.optimizer=sgd,adam`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import JsonValue, ValidationError

from playground.document.experiment import Measure
from playground.document.files import faults_of
from playground.document.project import Project
from playground.document.search import Choice, Range, Search
from playground.experiments.members import title_of_path
from playground.experiments.search.task import SearchFault
from playground.training.metrics.words import metric_words
from playground.training.session.session import Session
from playground.training.setting_paths import SettingError, put

EXAMPLE = "training.optimizer.parameters.learning_rate=0.001..1:log or training.optimizer=sgd,adam"
EPOCHS = 100
"""Of a run where the project says nothing."""


def setting_of(project: Project, words: str) -> Range | Choice:
    """A setting as it is written: PATH=LOW..HIGH, with :log or :step=STEP behind it, or PATH=A,B,C. Numbers without a
    point, for what is a whole number in the project, are whole. Raises SearchFault."""
    path, equals, value = (part.strip() for part in words.partition("="))
    if not equals or not path or not value:
        raise SearchFault(f"A setting is written as {EXAMPLE}, but “{words}” arrived.")
    try:
        put(project.model_dump(mode="json"), path, None)
    except SettingError as error:
        raise SearchFault(f"{path}: {error}") from error
    title = title_of_path(project, path)[:60]
    try:
        if ".." not in value:
            return Choice(title=title, paths=(path,), values=tuple(_value(one) for one in value.split(",")))
        return _range(title, path, value, words)
    except ValidationError as error:
        raise SearchFault(f"“{words}” cannot be: {_fault(error)}.") from error


def _range(title: str, path: str, value: str, words: str) -> Range:
    ends, _, option = value.partition(":")
    low, _, high = ends.partition("..")
    try:
        numbers = float(low), float(high)
        step = float(option.removeprefix("step=")) if option.startswith("step=") else None
    except ValueError as error:
        raise SearchFault(f"A range has two numbers, as in {EXAMPLE}, but “{words}” arrived.") from error
    if option not in ("", "log") and step is None:
        raise SearchFault(f"Behind a range may stand :log or :step=STEP, but “:{option}” arrived.")
    whole = all(part.strip().lstrip("+-").isdecimal() for part in (low, high)) and (step is None or step.is_integer())
    return Range(
        title=title, paths=(path,), low=numbers[0], high=numbers[1], logarithmic=option == "log", step=step,
        integer=whole,
    )  # fmt: skip


def _value(text: str) -> JsonValue:
    try:
        value: JsonValue = json.loads(text)
    except ValueError:
        return text.strip()
    return value


def search_over(project: Project, base: str, settings: Iterable[str], options: Mapping[str, Any]) -> Search:
    """A search over settings of a project; what the options leave out is usual. Raises SearchFault, and what a project
    raises that cannot be trained."""
    found = [setting_of(project, words) for words in settings]
    titles = [setting.title for setting in found]
    apart = [
        setting.replace(title=setting.paths[0][-60:]) if titles.count(setting.title) > 1 else setting
        for setting in found
    ]
    content: dict[str, Any] = {
        "question": f"Which settings are best: {', '.join(titles)}?"[:400],
        "base": base,
        "settings": [setting.model_dump(mode="json") for setting in apart],
        "measure": {"quantity": usual_measure(project)},
        "budget": {"epochs": float(project.training.stop.epochs or EPOCHS)},
        **{name: value for name, value in options.items() if value is not None},
    }
    return checked(content)


def checked(content: Mapping[str, Any]) -> Search:
    """A search from its content. Raises SearchFault with the first fault."""
    try:
        return Search.model_validate_json(json.dumps(content))
    except ValidationError as error:
        raise SearchFault(f"This search cannot be: {_fault(error)}") from error


def _fault(error: ValidationError) -> str:
    """The first fault: what a search says itself, or what is wrong with a field."""
    said = error.errors()[0].get("ctx", {}).get("error")
    return str(said or faults_of(error)[0])


def usual_measure(project: Project) -> str:
    """What a search is for where nobody says it: the loss on the validation part, or on the test part where the data
    has none. Raises CannotCompile and CannotTrain."""
    metrics = Session(project, "cpu").evaluate(observe=False)
    return next((name for name in ("validation_loss", "test_loss", "train_loss") if name in metrics), "train_loss")


def changed_search(search: Search, options: Mapping[str, Any]) -> Search:
    """A search with some of its fields given anew. Raises SearchFault."""
    given = {name: value for name, value in options.items() if value is not None}
    return checked({**search.model_dump(mode="json"), **given}) if given else search


def measure_of(words: str) -> Measure:
    """A measure by its name. Raises SearchFault."""
    try:
        return Measure(quantity=words)
    except ValidationError as error:
        raise SearchFault(f"“{words}” is no measure; such are validation_loss and test_accuracy.") from error


def caution(search: Search) -> str:
    """What to bear in mind of the measure; empty where there is nothing."""
    part = search.measure.quantity.partition("_")[0]
    name = metric_words(search.measure.quantity, {})
    if part == "train":
        return f"The search is for {name}, which tells nothing of new examples; validation_loss would."
    if part == "test":
        return f"The search is for {name}: the best of many trials looks better there than on new examples."
    return ""
