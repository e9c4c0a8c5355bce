"""What is declared is registered, shown, tested, and called by one word; else the message says what to edit."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

import playground
from playground.analysis.base import Analysis
from playground.analysis.registry import ANALYSES
from playground.blocks.base import Block
from playground.blocks.registry import BLOCKS
from playground.data.base import Dataset
from playground.data.registry import DATASETS
from playground.training.experience.base import Experience
from playground.training.experience.registry import SOURCES
from playground.training.initializers import INITIALIZERS, Initializer
from playground.training.metrics.base import Metric
from playground.training.metrics.registry import METRICS
from playground.training.objectives.base import Objective
from playground.training.objectives.registry import OBJECTIVES
from playground.training.optimizers import OPTIMIZERS, Optimizer
from playground.training.schedules import SCHEDULES, Schedule
from playground.ui.views.base import View
from playground.ui.views.registry import VIEWS
from tests.blocks.block_cases import CASES as BLOCK_CASES
from tests.ui.views.test_every_view import CASES as VIEW_CASES

TWO_PLACES = "the tuple at the end of its file, and a new file's tuple into"
REGISTERED: tuple[tuple[type, str, Iterable[type], str], ...] = (
    (Analysis, "analysis", ANALYSES, "ANALYSES of playground/analysis/registry.py"),
    (View, "ui.views", VIEWS.values(), "SHELVES of playground/ui/views/registry.py"),
    (Block, "blocks", BLOCKS, f"{TWO_PLACES} BLOCKS of playground/blocks/registry.py"),
    (Dataset, "data", DATASETS, f"{TWO_PLACES} DATASETS of playground/data/registry.py"),
    (Optimizer, "training", OPTIMIZERS, "OPTIMIZERS of playground/training/optimizers.py"),
    (Objective, "training.objectives", OBJECTIVES,
     f"{TWO_PLACES} OBJECTIVES of playground/training/objectives/registry.py"),
    (Metric, "training.metrics", METRICS, "the tuple at the end of its file in playground/training/metrics"),
    (Experience, "training.experience", SOURCES, "SOURCES of playground/training/experience/registry.py"),
    (Schedule, "training", SCHEDULES, "SCHEDULES of playground/training/schedules.py"),
    (Initializer, "training", INITIALIZERS, "INITIALIZERS of playground/training/initializers.py"),
)
"""A base class, the package of its subclasses, those that are known, and where a new one is named."""

NOT_REGISTERED = {"companion": "asked for by ui/shell/companion.py, never by name"}
WITHOUT_VIEW = {
    "live-maps": "drawn on the cards of the canvas by ui/shell/canvas_feed.py",
    "wire-gradients": "drawn on the wires of the canvas by ui/shell/canvas_feed.py",
}
NAMED_OTHERWISE: dict[str, str] = {}
"""Analyses whose id, file and classes do not use the same word, with the reason."""

ROOT = Path(playground.__file__).parents[1]


def modules(package: str) -> Iterator[ModuleType]:
    found = importlib.import_module(f"playground.{package}")
    yield found
    for info in pkgutil.walk_packages(getattr(found, "__path__", ()), f"{found.__name__}."):
        yield importlib.import_module(info.name)


def declared(package: str, kind: type) -> set[type]:
    """The classes of a kind that a person can choose: those that say their id, or the analysis that they draw."""
    own = "analysis" if kind is View else "id"
    classes = (cls for module in modules(package) for cls in vars(module).values() if inspect.isclass(cls))
    return {cls for cls in classes if issubclass(cls, kind) and own in vars(cls)}


def word(identifier: str) -> str:
    return identifier.replace("-", "_")


def class_name(identifier: str) -> str:
    return "".join(part.capitalize() for part in identifier.split("-"))


@pytest.mark.parametrize(("kind", "package", "known", "where"), REGISTERED, ids=[row[0].__name__ for row in REGISTERED])
def test_what_is_declared_is_registered(kind: type, package: str, known: Iterable[type], where: str) -> None:
    found = declared(package, kind)
    strangers = found - set(known)
    missing = sorted(cls.__name__ for cls in strangers if vars(cls).get("id") not in NOT_REGISTERED)
    assert not missing, f"name {missing} in {where}"
    assert found


def test_every_analysis_has_a_view_or_a_reason() -> None:
    without = {cls.id for cls in ANALYSES} - set(VIEWS) - set(WITHOUT_VIEW)
    wanted = sorted(f"{module_of(cls)}.py" for cls in ANALYSES if cls.id in without)
    assert not without, (
        f"write a widget in {wanted} under playground/ui/views and name it in playground/ui/views/registry.py, "
        "or give the reason in WITHOUT_VIEW of tests/house/test_declarations.py"
    )
    gone = set(WITHOUT_VIEW) - {cls.id for cls in ANALYSES} | set(WITHOUT_VIEW) & set(VIEWS)
    assert not gone, f"take {sorted(gone)} out of WITHOUT_VIEW of tests/house/test_declarations.py"


def module_of(analysis: type[Analysis]) -> str:
    """Folder and file within `analysis`, such as `loss/loss_surface`."""
    return analysis.__module__.removeprefix("playground.analysis.").replace(".", "/")


@pytest.mark.parametrize("analysis", ANALYSES, ids=lambda cls: cls.id)
def test_id_file_and_classes_use_the_same_word(analysis: type[Analysis]) -> None:
    if analysis.id in NAMED_OTHERWISE:
        return
    folder, _, file = module_of(analysis).partition("/")
    assert file == word(analysis.id), f"call the file playground/analysis/{folder}/{word(analysis.id)}.py, as its id"
    assert analysis.__name__ == f"{class_name(analysis.id)}Analysis", f"in playground/analysis/{folder}/{file}.py"
    if analysis.id in WITHOUT_VIEW:
        return
    view = VIEWS[analysis.id]
    path = f"playground/ui/views/{folder}/{file}.py"
    assert view.__module__ == path.removesuffix(".py").replace("/", "."), f"{view.__name__} belongs into {path}"
    assert view.__name__ == f"{class_name(analysis.id)}View", f"in {path}"


def test_every_view_has_a_row() -> None:
    missing = {view.__name__ for view in VIEWS.values()} - {view.__name__ for view, _ in VIEW_CASES}
    assert not missing, f"give {sorted(missing)} a row in CASES of tests/ui/views/test_every_view.py"


def test_every_block_has_a_case() -> None:
    missing = {block.__name__ for block in BLOCKS} - {type(case.block).__name__ for case in BLOCK_CASES}
    assert not missing, f"give {sorted(missing)} a case in tests/blocks/block_cases.py or tests/blocks/cases_FAMILY.py"


@pytest.mark.parametrize("metric", METRICS, ids=lambda cls: cls.id)
def test_every_metric_is_compared_with_a_known_value(metric: type[Metric]) -> None:
    texts = [path.read_text(encoding="utf-8") for path in (ROOT / "tests/training").glob("test_metric*.py")]
    named = any(metric.id in text for text in texts)
    table = "ORACLES of tests/training/test_metric_declarations.py"
    assert named, f"compare “{metric.id}” with a value from elsewhere, in {table}"


def test_every_file_of_an_analysis_or_a_view_lies_in_a_folder_of_both() -> None:
    analyses, views = (
        {path.parent.name for path in (ROOT / room).glob("*/*.py")}
        for room in ("playground/analysis", "playground/ui/views")
    )
    assert analyses == views, "playground/analysis and playground/ui/views have the same folders"
