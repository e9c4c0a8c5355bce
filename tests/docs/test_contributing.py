"""The ten lines that CONTRIBUTING shows for each kind of thing do what they say."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from playground.analysis.inside import weights
from playground.blocks import loss, normalization, perceptron
from playground.blocks.base import Block
from playground.blocks.signal import Signal
from playground.data.base import Dataset
from playground.data.points import shapes as points
from playground.data.preparation import prepare
from playground.data.registry import CATALOGUE
from playground.network.check import check, infer
from playground.training import optimizers
from playground.training.experience import stream
from playground.training.metrics import numbers
from playground.training.metrics.metric_set import metrics_for
from tests.analysis.subjects import chain, question_of

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
VECTOR = Signal((4,))


class CentreLayer(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x - x.mean(dim=-1, keepdim=True)


def example(name: str, place: Any) -> Any:
    """The class of that name, made where the page says that it belongs."""
    codes = [code for code in re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL) if f"class {name}(" in code]
    assert len(codes) == 1
    lines = [line for line in codes[0].splitlines() if line.strip() and '"""' not in line and not line.startswith("#")]
    assert len(lines) <= 11 and max(map(len, lines)) <= 120
    scope: dict[str, Any] = {**vars(place), "CentreLayer": CentreLayer}
    exec(compile(codes[0], "CONTRIBUTING.md", "exec"), scope)
    return scope[name]


def test_the_layer() -> None:
    block: type[Block] = example("Centre", normalization)
    assert infer(block(), (VECTOR,)).outputs[0].shape == (4,)
    assert block().build(VECTOR)(torch.tensor([[1.0, 2.0, 3.0, 6.0]])).sum() == 0.0
    assert block().to_code(VECTOR).expression.format("x") == "x - x.mean(dim=-1, keepdim=True)"


def test_the_dataset() -> None:
    prepared = prepare(example("Halves", points)(examples=40))
    assert prepared.class_numbers is not None
    assert ((prepared.parts["train"]["features"][:, 0] > 0) == prepared.class_numbers["train"].astype(bool)).all()


def test_the_loss() -> None:
    module = example("LogCosh", loss)().build(VECTOR, VECTOR)
    assert module(torch.ones(2, 4), torch.zeros(2, 4)).item() == pytest.approx(np.log(np.cosh(1.0)))
    assert module(torch.full((2, 4), 1000.0), torch.zeros(2, 4)).item() == pytest.approx(1000.0 - np.log(2.0))


def test_the_metric() -> None:
    metric = example("MaximumError", numbers)
    task = metrics_for(loss.MeanSquaredError(), VECTOR, VECTOR).task
    assert metric().why_not(task) == ""
    assert metric().compute(numbers.Numbers(torch.ones(3, 4), torch.zeros(3, 4) - 1.0, task.unit)).item() == 2.0


def test_the_optimizer() -> None:
    values = torch.ones(2)
    values.grad = torch.tensor([0.5, -0.1])
    optimizer = example("Rprop", optimizers)(learning_rate=0.1).build([{"params": [values]}])
    optimizer.step()
    assert values.tolist() == pytest.approx([0.9, 1.1])


def test_the_estimator() -> None:
    module = example("MeanLayer", perceptron)()
    module.learn(torch.zeros(4, 2), torch.tensor([1.0, 2.0, 3.0, 4.0]))
    assert module.settled and module(torch.zeros(3, 2)).tolist() == [[2.5]] * 3


def test_the_source_of_experience() -> None:
    examples = torch.zeros(20, 2), torch.arange(20)
    source = example("Jittered", stream)(examples, 8, torch.Generator().manual_seed(1))
    sizes = [len(features) for features, _ in source.take(99)]
    assert sizes == [8, 8, 4] and source.at_end
    source.finish_epoch()
    state = source.state()
    (first,) = source.take(1)
    source.restore(state)
    (again,) = source.take(1)
    assert torch.equal(first[0], again[0]) and torch.equal(first[1], again[1]) and first[0].unique().numel() == 16


def test_the_view() -> None:
    analysis = example("LargestWeight", weights)()
    graph = chain("circles", {"examples": 40}, [2])
    assert analysis.why_not(check(graph), graph) == ""
    question = question_of(graph)
    found, every = analysis.compute(question), weights.WeightsAnalysis().compute(question)
    assert [one.values.tolist() for one in found.matrices] == [[[np.abs(one.values).max()]] for one in every.matrices]
    assert found.table()[1]


def test_what_is_said_of_data_of_a_person_holds() -> None:
    reading = [cls for cls in CATALOGUE.values() if issubclass(cls, Dataset) and cls.reads]
    assert "Dataset.reads" in PAGE and "Dataset.own" in PAGE and len(reading) > 3
    assert all(set(cls.reads) <= set(cls.model_fields) for cls in reading)
    assert {cls for cls in CATALOGUE.values() if issubclass(cls, Dataset) and cls.own} <= set(reading)


def test_every_file_of_the_table_exists() -> None:
    table = PAGE.split("## I want to add")[1].split("Ten lines each")[0]
    named = re.findall(r"`((?:playground|tests|presets)/[a-z_./]+)`", table)
    assert len(named) > 12
    for path in named:
        assert (ROOT / path).exists(), path


def test_every_file_that_the_house_names_is_there() -> None:
    picture = (ROOT / "resources" / "pictures" / "house.svg").read_text(encoding="utf-8")
    named = {*re.findall(r">([a-z_/]+\.py)<", picture), *re.findall(r"`((?:[a-z_]+/)+[a-z_]+\.py)`", PAGE)}
    assert len(named) > 20
    missing = {
        name for name in named
        if not any((ROOT / place / name).is_file() for place in ("playground", ".", "playground/ui"))
    }  # fmt: skip
    assert not missing


def test_every_room_that_the_house_names_is_there_and_none_is_left_out() -> None:
    folders = [path for path in (ROOT / "playground").iterdir() if path.is_dir() and (path / "__init__.py").is_file()]
    rooms = {path.name for path in folders}
    rooms |= {path.parent.name for path in (ROOT / "playground" / "ui").glob("*/__init__.py")}
    house = PAGE[PAGE.index("## The house") : PAGE.index("## I want to add")]
    assert {room for room in rooms if f"{room}/" not in house} == set()
