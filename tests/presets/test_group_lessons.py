"""What the lessons on repeated groups and on weights used twice claim, with three seeds each."""

from __future__ import annotations

import numpy as np
import pytest

from playground.document import edits
from playground.document.project import Project
from playground.editing.same_weights import with_weights_of
from playground.network.check import check
from playground.training.session.session import Session
from playground.training.step_sizes import curve_name
from tests.presets.test_lessons import preset

SEEDS = (1, 2, 3)


def residual(repeat: int = 6, *, around: bool = True, shared: bool = False) -> Project:
    """The preset with another depth, with or without the wire around the layers."""
    project = preset("repeated-residual")
    graph = project.graph if around else edits.delete(project.graph, ["sum"])
    (group,) = graph.groups
    return project.replace(graph=edits.replace_group(graph, group.replace(repeat=repeat, shared=shared)))


def accuracy(project: Project, seed: int, epochs: int) -> float:
    session = Session(project.replace(seed=seed), "cpu")
    session.advance(epochs * session.steps_per_epoch)
    return session.evaluate(full=True)["test_accuracy"]


@pytest.mark.parametrize("seed", SEEDS)
def test_with_the_wire_around_six_copies_learn_and_24_too(seed: int) -> None:
    assert accuracy(residual(), seed, 15) == pytest.approx(1.0)
    assert accuracy(residual(24), seed, 20) > 0.9
    assert check(residual().graph).total_parameters == 897


@pytest.mark.parametrize("seed", SEEDS)
def test_without_it_six_copies_learn_nothing_three_hardly_and_one_or_two_do(seed: int) -> None:
    assert accuracy(residual(1, around=False), seed, 20) == pytest.approx(1.0)
    assert accuracy(residual(2, around=False), seed, 40) == pytest.approx(1.0)
    assert accuracy(residual(3, around=False), seed, 60) < 0.75
    assert accuracy(residual(6, around=False), seed, 60) < 0.6


@pytest.mark.parametrize("seed", SEEDS)
def test_each_copy_without_the_wire_divides_the_gradient(seed: int) -> None:
    session = Session(residual(around=False).replace(seed=seed), "cpu")
    for _ in range(12):
        session.advance(1)
    names = ["hidden", *(f"block/{number}/hidden" for number in range(2, 7))]
    sizes = [float(np.median(session.history.curves[curve_name("gradient", name)].data().value)) for name in names]
    factor = np.exp(np.log(np.array(sizes[1:]) / np.array(sizes[:-1])).mean())
    assert 3.5 < factor < 8.0


@pytest.mark.parametrize("seed", SEEDS)
def test_six_copies_with_the_same_weights_part_the_rings_too(seed: int) -> None:
    project = residual(shared=True)
    assert check(project.graph).total_parameters == 177
    assert accuracy(project, seed, 40) == pytest.approx(1.0)


def perplexity(project: Project, seed: int, epochs: int = 2) -> float:
    session = Session(project.replace(seed=seed), "cpu")
    session.advance(epochs * session.steps_per_epoch)
    return session.evaluate(full=True)["test_perplexity"]


@pytest.mark.parametrize("seed", SEEDS)
def test_one_matrix_does_nearly_what_two_do(seed: int) -> None:
    tied = preset("tied-embedding")
    apart = tied.replace(graph=with_weights_of(tied.graph, "out", None))
    assert check(tied.graph).total_parameters == 27_495 and check(apart.graph).total_parameters == 29_991
    assert check(tied.graph).parameters["out"] == 39
    assert perplexity(tied, seed) < 1.12 * perplexity(apart, seed)


def test_gpt_2_saves_what_is_said() -> None:
    """124,439,808 numbers with one matrix (Radford et al. 2019, as its released weights have)."""
    assert pytest.approx(163e6, rel=0.001) == 124_439_808 + 50_257 * 768
