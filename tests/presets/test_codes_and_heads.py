"""The lessons on autoencoders and on two losses are true: PCA, linear networks, neighbours, weights of losses."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.decomposition import PCA
from sklearn.neighbors import KNeighborsClassifier

from playground.analysis.answers.latent_plane import LatentPlaneAnalysis
from playground.analysis.question import Question
from playground.analysis.subject import Subject
from playground.data.base import Dataset
from playground.data.preparation import Prepared, prepare
from playground.document import edits, files, library
from playground.document.project import Project
from playground.network.check import check
from playground.training.session.session import Session

AUTOENCODERS = ("autoencoder-digits", "autoencoder-mnist")


def preset(name: str) -> Project:
    return files.read(library.find(name))


def trained(project: Project, epochs: int) -> Session:
    session = Session(project, "cpu")
    while session.epoch < epochs - 1e-9:
        session.advance(session.steps_left_in_epoch)
    return session


def changed(project: Project, node: str, **parameters: Any) -> Project:
    return project.replace(graph=edits.set_parameters(project.graph, node, parameters))


def data_of(project: Project) -> Prepared:
    block = check(project.graph).blocks["data"]
    assert isinstance(block, Dataset)
    return prepare(block)


def pca_error(prepared: Prepared, components: int) -> float:
    """Mean squared error on the test pictures of a PCA that was fitted to the training pictures."""
    train, test = (_rows(prepared.parts[part]["features"]) for part in ("train", "test"))
    pca = PCA(components, svd_solver="full").fit(train)
    return float(np.square(pca.inverse_transform(pca.transform(test)) - test).mean())


def _rows(pictures: NDArray[Any]) -> NDArray[Any]:
    return pictures.reshape(len(pictures), -1).astype(np.float64)


@pytest.mark.parametrize("name", AUTOENCODERS)
def test_the_goal_lies_below_a_pca_with_two_components_on_the_same_split(name: str) -> None:
    project = preset(name)
    prepared = data_of(project)
    errors = {components: pca_error(prepared, components) for components in (2, 5)}
    (goal,) = project.goals
    assert goal.metric == "test_loss" and goal.at_most is not None
    assert goal.at_most < 0.9 * errors[2]
    assert all(f"{error:.4f}" in project.lesson for error in errors.values()), errors


@pytest.mark.parametrize("name", AUTOENCODERS)
def test_the_target_is_the_input_and_the_code_has_two_units(name: str) -> None:
    project = preset(name)
    (loss,) = check(project.graph).comparisons()
    assert loss.target == ("data", "features")
    assert project.graph.node("code").parameters["units"] == 2


def test_a_linear_autoencoder_ends_where_pca_ends() -> None:
    project = preset("autoencoder-digits")
    for node in ("encoder", "decoder", "pixels"):
        project = changed(project, node, activation="identity")
    error = trained(project, 20).evaluate(full=True)["test_loss"]
    assert error == pytest.approx(pca_error(data_of(project), 2), rel=0.03)


def test_neighbours_in_the_latent_plane_tell_the_digit() -> None:
    project = preset("autoencoder-digits")
    question = Question(subject=Subject(project.graph), snapshot=trained(project, 60).snapshot())
    train, test = (LatentPlaneAnalysis(part=part).compute(question) for part in ("train", "test"))
    neighbours = KNeighborsClassifier(9).fit(train.codes, train.classes)
    assert neighbours.score(test.codes, test.classes) > 0.8


def test_the_weight_of_a_loss_decides_whom_the_trunk_serves() -> None:
    project = preset("two-heads")
    small, large = (
        trained(changed(project, "odd", weight=weight), 40).evaluate(full=True) for weight in (0.03, 3.0)
    )
    assert small["test_accuracy.odd"] < 0.92
    assert large["test_accuracy.odd"] > small["test_accuracy.odd"] + 0.05


def test_a_weight_typed_while_it_trains_lifts_the_second_head() -> None:
    project = preset("two-heads")
    session = trained(project, 15)
    before = session.evaluate(full=True)["test_accuracy.odd"]
    session.apply(changed(project, "odd", weight=3.0))
    for _ in range(15):
        session.advance(session.steps_left_in_epoch)
    assert session.evaluate(full=True)["test_accuracy.odd"] > before + 0.02
