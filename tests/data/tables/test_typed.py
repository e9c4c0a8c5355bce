"""Examples that a person types: they arrive as typed, or a sentence says what is wrong."""

from __future__ import annotations

import numpy as np
import pytest

from playground.data.preparation import prepare
from playground.data.tables.typed import TypedExamples, read


def test_numbers_arrive_as_typed_unscaled_and_all_to_learn_from() -> None:
    prepared = prepare(TypedExamples(rows="0.1, 0.3 -> 1; −2 5e-1 → 0"))
    order = np.argsort(prepared.parts["train"]["target"][:, 0])
    np.testing.assert_array_equal(
        prepared.parts["train"]["features"][order], np.array([[-2.0, 0.5], [0.1, 0.3]], dtype=np.float32)
    )
    assert prepared.count("validation") == prepared.count("test") == 0


def test_several_answers_and_lines_make_several_outputs() -> None:
    dataset = TypedExamples(rows="1 -> 0 1\n2 -> 1 0\n")
    features, target = dataset.signals()
    assert (features.shape, target.shape) == ((1,), (2,))
    assert dataset.target_names() == ("y1", "y2") and dataset.subtitle() == "2 examples"
    assert read("1 -> 0 1\n2 -> 1 0\n") == (((1.0,), (0.0, 1.0)), ((2.0,), (1.0, 0.0)))


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        (" ; ", "type at least one example, such as 0.1, 0.3 -> 1"),
        ("0.1, 0.3", "example 1 needs one arrow -> between inputs and answer"),
        ("1 -> 2 -> 3", "example 1 needs one arrow -> between inputs and answer"),
        ("1, two -> 3", "“two” in example 1 is no number"),
        ("1 -> 2; 3 ->", "example 2 needs 1 to 20 numbers on each side of the arrow"),
        ("1, 2 -> 3; 1 -> 3", "example 2 has 1 inputs and 1 answers, but the first has 2 and 1"),
        ("1 -> inf", "“inf” in example 1 is too large: numbers end at ±1,000,000"),
        ("; ".join(["1 -> 2"] * 101), "at most 100 examples can be typed, but there are 101"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_sentence(rows: str, sentence: str) -> None:
    assert TypedExamples.parameter_problems({"rows": rows}) == [
        ("rows", f"Examples of Typed examples: {sentence}.")
    ]
