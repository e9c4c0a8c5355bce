"""What the presets of transfer claim: stored weights are what the command makes, and frozen blocks stay as they are."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file

from playground.data.text.characters import DataDescriptions, bigram_perplexity
from playground.document.edits import replace_node
from playground.document.files import read
from playground.document.library import paths
from playground.document.project import StartingWeights
from playground.training.session.resuming import opened
from playground.training.session.session import Session
from playground.training.weights.making import learned, lenders, make_weights
from playground.training.weights.preset_files import stored_path, stored_weights
from playground.training.weights.reading import read_weights
from playground.training.weights.source import state_of

LENT = lenders()
STARTED = {name: path for name, path in paths().items() if read(path).starts_from is not None}
MOST_BYTES = 2_000_000


@pytest.mark.parametrize("name", LENT)
def test_the_stored_weights_are_what_the_command_makes(name: str) -> None:
    """The last bits differ between processors, also of one family, and with batch norm the differences grow from step
    to step: of the small ResNet to a fifth of the weights."""
    path = stored_path(LENT[name])
    assert path.stat().st_size <= MOST_BYTES
    stored, made = load_file(path), learned(read(LENT[name]))
    ours, theirs = (np.concatenate([one[part].ravel() for part in made]) for one in (stored, made))
    assert {part: array.shape for part, array in stored.items()} == {part: array.shape for part, array in made.items()}
    assert np.corrcoef(ours, theirs)[0, 1] > 0.9
    assert read_weights(LENT[name]).project == read(LENT[name])


def test_only_lenders_have_weights_and_all_of_them() -> None:
    assert LENT and {name for name, path in paths().items() if stored_weights(path) is not None} == set(LENT)


@pytest.mark.parametrize("name", STARTED)
def test_a_preset_starts_from_what_it_names_and_keeps_what_is_frozen(name: str) -> None:
    project = read(STARTED[name])
    start = project.starts_from
    assert start is not None
    stored = load_file(stored_path(paths()[start.preset]))
    found = opened(project, None, "cpu")
    assert found.problem == ""
    first = state_of(found.session.snapshot())
    for part in first:
        node, _, parameter = part.partition(".")
        source = start.blocks.get(node) if start.blocks else node
        if source is not None:
            np.testing.assert_array_equal(first[part], stored[f"{source}.{parameter}"])
    found.session.advance(5)
    after = state_of(found.session.snapshot())
    frozen = {node.id for node in project.graph.nodes if not node.training.trainable}
    for part, array in after.items():
        if array.dtype.kind == "b":
            continue  # a mark of the block, nothing that is learned
        assert np.array_equal(array, first[part]) == (part.split(".")[0] in frozen), part
    found.session.rewind()
    for part, array in state_of(found.session.snapshot()).items():
        np.testing.assert_array_equal(array, first[part])
    fresh = [part for part in first if start.blocks and part.split(".")[0].rpartition("/")[2] not in start.blocks]
    other = state_of(Session(project.replace(seed=9)).snapshot())
    drawn = [part for part in fresh if part.endswith("weight") and first[part].ndim > 1]  # a norm's gains begin at 1
    assert all(not np.array_equal(other[part], first[part]) for part in drawn)


def test_the_first_stage_is_a_lead_on_another_text_and_more_on_the_same() -> None:
    second = read(paths()["second-stage"])
    texts = DataDescriptions.model_validate(second.graph.node("data").parameters)
    assert bigram_perplexity(texts) == pytest.approx(16.2, abs=0.3)
    more = second.graph.node("data").replace(
        block="python-manual",
        parameters={"window": 48, "characters": 20_000, "skip": 200_000, "train_share": 0.3, "validation_share": 0.1},
    )
    same = second.replace(graph=replace_node(second.graph, more))
    for project, at_most in ((second, 21.0), (same, 5.8)):
        assert Session(project, "cpu").evaluate(full=True)["test_perplexity"] < at_most
        scratch = Session(project.replace(starts_from=None), "cpu")
        assert scratch.evaluate(full=True)["test_perplexity"] > 38.0


def test_weights_that_are_missing_or_do_not_fit_are_told_and_drawn_instead() -> None:
    project = read(STARTED["few-new-digits"])
    for start, words in (
        (StartingWeights(preset="nowhere"), "which is not there"),
        (StartingWeights(preset="xor"), "which cannot be read"),
        (StartingWeights(preset="three-convolutions", blocks={"scratch-head": "head", "data": "data"}), ""),
        (StartingWeights(preset="three-convolutions", blocks={"scratch-dense-1": "dense-2"}), "cannot take the wei"),
    ):
        assert words in opened(project.replace(starts_from=start), None, "cpu").problem


def test_the_command_writes_beside_the_preset(tmp_path: Path) -> None:
    preset = tmp_path / "small.json"
    preset.write_text(paths()["xor"].read_text())
    made = make_weights(preset)
    assert made == tmp_path / "small.weights.safetensors" and read_weights(made).count == 17
