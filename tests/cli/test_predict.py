"""`playground predict`: the answers are those of the session, in the data's own units, or it says what is wrong."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from playground.data.preparation import prepare
from playground.document.pairing import weights_of
from playground.network.compiled import compile_graph
from playground.training.opening import open_project
from playground.training.session.resuming import opened
from tests import own_files


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def trained(playground: Callable, tmp_path: Path, data: Path, *target: str, steps: int = 60) -> Path:
    made, saved = tmp_path / "made.json", tmp_path / "saved.json"
    assert playground("new", data, *target, "--out", made).code == 0
    assert playground("train", made, "--steps", steps, "--save", saved).code == 0
    return saved


def test_predicted_numbers_are_those_of_the_session_in_their_own_unit(playground: Callable, tmp_path: Path) -> None:
    """Oracle: the session's own network on the prepared test part, shifted and scaled back by hand."""
    saved = trained(playground, tmp_path, own_files.houses(), "--target", "price")
    text = own_files.houses().read_text(encoding="utf-8-sig").splitlines()
    given = tmp_path / "in.csv"
    # Another order, without the target, and a column that nobody asked for.
    cells = [line.split(";") for line in text]
    given.write_text("\n".join(";".join((c[2], "memo" if n == 0 else f"note {n}", c[1], c[0]))
                               for n, c in enumerate(cells)) + "\n")  # fmt: skip
    out = tmp_path / "out.csv"
    told = playground("predict", saved, "--in", given, "--out", out)
    assert told.code == 0 and "90 answers" in told.out
    found = np.array([float(row["predicted price"]) for row in rows_of(out.read_text(encoding="utf-8"))])

    session = opened(open_project(saved), weights_of(saved).path).session
    metrics = session.evaluate(full=True, observe=False)
    price = np.array([float(c[3].replace(",", ".")) for c in cells[1:]])
    dataset = session.report.blocks[session.report.data_nodes()[0]]
    test = dataset.generate(dataset.fresh_generator()).rows["test"]
    assert np.abs(found[test] - price[test]).mean() == pytest.approx(metrics["test_mean_absolute_error"], rel=1e-4)
    assert np.sqrt(np.square(found[test] - price[test]).mean()) == pytest.approx(
        metrics["test_root_mean_squared_error"], rel=1e-4
    )


def test_predicted_classes_are_those_of_the_network(playground: Callable, tmp_path: Path) -> None:
    """Oracle: the compiled network with the saved weights, in evaluation mode, on the tensors of the data."""
    out = tmp_path / "out.csv"
    saved = tmp_path / "saved.json"
    assert playground("train", "iris", "--steps", 200, "--save", saved).code == 0
    project = open_project(saved)
    network = compile_graph(project.graph).eval()
    snapshot = opened(project, weights_of(saved).path).session.snapshot()
    weights = {place.name: torch.from_numpy(snapshot.array(place.name).copy()) for place in snapshot.layout.places}
    network.load_state_dict(weights, strict=False)
    node = network.report.data_nodes()[0]
    prepared = prepare(network.report.blocks[node])
    scaled = prepared.parts["test"]["features"]
    raw = prepared.scaler.unscale(scaled)
    given = tmp_path / "in.csv"
    with given.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(prepared.feature_names[::-1])
        writer.writerows([repr(float(value)) for value in row[::-1]] for row in raw)
    assert playground("predict", saved, "--in", given, "--out", out).code == 0
    head = next(comparison for comparison in network.report.comparisons())
    with torch.no_grad():
        values = network.run({(node, "features"): torch.from_numpy(scaled.copy())}, network.steps_to([head.prediction]))
    shares = torch.softmax(values[network.slots[head.prediction]], dim=1).numpy()
    rows = rows_of(out.read_text(encoding="utf-8"))
    assert [row["predicted class"] for row in rows] == [prepared.class_names[n] for n in shares.argmax(axis=1)]
    for place, name in enumerate(prepared.class_names):
        told = [float(row[f"probability of {name}"]) for row in rows]
        assert np.allclose(told, shares[:, place], atol=1e-5)


def test_a_folder_of_pictures(playground: Callable, tmp_path: Path) -> None:
    saved = trained(playground, tmp_path, own_files.shapes(), steps=150)
    folder = tmp_path / "new"
    folder.mkdir()
    for kind in ("across", "down", "disc"):
        source = own_files.shapes() / kind / f"{kind} 0.png"
        (folder / f"{kind}.png").write_bytes(source.read_bytes())
    told = playground("predict", saved, "--in", folder, "--out", "-")
    rows = rows_of(told.out)
    assert told.code == 0 and [row["file"] for row in rows] == ["across.png", "disc.png", "down.png"]
    assert [row["predicted class"] for row in rows] == ["across", "disc", "down"]
    (folder / "broken.png").write_bytes(b"none")
    told = playground("predict", saved, "--in", folder, "--out", tmp_path / "none.csv")
    assert told.code == 2 and "picture broken.png" in told.err and not (tmp_path / "none.csv").exists()


def test_lines_of_text(playground: Callable, tmp_path: Path) -> None:
    saved = trained(playground, tmp_path, own_files.messages(), steps=300)
    lines = tmp_path / "in.txt"
    lines.write_text("win the money now\n\nlate for dinner, mother\nclaim your ßeautiful prize\n", encoding="utf-8")
    told = playground("predict", saved, "--in", lines, "--out", "-")
    rows = rows_of(told.out)
    assert [row["predicted class"] for row in rows] == ["spam", "ham", "spam"]
    assert "line 4" in told.err and "“ßeautiful”" in told.err
    table = tmp_path / "in.csv"
    table.write_text('from,message\nme,"win, win money"\n')
    assert rows_of(playground("predict", saved, "--in", table, "--out", "-").out)[0]["from"] == "me"


def test_standard_input_and_training_first(playground: Callable, monkeypatch: pytest.MonkeyPatch) -> None:
    given = SimpleNamespace(buffer=io.BytesIO(b"x1,x2\n5,5\n-5,5\n"))
    monkeypatch.setattr(sys, "stdin", given)
    told = playground("predict", "xor", "--in", "-", "--out", "-", "--epochs", 120)
    assert told.code == 0
    assert [row["predicted class"] for row in rows_of(told.out)] == ["blue", "orange"]


def test_what_is_wrong_is_said_with_row_and_column_before_anything_is_learned(
    playground: Callable, tmp_path: Path
) -> None:
    given, out = tmp_path / "in.csv", tmp_path / "out.csv"
    cases = {
        "x1,x2\n1,2\n3,much\n,1\n": ("row 2 (line 3): “much” in “x2” is no number", "row 3 (line 4): Nothing stands"),
        "x1,y\n1,2\n": ("has no column “x2”", "In its first line stand “x1”, “y”"),
        "x1,x2\n1,2,3\n": ("line 2: 3 cells stand there, but 2 columns",),
        "x1,x2\n": ("holds no examples",),
        "": ("is empty",),
    }
    for content, sentences in cases.items():
        given.write_text(content)
        told = playground("predict", "xor", "--in", given, "--out", out, "--epochs", 1)
        assert told.code == 2 and all(sentence in told.err for sentence in sentences), told.err
        assert "epoch" not in told.err and not out.exists()
    told = playground("predict", "xor", "--in", tmp_path / "none.csv", "--out", out)
    assert told.code == 2 and "there is no file or folder" in told.err
    told = playground("predict", "parabola", "--in", given, "--out", out)
    assert told.code == 1 and "no data on the canvas" in told.err


def test_weights_of_another_place(playground: Callable, tmp_path: Path) -> None:
    saved, given = tmp_path / "one.json", tmp_path / "in.csv"
    assert playground("train", "xor", "--epochs", 120, "--save", saved).code == 0
    given.write_text("x2,x1\n5,5\n5,-5\n")
    project = tmp_path / "bare.json"
    project.write_text(json.dumps(json.loads(saved.read_text())))
    weights = weights_of(saved).path
    told = playground("predict", project, "--weights", weights, "--in", given, "--out", "-")
    assert "epoch" not in told.err
    assert told.out == playground("predict", saved, "--in", given, "--out", "-").out
    told = playground("predict", project, "--weights", given, "--in", given, "--out", "-")
    assert told.code == 2 and "cannot be used" in told.err
