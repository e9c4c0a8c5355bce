"""Settings that no preset has, or not together: a project with each of them learns alike as a file of its own."""

import ast
from typing import Any

import pytest

from playground.code.script import write
from playground.document.graph import Choice, Graph, Group, NodeTraining
from playground.document.project import (
    Clipping,
    MetricTarget,
    Phase,
    Project,
    Pruning,
    Regularization,
    StopRules,
    TrainingSettings,
)
from playground.training.optimizers import OPTIMIZERS
from playground.training.schedules import SCHEDULES
from playground.training.session.session import Session
from tests.code.alone import Alone, compare, different_metrics
from tests.code.projects import chain, dense

PLAIN = chain(dense(6, "tanh"), dense(5, "tanh"), dense(2))
SETTINGS: dict[str, tuple[Graph, dict[str, Any]]] = {
    "plain": (PLAIN, {}),
    "all in one batch": (PLAIN, {"batch_size": 0}),
    "a batch larger than the data": (chain(dense(6, "tanh"), ("dropout", {}), dense(2)), {"batch_size": 500}),
    "l1": (PLAIN, {"regularization": Regularization(l1=0.05)}),
    "l2": (PLAIN, {"regularization": Regularization(l2=0.02)}),
    "max-norm": (PLAIN, {"regularization": Regularization(max_norm=0.7)}),
    "all of them, and blocks of their own": (
        chain(dense(6, "tanh"), dense(5, "tanh"), dense(2),
              training={"dense-1": NodeTraining(l1=0.0, l2=0.3, max_norm=0.5, learning_rate_factor=0.5),
                        "dense-2": NodeTraining(l1=0.2)}),
        {"regularization": Regularization(l1=0.02, l2=0.01, max_norm=0.9), "schedule": Choice(id="warm-up")},
    ),
    "clipped values": (PLAIN, {"clipping": Clipping(kind="value", limit=0.01)}),
    "clipped norm": (PLAIN, {"clipping": Clipping(kind="norm", limit=0.05)}),
    "a frozen block": (
        chain(dense(6, "tanh"), ("batch-norm", {}), dense(2),
              training={"dense-1": NodeTraining(trainable=False), "batch-norm-1": NodeTraining(trainable=False)}), {},
    ),
    "rates of their own": (
        chain(dense(6, "relu"), dense(5, "relu"), dense(2),
              training={"dense-1": NodeTraining(learning_rate_factor=0.1),
                        "dense-3": NodeTraining(learning_rate_factor=3.0)}),
        {"optimizer": Choice(id="momentum"), "regularization": Regularization(l1=0.01)},
    ),
    "dropout, noise and normalization": (
        chain(dense(8, "relu"), ("batch-norm", {}), ("dropout", {"rate": 0.4}), ("gaussian-noise", {}), dense(2)),
        {"initializer": Choice(id="he-normal")},
    ),
    "a copied group": (
        chain(dense(5, "tanh"), dense(5, "tanh"), ("layer-norm", {}), dense(2),
              groups=[Group(id="stage", title="Stage", nodes=("dense-2", "layer-norm-1"), repeat=3)]), {},
    ),
    "a copied group that shares": (
        chain(dense(5, "tanh"), dense(5, "tanh"), dense(2),
              groups=[Group(id="stage", nodes=("dense-2",), repeat=3, shared=True)]),
        {"optimizer": Choice(id="sgd"), "regularization": Regularization(l1=0.01, l2=0.02)},
    ),
    "copies within copies": (
        chain(dense(5, "tanh"), dense(5, "tanh"), dense(5, "tanh"), ("layer-norm", {}), dense(2),
              groups=[Group(id="stage", nodes=("dense-2", "layer-norm-1"), repeat=4),
                      Group(id="inner", nodes=("dense-3",), inside="stage", repeat=3)]), {},
    ),
    "twins": (
        chain(dense(5, "tanh"), dense(5, "tanh"), dense(5, "tanh"), dense(2), twins={"dense-3": "dense-2"}), {},
    ),
    "two phases of one loss": (
        chain(dense(5, "tanh"), dense(5, "tanh"), dense(2)),
        {"phases": (Phase(losses=("loss",), trains=("dense-1", "dense-2"), steps=2),
                    Phase(losses=("loss",), trains=("dense-3",), optimizer=Choice(id="sgd"), steps=1)),
         "regularization": Regularization(l1=0.02, l2=0.03, max_norm=0.8),
         "clipping": Clipping(kind="norm", limit=0.1)},
    ),
    "a sum over the batch": (
        chain(dense(4, "tanh"), dense(1), data="plane", loss="sum-of-squares-error"),
        {"optimizer": Choice(id="sgd", parameters={"learning_rate": 0.001})},
    ),
    "gathered batches": (
        PLAIN, {"batch_size": 5, "accumulate": 3, "regularization": Regularization(l2=0.02),
                "schedule": Choice(id="warm-up", parameters={"steps": 7})},
    ),
    "gathered sums": (
        chain(dense(4, "tanh"), dense(1), data="plane", loss="sum-of-squares-error"),
        {"optimizer": Choice(id="sgd", parameters={"learning_rate": 0.001}), "batch_size": 0, "accumulate": 4},
    ),
    "gathered in phases": (
        chain(dense(5, "tanh"), dense(2)),
        {"phases": (Phase(losses=("loss",), trains=("dense-1",)), Phase(losses=("loss",), trains=("dense-2",))),
         "batch_size": 5, "accumulate": 2},
    ),
    "bfloat16": (
        chain(dense(6, "tanh"), ("dropout", {"rate": 0.4}), dense(2)),
        {"precision": "bfloat16", "optimizer": Choice(id="sgd")},
    ),
    "pruned weights": (PLAIN, {"pruning": Pruning(kind="weights", share=0.5, begin=1, end=3), "batch_size": 50}),
    "pruned units": (
        chain(dense(6, "relu"), dense(5, "relu"), dense(2)),
        {"pruning": Pruning(kind="filters", share=0.5, begin=0, end=0), "regularization": Regularization(l1=0.01)},
    ),
    "a scaled target": (
        chain(dense(4, "tanh"), dense(1), data="plane", loss="mean-squared-error", target_scaling="standardize"), {},
    ),
}  # fmt: skip


def project_of(graph: Graph, settings: dict[str, Any], **stop: Any) -> Project:
    training = {"batch_size": 16, "engine": "torch", "stop": StopRules(**stop), **settings}
    return Project(title="A project", graph=graph, training=TrainingSettings(**training))


@pytest.mark.parametrize("name", SETTINGS)
def test_the_same_with(name: str) -> None:
    assert compare(project_of(*SETTINGS[name]), 12) == []


@pytest.mark.parametrize("kind", OPTIMIZERS, ids=lambda kind: kind.id)
def test_the_same_by(kind) -> None:
    graph = chain(dense(3, "tanh"), dense(2))
    settings = {"optimizer": Choice(id=kind.id), "batch_size": 0 if kind.evaluates else 16}
    assert compare(project_of(graph, settings), 8) == []


@pytest.mark.parametrize("penalty", ["l1", "l2", "max_norm"])
def test_a_search_with_penalties(penalty: str) -> None:
    regularization = Regularization(**{penalty: 0.05})
    graph = chain(dense(3, "tanh"), dense(2))
    settings = {"optimizer": Choice(id="bfgs"), "batch_size": 0, "regularization": regularization}
    assert compare(project_of(graph, settings), 6) == []


@pytest.mark.parametrize("kind", SCHEDULES, ids=lambda kind: kind.id)
def test_the_same_along(kind) -> None:
    """To the end of the run, which some schedules ask for."""
    few = {"plateau": {"patience": 0, "threshold": 0.5}, "step": {"every": 2}, "warm-up": {"steps": 7}}
    graph = chain(dense(4, "tanh"), dense(2), training={"dense-1": NodeTraining(learning_rate_factor=0.5)})
    settings = {"schedule": Choice(id=kind.id, parameters=few.get(kind.id, {}))}
    assert compare(project_of(graph, settings, epochs=6), 1_000, rest=True) == []


STOPS: dict[str, dict[str, Any]] = {
    "epochs": {"epochs": 5},
    "target": {"epochs": 60, "target": MetricTarget(metric="train_accuracy", at_least=0.8)},
    "loss": {"epochs": 60, "target": MetricTarget(metric="validation_loss", at_most=0.6)},
    "patience": {"epochs": 200, "patience": 2},
    "patience without going back": {"epochs": 200, "patience": 3, "restore_best": False},
}


@pytest.mark.parametrize("name", STOPS)
def test_the_same_end(name: str) -> None:
    graph = chain(dense(6, "tanh"), ("dropout", {"rate": 0.2}), dense(2), noise=0.2)
    settings = {"optimizer": Choice(id="adam", parameters={"learning_rate": 0.05})}
    assert compare(project_of(graph, settings, **STOPS[name]), 10_000, rest=True) == []


def test_where_nothing_learns_there_is_only_something_to_measure() -> None:
    frozen = {name: NodeTraining(trainable=False) for name in ("dense-1", "dense-2")}
    project = project_of(chain(dense(4, "tanh"), dense(2), training=frozen), {})
    alone = Alone(write(project).text)
    assert "train" not in alone.names
    assert different_metrics(alone.call("evaluate"), Session(project, "cpu").evaluate(full=True)) == []


def test_copies_in_a_row_start_in_one_line() -> None:
    graph = chain(dense(5), dense(5), dense(2), groups=[Group(id="stage", nodes=("dense-2",), repeat=90)])
    written = write(project_of(graph, {}))
    text = written.text
    assert text.count("stage/") == 1 and "enumerate(model." in text and text.count("\n") < 350
    assert set(written.lines) == {"data", "loss", "dense-1", "dense-2", "dense-3", "stage"}
    first = text.splitlines().index("def load_data():")
    assert written.nodes_at(first) == ("data",)


def test_no_words_of_a_person_become_code() -> None:
    evil = 'A "title""" \\\nimport os  # {braces} \''
    groups = [Group(id="stage", title=evil, nodes=("dense-1", "dense-2"))]
    graph = chain(dense(3), dense(3), dense(2), groups=groups)
    graph = graph.replace(nodes=tuple(node.replace(title=evil) for node in graph.nodes))
    project = project_of(graph, {}).replace(title=evil, summary=evil)
    for text in (write(project).text, write(project, weights='a"b\\.safetensors').text):
        tree = ast.parse(text)
        assert not any(isinstance(node, ast.Import) and node.names[0].name == "os" for node in ast.walk(tree))
        assert 'A "title' in str(ast.get_docstring(tree))
