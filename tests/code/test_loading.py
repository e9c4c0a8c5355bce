"""The data part of a written file gives the very arrays that Playground prepares."""

import numpy as np
import pytest

from playground.code.loading import loading
from playground.code.sources import Sources
from playground.data.base import PARTS, Dataset
from playground.data.own.files import Reading
from playground.data.own.text import read_text, text_dataset
from playground.data.preparation import prepare
from playground.data.registry import DATASETS
from playground.document.graph import Graph, Node
from playground.network.check import check

DRAWN = {"points": [[1.0, 2.0, 0], [2.0, 1.0, 1], [0.5, 0.5, 0], [3.0, 1.0, 1], [1.5, 1.0, 1]], "classes": 2}
VARIANTS = [
    *[(kind.id, DRAWN if kind.id == "drawn-points" else {}) for kind in DATASETS if not kind.own],
    *[("circles", {"labels": labels, "scaling": "min-max", "noise": 0.3, "label_noise": 0.1, "data_seed": 4})
      for labels in ("one-hot", "zero-one", "signed")],
    ("iris", {"measurements": "petals", "labels": "one-hot", "scaling": "none"}),
    ("iris", {"measurements": "sepals", "train_share": 0.5, "validation_share": 0.5}),
    ("diabetes", {"scaling": "none", "target_scaling": "min-max"}),
    ("mnist", {"examples": 300, "scaling": "standardize"}),
    ("digits", {"examples": 300, "scaling": "min-max", "labels": "one-hot"}),
    ("noisy-curve", {"curve": "cubic", "target_scaling": "standardize"}),
    ("spirals", {"arms": 4}),
    ("sparse-table", {"twin": True}),
    ("expression", {"expression": "x1*x2 - 1"}),
    ("reverse", {"most_padding": 3}),
    ("co2", {"relative": False, "scaling": "min-max"}),
    ("series-builder", {"composition": "multiplicative", "scaling": "none"}),
    ("communities", {"known": 2}),
]  # fmt: skip


def written(dataset: Dataset) -> str:
    node = Node(id="data", block=dataset.id, parameters=dataset.model_dump(mode="json"))
    report = check(Graph(nodes=(node,)))
    sources = Sources()
    feeds = {("data", port.name): port.name.replace("-", "_") for port in dataset.outputs}
    found = loading(report, feeds, sources)
    assert not found.cannot
    lines = [*sources.imports, *(line.text for line in found.lines)]
    assert all(line.nodes == ("data",) for line in found.lines if line.text)
    return "\n".join(lines)


@pytest.mark.parametrize(("name", "parameters"), VARIANTS, ids=lambda value: value if isinstance(value, str) else "")
def test_the_same_arrays(name: str, parameters: dict) -> None:
    dataset = next(kind for kind in DATASETS if kind.id == name).model_validate(parameters)
    check_same(dataset)


def check_same(dataset: Dataset) -> None:
    text = written(dataset)
    assert "playground" not in text.lower()
    names: dict = {"__name__": "alone"}
    exec(compile(text, dataset.id, "exec"), names)
    data = names["load_data"]()
    unit = None
    if isinstance(data, tuple):
        data, unit = data
    prepared = prepare(dataset)
    assert tuple(data) == PARTS
    for part in PARTS:
        for port, tensor in zip(dataset.outputs, data[part], strict=True):
            expected = prepared.parts[part][port.name]
            assert tensor.numpy().dtype == expected.dtype
            np.testing.assert_array_equal(tensor.numpy(), expected)
    if unit is not None:
        np.testing.assert_array_equal(unit, 1.0 / prepared.target_scaler.factor.astype(float))


TEXT = "The quick brown fox jumps over the lazy dog, 37 times.\r\nAnd é, ü and {braces} too\t- “quoted”. " * 30


@pytest.mark.parametrize("make_plain", [False, True])
@pytest.mark.parametrize("codec", ["utf-8", "cp1252"])
def test_a_text_of_a_person(tmp_path, make_plain, codec) -> None:
    path = tmp_path / "it's a text.txt"
    path.write_bytes(TEXT.encode(codec))
    check_same(text_dataset(read_text(path, Reading()), make_plain=make_plain, window=16))
