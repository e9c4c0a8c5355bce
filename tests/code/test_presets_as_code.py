"""Every preset as a file of its own: run without Playground, it learns the same to the last digit that counts."""

import subprocess
import sys

import pytest

from playground.code.script import write
from playground.code.start_state import saved
from playground.document.edits import set_parameters
from playground.document.library import paths
from playground.training.opening import open_project
from playground.training.session.session import Session
from playground.training.weights.source import state_of
from tests.code.alone import Alone, compare, different_metrics

STEPS = 20
DEEP, FEW_STEPS, FEWEST_STEPS = "networks", 2, {"small-efficientnet": 1, "inverted-mobilenet": 1, "segment-shapes": 5}
"""In the first steps of a deep network Adam makes whole steps of slopes that are next to nothing, so that the last bits
of two programs that compute the same in another order are seen in the fifth digit after a few steps."""
OWN_RULES = "it has an estimator, which learns by a rule of Playground's own"
CANNOT = {
    "rule-and": OWN_RULES,
    "rule-xor": OWN_RULES,
    "k-means-blobs": OWN_RULES,
    "svm-and-network": OWN_RULES,
    "sunspots-ar-lstm": OWN_RULES,
    "sunspots-reservoir": OWN_RULES,
    "tangent-distance": OWN_RULES,
}
"""Presets that cannot be written whole, and why."""


@pytest.mark.parametrize("preset", paths())
def test_a_preset_learns_alike(preset: str) -> None:
    project = open_project(paths()[preset])
    written = write(project, weights="first.safetensors" if project.starts_from else "")
    assert "playground" not in "".join(line for line in written.text.splitlines() if "import" in line)
    if preset in CANNOT:
        assert written.cannot and all(sentence in " ".join(written.text.split()) for sentence in written.cannot)
        Alone(written.text, whole=False)
        return
    assert not written.cannot
    steps = FEWEST_STEPS.get(preset, FEW_STEPS if paths()[preset].parent.name == DEEP else STEPS)
    assert compare(project, steps) == []


def test_a_fold_learns_alike() -> None:
    project = open_project(paths()["iris"])
    project = project.replace(graph=set_parameters(project.graph, "data", {"folds": 5, "fold": 4}))
    assert compare(project, STEPS) == []


def test_a_python_of_its_own(tmp_path) -> None:
    """The file as a program, with weights beside it, in a Python to which Playground is unknown."""
    project = open_project(paths()["dropout"])
    project = project.replace(training=project.training.replace(stop=project.training.stop.replace(epochs=2)))
    session = Session(project, "cpu")
    session.advance(7)  # not the weights that `initialize` would draw
    weights = state_of(session.snapshot())
    (tmp_path / "dropout.safetensors").write_bytes(saved(weights, project))
    (tmp_path / "dropout.py").write_text(write(project, weights="dropout.safetensors").text)
    code = "import runpy, sys; sys.modules['playground'] = None; runpy.run_path('dropout.py', run_name='__main__')"
    done = subprocess.run(
        [sys.executable, "-I", "-c", code], cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    parts = ("train_", "validation_", "test_")
    told = dict(line.split() for line in done.stdout.splitlines() if line.startswith(parts))
    begun = Session(project, "cpu")
    begun.restore(session.snapshot())
    begun.advance(10_000)
    expected = {name: round(value, 4) for name, value in begun.evaluate(full=True).items()}
    assert different_metrics({name: float(value) for name, value in told.items()}, expected) == []
