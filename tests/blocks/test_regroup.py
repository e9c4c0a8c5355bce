"""Regrouping classes: which class goes where, groups as people write them, and sentences where they do not fit."""

from __future__ import annotations

import pytest
import torch

from playground.blocks.class_loss import BinaryCrossEntropy, CrossEntropy
from playground.blocks.regroup import RegroupClasses
from playground.blocks.signal import Signal
from playground.network.check import infer

DIGITS = Signal((), kind="classes", scale="index", classes=tuple("0123456789"))
SHOES = Signal((), kind="classes", scale="index", classes=("ankle boot", "bag", "sneaker"))
ODD = [0, 1, 0, 1, 0, 1, 0, 1, 0, 1]


def groups_of(block: RegroupClasses, signal: Signal, numbers: torch.Tensor) -> list:
    assert infer(block, (signal,)).error == ""
    return block.build(signal)(numbers).tolist()


def test_a_digit_is_even_or_odd() -> None:
    (signal,) = infer(RegroupClasses(), (DIGITS,)).outputs
    assert (signal.shape, signal.kind, signal.scale) == ((), "classes", "index")
    assert signal.classes == ("even", "odd")
    assert groups_of(RegroupClasses(), DIGITS, torch.arange(10)) == ODD


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        ("zero-one", [[float(odd)] for odd in ODD]),
        ("signed", [[2.0 * odd - 1.0] for odd in ODD]),
        ("one-hot", [[1.0 - odd, float(odd)] for odd in ODD]),
    ],
)
def test_groups_are_coded_like_the_labels_of_a_dataset(labels: str, expected: list) -> None:
    block = RegroupClasses(labels=labels)
    assert groups_of(block, DIGITS, torch.arange(10)) == expected
    assert infer(block, (DIGITS,)).outputs[0].scale == labels


def test_where_no_answer_is_asked_for_none_is_given() -> None:
    steps = Signal((4,), kind="classes", scale="index", axes=("time",), classes=tuple("0123456789"))
    block = RegroupClasses()
    assert groups_of(block, steps, torch.tensor([[3, -1, 8, -1]])) == [[1, -1, 0, -1]]
    assert infer(block, (steps,)).outputs[0].words() == "one of 2 class numbers for each of 4 time"
    error = infer(RegroupClasses(labels="zero-one"), (steps,))
    assert "class numbers only" in error.error and error.fixes[0].parameters == {"labels": "index"}


@pytest.mark.parametrize(
    ("typed", "members"),
    [
        ("0 2|1 3", (("0", "2"), ("1", "3"))),
        ("  0;2 |  1\n3 ", (("0", "2"), ("1", "3"))),
        ("0, 2 | 1", (("0", "2"), ("1",))),
        ("ankle boot, sneaker | bag", (("ankle boot", "sneaker"), ("bag",))),
        ("ankle boot, | bag", (("ankle boot",), ("bag",))),
    ],
)
def test_groups_as_people_write_them(typed: str, members: tuple) -> None:
    block = RegroupClasses(groups=typed, names="")
    assert block.members() == members
    assert RegroupClasses.model_validate(block.parameters()) == block
    assert block.group_names() == tuple((", " if "," in typed else " ").join(group) for group in members)


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"groups": ""}, "at least two groups"),
        ({"groups": "0 1 2"}, "at least two groups"),
        ({"groups": "0 1 |"}, "at least two groups"),
        ({"groups": "0 1 | 2 0"}, "but 0 stands there twice"),
        ({"groups": " | ".join(map(str, range(101)))}, "at most 100 groups"),
        ({"names": "even |"}, "a name for every group"),
        ({"names": "odd | odd"}, "but odd stands there twice"),
    ],
)
def test_texts_that_are_no_groups_or_names(parameters: dict, words: str) -> None:
    ((name, sentence),) = RegroupClasses.parameter_problems(parameters)
    assert name in parameters and words in sentence
    assert sentence.startswith(f"{name.capitalize()} of Regroup classes: ")


@pytest.mark.parametrize(
    ("block", "signal", "words"),
    [
        (RegroupClasses(), SHOES, "finds no class called 0, 2, 4"),
        (RegroupClasses(groups="0 2 4 6 8 | 1 3 5 7"), DIGITS, "needs a group for every class, but 9 is in none"),
        (RegroupClasses(groups="sneaker | bag", names="a | b"), SHOES, "but ankle boot is in none"),
        (RegroupClasses(names="even | odd | neither"), DIGITS, "makes 2 groups, but 3 names are written"),
        (RegroupClasses(groups="0 1 | 2 3 | 4 5 6 7 8 9", names="", labels="zero-one"), DIGITS, "only two apart"),
    ],
)
def test_what_does_not_fit_is_said_and_the_offered_remedy_helps(
    block: RegroupClasses, signal: Signal, words: str
) -> None:
    found = infer(block, (signal,))
    assert words in found.error and found.fixes
    for fix in found.fixes:
        mended = RegroupClasses.model_validate({**block.parameters(), **fix.parameters})
        assert infer(mended, (signal,)).error == ""


def test_numbers_and_tokens_are_no_classes() -> None:
    assert "class numbers of a target, but a vector of 4 numbers" in infer(RegroupClasses(), (Signal((4,)),)).error
    tokens = Signal((5,), kind="tokens", scale="index", classes=("a", "b"))
    assert "a sequence of 5 tokens arrives" in infer(RegroupClasses(), (tokens,)).error
    one_hot = DIGITS.but(shape=(10,), scale="one-hot")
    (fix,) = infer(RegroupClasses(), (one_hot,)).fixes
    assert (fix.node, fix.parameters) == ("input", {"labels": "index"})


def test_a_loss_takes_the_groups_as_its_classes() -> None:
    (index,) = infer(RegroupClasses(), (DIGITS,)).outputs
    assert infer(CrossEntropy(), (Signal((2,)), index)).error == ""
    assert "2 classes" in infer(CrossEntropy(), (Signal((10,)), index)).error
    (bits,) = infer(RegroupClasses(labels="zero-one"), (DIGITS,)).outputs
    assert infer(BinaryCrossEntropy(), (Signal((1,)), bits)).error == ""
