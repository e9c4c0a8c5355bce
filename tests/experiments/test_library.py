"""Every experiment that comes with the program: its file is in order, and its verdict is the one that is kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from playground.document.experiment import Experiment
from playground.document.library import UnknownPreset
from playground.experiments.cells import cells_of
from playground.experiments.library import experiment_files, find_experiment, name_of, open_preset, read_experiment
from playground.experiments.measurement import measured
from playground.experiments.quantities.registry import BY_ID
from playground.training.metrics.registry import quantities

FILES = {name_of(path): path for path in experiment_files()}
BY_THE_CLOCK = {"attention-in-parallel", "batch-by-seconds", "gru-costs-less", "longer-costs-more"}
"""What they measure depends on the machine: they must run, and their verdict may be another one."""


@pytest.fixture(params=sorted(FILES))
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def experiment(name: str) -> Experiment:
    return read_experiment(FILES[name])


def test_the_verdict_is_the_one_that_is_kept(name: str, experiment: Experiment) -> None:
    *_, whole = measured(experiment, open_preset)
    verdict = whole.verdict
    assert verdict is not None
    if name not in BY_THE_CLOCK:
        assert verdict.word == experiment.verdict, verdict.sentence


def test_words_and_measures_are_in_order(name: str, experiment: Experiment) -> None:
    assert experiment.question.endswith("?")
    assert experiment.guess.endswith(".")
    assert experiment.finding, "run it, and write down what came of it, with its numbers"
    assert any(letter.isdigit() for letter in experiment.finding)
    names = [*(quantity.id for quantity in quantities()), "modes_covered"]  # the last is told by a measure block
    known = {f"{part}_{name}" for part in ("train", "validation", "test") for name in names}
    for measure in experiment.measures:
        assert measure.quantity.partition(".")[0] in known | set(BY_ID)


def test_runs_of_different_variants_differ(experiment: Experiment) -> None:
    cells = cells_of(experiment, open_preset, 1)
    judged = {(cell.key, experiment.variants[cell.variant].measure) for cell in cells}
    assert len(judged) == len(cells)


def test_names_are_unique_and_found() -> None:
    assert len(FILES) == len(list(experiment_files()))
    assert find_experiment("identity-stays-linear") == FILES["identity-stays-linear"]
    with pytest.raises(UnknownPreset, match="Did you mean “identity-stays-linear”"):
        find_experiment("identity-stays-linaer")


def test_a_file_of_ones_own_is_found_by_its_path(tmp_path: Path) -> None:
    path = tmp_path / "mine.json"
    path.write_text(FILES["identity-stays-linear"].read_text(encoding="utf-8"), encoding="utf-8")
    assert find_experiment(str(path)) == path
    assert name_of(path) == "mine"
