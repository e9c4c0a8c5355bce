"""Data are prepared as the weights have seen theirs: scaling, size of pictures, vocabulary, told in a sentence."""

from __future__ import annotations

import numpy as np

from playground.data.own.text import OwnText
from playground.data.preparation import prepare
from playground.data.registry import CATALOGUE
from playground.document.graph import Graph, Node
from playground.document.project import Project
from playground.network.check import block_of
from playground.training.weights.adapting import adaption
from tests import own_files


def of(block: str, **parameters: object) -> Project:
    return Project(graph=Graph(nodes=(Node(id="data", block=block, parameters=parameters),)))


def test_the_scaling_of_the_weights_takes_the_place_of_one_that_was_measured() -> None:
    source, target = of("circles", scaling="standardize"), of("gaussians", scaling="standardize")
    found = adaption(source, target)
    there = prepare(block_of(source.graph.node("data"))).scaler  # type: ignore[arg-type]
    adapted = prepare(block_of(found.applied(target).graph.node("data")))  # type: ignore[arg-type]
    np.testing.assert_array_equal(adapted.scaler.shift, there.shift)
    np.testing.assert_array_equal(adapted.scaler.factor, there.factor)
    assert found.sentence.startswith("Two Gaussians: scaled like the data of the weights, (x + 0.0782) × 0.4425")
    assert not found.warning
    assert adaption(source, found.applied(target)).changes == {}, "done once, nothing is left to do"


def test_what_was_not_scaled_there_is_not_scaled_here() -> None:
    target = of("gaussians", scaling="min-max")
    assert adaption(of("circles"), target).applied(target).graph.node("data").parameters["scaling"] == "none"
    assert adaption(of("circles"), of("gaussians")).sentence == ""
    assert adaption(None, target).changes == {} and adaption(of("circles"), of("circles")).changes == {}


def test_another_number_of_columns_is_told() -> None:
    found = adaption(of("iris"), of("circles"))
    assert not found.changes and "have seen 4 columns, but these data have 2" in found.warning


def test_pictures_get_the_size_and_the_colour_that_the_weights_know() -> None:
    target = of("own-images", **own_files.picture_parameters(own_files.shapes()))
    found = adaption(of("mnist", scaling="standardize"), target)
    block = block_of(found.applied(target).graph.node("data"))
    assert block.signals()[0].shape == (1, 28, 28)  # type: ignore[attr-defined]
    assert "brought to 28 × 28 pixels, grey" in found.sentence and "(x − " in found.sentence
    assert "cannot be brought to" in adaption(of("digits"), target).warning


def test_a_text_is_read_in_the_characters_that_the_weights_know() -> None:
    parameters = own_files.text_parameters(own_files.story())
    mine = CATALOGUE["own-text"].model_validate(parameters)
    assert isinstance(mine, OwnText) and mine.content is not None
    found = adaption(of("python-manual"), of("own-text", **parameters))
    assert "made plain, in the 39 characters" in found.sentence
    few = mine.model_copy(update={"content": mine.content.model_copy(update={"symbols": ("a", "b", "e")})})
    source = of("own-text", **few.model_dump(mode="json"))
    found = adaption(source, of("own-text", **parameters))
    block = block_of(found.applied(of("own-text", **parameters)).graph.node("data"))
    assert block.alphabet() == ("a", "b", "e")  # type: ignore[attr-defined]
    assert "that they do not know become “a”" in found.sentence
    prepare(block)  # type: ignore[arg-type]
    assert "tell 3 characters apart, these data 39" in adaption(source, of("python-manual")).warning
