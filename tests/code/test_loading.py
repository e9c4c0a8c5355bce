"""The data part of a written file gives the very arrays that Playground prepares."""

import numpy as np
import pytest

from playground.code.loading import loading
from playground.code.sources import Sources
from playground.data.base import PARTS, Dataset
from playground.data.own.delimited import read_table
from playground.data.own.files import Reading
from playground.data.own.table import first_dataset
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
    ("iris", {"scaling": "given", "given_scaling": "5.8, 3, 3.7, 1.2; 1.2, 2.3, 0.5, 1.25"}),
    ("plane", {"scaling": "given", "given_scaling": "0.5; 2"}),
    ("sparse-table", {"twin": True}),
    ("expression", {"expression": "x1*x2 - 1"}),
    ("reverse", {"most_padding": 3}),
    ("co2", {"relative": False, "scaling": "min-max"}),
    ("series-builder", {"composition": "multiplicative", "scaling": "none"}),
    ("communities", {"known": 2}),
    ("iris", {"folds": 5, "fold": 2, "scaling": "min-max"}),
    ("iris", {"in_order": True}),
    ("diabetes", {"folds": 3, "fold": 5, "target_scaling": "standardize", "data_seed": 4}),
    ("diabetes", {"folds": 4, "fold": 3, "in_order": True}),
    ("co2", {"folds": 4, "fold": 2}),
    ("breast-cancer", {"train_rows": 40, "folds": 3, "fold": 3}),
    ("wine", {"test_folds": 4, "test_fold": 3, "folds": 3, "fold": 2}),
    ("python-manual", {"folds": 3, "fold": 1}),
    ("python-manual", {"tokens": "words", "characters": 5_000}),
    ("data-descriptions", {"tokens": "byte-pairs", "characters": 5_000, "vocabulary_size": 100}),
    ("digits", {"examples": 200, "pixels": "permuted", "test_shift": 2, "scaling": "standardize"}),
    ("mnist", {"examples": 100, "test_rotation": 30.0, "test_scale": 0.75, "test_noise": 0.2}),
    ("noisy-curve", {"outliers": 0.1, "target_scaling": "standardize"}),
    ("plane", {"outliers": 0.05}),
    ("wine", {"label_budget": 12, "labels": "one-hot", "scaling": "standardize", "data_seed": 3}),
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


TABLES: dict[str, tuple[str, tuple[str, ...], dict]] = {
    "classes": ("size,colour,weight,kind\n" + "".join(
        f"{0.1 * n:.2f}, {('red', 'green', 'blue')[n % 3]},{n * n},{'cat' if n % 4 else 'dog'}\n" for n in range(40)
    ), ("kind",), {}),
    "numbers of two columns": ("a;b;c;d\n" + "".join(f"{n};{n * 2}.5;{n / 7:.3f};{n / 9}\n" for n in range(30)),
                               ("c", "d"), {}),
    "groups": ("patient,a,kind\n" + "".join(f"{n % 9 or ''},{n},{'ab'[n % 2]}\n" for n in range(60)), ("kind",),
               {"group_column": "patient"}),
    "folds of groups": ("patient,a,kind\n" + "".join(f"p{n % 9},{n},{'ab'[n % 2]}\n" for n in range(60)), ("kind",),
                        {"group_column": "patient", "folds": 3, "fold": 2, "test_folds": 3, "test_fold": 3}),
    "folds in order": ("a,kind\n" + "".join(f"{n},{'ab'[n % 2]}\n" for n in range(60)), ("kind",),
                       {"in_order": True, "folds": 3, "fold": 2, "train_rows": 7}),
    "decimal commas": ("a;b;c\n" + "".join(f"{n},5;{n % 3},25;{n * 3}\n" for n in range(30)), ("c",), {}),
    "a line above": ("# measured in May\nx,y,kind\n" + "".join(f"{n},{n % 9},{'ab'[n % 2]}\n" for n in range(30)),
                     ("kind",), {}),
    "gaps left out": ("a,b,kind\n" + "".join(f"{n},{'' if n % 10 == 3 else n % 4},{'ab'[n % 2]}\n" for n in range(40)),
                      ("kind",), {"missing": "leave-out"}),
    "gaps filled": ("a,b,col,kind\n" + "".join(
        f"{n},{'NA' if n % 10 == 3 else n % 4},{'' if n % 8 == 1 else 'rgb'[n % 3]},{'ab'[n % 2]}\n" for n in range(40)
    ), ("kind",), {"missing": "mean-or-most-frequent"}),
    "medians": ("a,b,kind\n" + "".join(f"{n * n},{'' if n % 10 == 3 else n % 4},{'ab'[n % 2]}\n" for n in range(40)),
                ("kind",), {"missing": "median-or-most-frequent"}),
    "my value": ("a,b,kind\n" + "".join(f"{n},{'' if n % 10 == 3 else n % 4},{'ab'[n % 2]}\n" for n in range(40)),
                 ("kind",), {"missing": "value", "fill_value": -3.0, "scaling": "min-max"}),
}  # fmt: skip


@pytest.mark.parametrize("name", TABLES)
def test_a_table_of_a_person(tmp_path, name: str) -> None:
    text, targets, changes = TABLES[name]
    path = tmp_path / "it's {mine}.csv"
    path.write_text(text)
    check_same(first_dataset(read_table(path), *targets).model_copy(update=changes))


@pytest.mark.parametrize(
    ("price", "end", "reason"), [("€ {}.00", "", "only Playground’s own"), ("{}", "1,2,3,4,5\n", "left out or mended")]
)
def test_a_table_that_pandas_reads_otherwise_is_not_written(tmp_path, price: str, end: str, reason: str) -> None:
    path = tmp_path / "mine.csv"
    path.write_text("a,b,kind\n" + "".join(f"{n},{price.format(n % 4)},{'ab'[n % 2]}\n" for n in range(30)) + end)
    assert reason in first_dataset(read_table(path), "kind").to_code().cannot
