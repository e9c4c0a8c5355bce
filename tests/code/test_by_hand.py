"""Dense networks in numpy alone: the numbers of a lecture, and torch's for every preset that is written so."""

from __future__ import annotations

import builtins
import re
from functools import partial
from typing import Any

import numpy as np
import pytest
import torch

from playground.code.by_hand import ByHand, NotByHand, by_hand
from playground.code.by_hand_script import write_by_hand
from playground.code.roles import Roles
from playground.document.files import read
from playground.document.graph import Choice, Graph
from playground.document.library import paths
from playground.document.project import Project, Regularization, StopRules, TrainingSettings
from playground.network.check import check
from playground.network.compiled import Network
from playground.training.initializers import INITIALIZERS
from playground.training.model import TrainableModel
from playground.training.optimizers import optimizer_of
from playground.training.schedules import SCHEDULES, schedule_of
from tests.code.running import feeds_of
from tests.network.small_graphs import chain, node

PRESET_FILES = paths()


def functions(code: ByHand, **constants: float) -> dict[str, Any]:
    """What the lines define; there is nothing but numpy."""
    import math

    names: dict[str, Any] = {"np": np, "math": math, **constants}
    exec("\n".join(line.text for line in code.lines()), names)
    return names


def project(graph: Graph, rate: float = 0.1, rule: str = "sgd", **settings: Any) -> Project:
    training = TrainingSettings(optimizer=Choice(id=rule, parameters={"learning_rate": rate}), **settings)
    return Project(title="By hand", graph=graph, training=training)


def test_the_numbers_of_the_lecture() -> None:
    """Two inputs, one hidden and one output unit, both sigmoid, no bias; one step at rate 0.5 towards 1."""
    sigmoid = partial(node, block="dense", units=1, activation="sigmoid", bias=False)
    graph = chain(
        node("data", "xor", labels="zero-one"), sigmoid("hidden"), sigmoid("output"),
        loss=node("loss", "sum-of-squares-error"),
    )  # fmt: skip
    names = functions(by_hand(project(graph, 0.5)), LEARNING_RATE=0.5)
    weights = [np.array([[0.4, -0.2]]), np.array([[0.1]])]
    x, y = np.array([[0.1, 0.3]]), np.array([[1.0]])
    hidden, output = names["forward"](weights, x)
    assert (hidden.item(), output.item()) == pytest.approx((0.49500017, 0.51237248), abs=5e-9)
    assert names["step"](weights, x, y) == pytest.approx(0.118890, abs=5e-7)
    assert weights[1].item() == pytest.approx(0.13015349, abs=5e-9)
    assert weights[0].ravel() == pytest.approx([0.40015228, -0.19954317], abs=5e-9)
    assert names["step"](weights, x, y) == pytest.approx(0.117079, abs=5e-7)


def written() -> list[str]:
    found = []
    for name, path in PRESET_FILES.items():
        try:
            by_hand(read(path))
        except NotByHand as reason:
            assert str(reason).endswith(".")
        else:
            found.append(name)
    return found


WRITTEN = written()


def test_many_presets_are_written_by_hand() -> None:
    assert {"two-layer-by-hand", "logistic-regression", "spirals-sgd", "diabetes"} <= set(WRITTEN)
    assert len(WRITTEN) >= 40


@pytest.mark.parametrize("preset", WRITTEN)
def test_by_hand_and_by_torch_are_the_same_for_twenty_steps(preset: str) -> None:
    same_steps(read(PRESET_FILES[preset]))


FUNCTIONS = ("identity", "step", "sigmoid", "tanh", "relu", "leaky-relu", "elu", "selu", "swish", "gelu", "softplus",
             "softmax", "log-softmax")  # fmt: skip


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("apart", [False, True])
def test_every_function_has_its_way_back(name: str, apart: bool) -> None:
    layers = [node("a", "dense", units=5, activation="identity" if apart else name)]
    layers += [node("f", name), node("g", name)] if apart else []
    last = node("b", "dense", units=10, activation="identity", bias=False)
    graph = chain(node("data", "digits"), node("flat", "flatten"), *layers, last, loss=node("loss", "cross-entropy"))
    same_steps(project(graph, 0.2))


LOSSES = (
    ("mean-squared-error", "one-hot", "identity"), ("half-mean-squared-error", "one-hot", "tanh"),
    ("sum-of-squares-error", "one-hot", "sigmoid"), ("mean-absolute-error", "one-hot", "identity"),
    ("huber", "one-hot", "identity"), ("cross-entropy", "index", "softmax"), ("cross-entropy", "index", "identity"),
    ("categorical-cross-entropy", "one-hot", "identity"), ("categorical-cross-entropy", "one-hot", "softmax"),
    ("binary-cross-entropy", "one-hot", "identity"), ("binary-cross-entropy", "one-hot", "sigmoid"),
)  # fmt: skip


@pytest.mark.parametrize(("loss", "labels", "ending"), LOSSES)
def test_every_loss_has_its_way_back(loss: str, labels: str, ending: str) -> None:
    graph = chain(
        node("data", "digits", labels=labels), node("flat", "flatten"), node("a", "dense", units=6),
        node("b", "dense", units=10, activation=ending), loss=node("loss", loss, weight=0.5),
    )  # fmt: skip
    same_steps(project(graph, 0.05, regularization=Regularization(l2=0.01)))


RULES = ("momentum", "averaged-momentum", "nesterov", "adagrad", "rmsprop", "adam", "adamw")


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("schedule", ["constant", "cosine"])
def test_every_rule_moves_the_weights_as_torch_does(rule: str, schedule: str) -> None:
    layers = node("a", "dense", units=6), node("b", "dense", units=10, activation="identity")
    graph = chain(node("data", "digits"), node("flat", "flatten"), *layers, loss=node("loss", "cross-entropy"))
    same_steps(project(graph, 0.05, rule, schedule=Choice(id=schedule), regularization=Regularization(l2=0.01)))


@pytest.mark.parametrize("schedule", [kind.id for kind in SCHEDULES if kind.id != "plateau"])
def test_a_whole_file_lets_the_rate_follow_every_schedule(schedule: str) -> None:
    one = read(PRESET_FILES["gaussians"])
    settings = {"schedule": Choice(id=schedule), "stop": StopRules(epochs=3), "optimizer": Choice(id="momentum")}
    one = one.replace(training=one.training.replace(**settings))
    names: dict[str, Any] = {"__name__": "alone"}
    exec(write_by_hand(one).text, names)
    if schedule == "constant":
        assert "rate_factor" not in names
        return
    rates: list[float] = []
    names["step"] = lambda weights, x, y, memory, rate: rates.append(rate) or 0.0
    x, y = names["load_data"]()["train"]
    names["train"](names["first_weights"](), x, y)
    per_epoch = -(-len(x) // names["BATCH_SIZE"])
    wanted = [schedule_of(one.training.schedule).factor(step, per_epoch, 3 * per_epoch) for step in range(len(rates))]
    assert len(rates) == 3 * per_epoch
    np.testing.assert_allclose(rates, np.array(wanted) * names["LEARNING_RATE"])


def same_steps(one: Project) -> None:
    """Hold twenty steps by hand to twenty of torch, on the same batches from the same weights."""
    code = by_hand(one)
    held = one.training.regularization.l2
    declared, schedule = optimizer_of(one.training.optimizer), schedule_of(one.training.schedule)
    rate = declared.learning_rate
    names = functions(code, LEARNING_RATE=rate, L2=held)
    report = check(one.graph)
    torch.manual_seed(2)
    network = Network(report).double()
    state = network.state_dict()
    weights = [state[name].numpy().copy() for name in code.names().values()]
    matrices = [value for value in network.parameters() if value.dim() > 1]
    optimizer = declared.build([{"params": list(network.parameters())}])
    memory = [tuple(np.zeros_like(w) for _ in code.update.memory) for w in weights]
    for number in range(20):
        known = {"memory": memory, "rate": rate * schedule.factor(number, 7, 20), "t": number + 1}
        optimizer.param_groups[0]["lr"] = known["rate"]
        torch.manual_seed(number)
        feeds = {name: values.double() if values.is_floating_point() else values
                 for name, values in feeds_of(report, 5, seed=number).items()}  # fmt: skip
        optimizer.zero_grad()
        loss = network(feeds)
        (loss + held * sum((value**2).sum() for value in matrices)).backward()
        optimizer.step()
        x, y = (feeds[output].numpy() for output in Roles(one.graph, report).feeds)
        with np.errstate(all="ignore"):
            further = [known[name] for name in code.further]
            assert names["step"](weights, x, y, *further) == pytest.approx(loss.item(), rel=1e-7, abs=1e-9, nan_ok=True)
    for mine, name in zip(weights, code.names().values(), strict=True):
        np.testing.assert_allclose(mine, network.state_dict()[name].numpy(), rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"optimizer": Choice(id="nadam")}, "By hand NAdam is not written: choose the optimizer SGD"),
        ({"schedule": Choice(id="plateau")}, "waits for the validation loss."),
        ({"regularization": Regularization(l1=0.1)}, "no L1 penalty"),
    ],
)
def test_what_is_not_written_by_hand_says_why(changed: dict[str, Any], words: str) -> None:
    one = read(PRESET_FILES["spirals-sgd"])
    with pytest.raises(NotByHand, match=words):
        by_hand(one.replace(training=one.training.replace(**changed)))


def test_networks_that_are_not_written_by_hand_say_why() -> None:
    reasons = {"lenet-5": "Conv2D is not", "two-heads": "one loss", "encoder-block": "without branches"}
    for preset, words in reasons.items():
        one = read(PRESET_FILES[preset])
        plain = one.replace(training=TrainingSettings(optimizer=Choice(id="sgd")))
        with pytest.raises(NotByHand, match=words):
            by_hand(plain)


def without_torch(name: str, *arguments: Any, **named: Any) -> Any:
    """`__import__` of a Python that has numpy and the data libraries alone."""
    if name.split(".")[0] in ("torch", "playground"):
        raise ModuleNotFoundError(f"there is no {name} here")
    return __import__(name, *arguments, **named)


FILES = ("gaussians", "diabetes", "two-layer-by-hand", "symmetric-initialization", "l2-sparse")


@pytest.mark.parametrize("preset", FILES)
def test_a_whole_file_needs_numpy_alone(preset: str, capsys: pytest.CaptureFixture[str]) -> None:
    one = read(PRESET_FILES[preset])
    names: dict[str, Any] = {"__name__": "alone", "__builtins__": {**vars(builtins), "__import__": without_torch}}
    exec(compile(write_by_hand(one).text, "written", "exec"), names)
    names["main"]()
    assert re.search(r"steps, loss [0-9.]+ at the first and [0-9.]+ at the last\n", capsys.readouterr().out)
    loaded = names["load_data"]()
    losses = names["train"](names["first_weights"](), *(loaded[0] if isinstance(loaded, tuple) else loaded)["train"])
    assert np.mean(losses[-20:]) < 0.85 * np.mean(losses[:20])


def test_the_file_gets_two_clouds_right_and_starts_as_the_project_says(capsys: pytest.CaptureFixture[str]) -> None:
    names: dict[str, Any] = {"__name__": "alone"}
    exec(write_by_hand(read(PRESET_FILES["gaussians"])).text, names)
    names["main"]()
    assert float(re.findall(r"test: accuracy ([0-9.]+)", capsys.readouterr().out)[0]) > 0.95
    exec(write_by_hand(read(PRESET_FILES["two-layer-by-hand"])).text, names)
    hidden, output = names["first_weights"]()
    assert hidden.tolist() == [[0.4, -0.2]] and output.tolist() == [[0.1]]


@pytest.mark.parametrize("start", [kind.id for kind in INITIALIZERS])
def test_weights_start_as_wide_as_in_playground(start: str) -> None:
    graph = chain(node("data", "digits"), node("flat", "flatten"), node("a", "dense", units=500, activation="relu"),
                  node("b", "dense", units=10, activation="identity"), loss=node("loss", "cross-entropy"))  # fmt: skip
    one = project(graph, initializer=Choice(id=start))
    names: dict[str, Any] = {"__name__": "alone"}
    try:
        exec(write_by_hand(one).text, names)
    except NotByHand as reason:
        assert start in ("orthogonal", "sparse", "identity", "known-words")
        assert "no weights are written that start by" in str(reason)
        return
    report = check(graph)
    model = TrainableModel(one, report, torch.device("cpu"))
    model.initialize(one)
    wanted = dict(model.network.named_parameters())["a.weight"].detach().numpy()
    found = names["first_weights"]()[0]
    assert found.std() == pytest.approx(wanted.std(), rel=0.03, abs=1e-6)
    assert found.max() == pytest.approx(wanted.max(), rel=0.3)
