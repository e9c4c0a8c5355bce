"""Pictures that are moved: what the maps should be then, how near they are, and how many answers hold."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from playground.analysis.inside.live_maps import LiveMapsAnalysis
from playground.analysis.question import Cancelled, Question
from playground.analysis.shared.given import Given, Move
from playground.analysis.shared.moves import Placement, concordance, moved, moved_maps
from playground.analysis.use.move_picture import MovePicture, MovePictureAnalysis
from playground.analysis.use.use_it import UseItAnalysis
from playground.blocks.windows import Along
from playground.data.inputs.pictures import Pixels
from playground.document.graph import Graph, Node
from tests.analysis.subjects import chain, question_of
from tests.network.small_graphs import chain as chain_of
from tests.network.small_graphs import node

DENSE = chain("digits", {"examples": 200}, [6, 10], between=["flatten"])
DOT = np.zeros((1, 1, 8, 8), dtype=np.float32)
DOT[0, 0, 3:5, 2:5] = (0.4, 0.7, 1.0), (1.0, 0.2, 0.5)


def through(*blocks: Node) -> Graph:
    """Digits through these blocks to ten classes."""
    ends = node("flatten", "flatten"), node("dense", "dense", units=10)
    return chain_of(node("data", "digits", examples=120), *blocks, *ends, loss=node("loss", "cross-entropy"))


def asked(graph: Graph, **options: Any) -> tuple[Question, MovePicture]:
    question = replace(question_of(graph), graph=graph, example=3)
    return question, MovePictureAnalysis(count=20, **options).compute(question)


def held(graph: Graph, move: Move) -> MovePicture:
    """A dot in the middle, moved."""
    given = Given({"data": Pixels(1.0 - DOT[0, 0], DOT)}, {"data": move})
    return MovePictureAnalysis(count=20).compute(replace(question_of(graph), graph=graph, given=given))


@pytest.mark.parametrize(
    ("block", "parameters", "shift"),
    [
        ("conv2d", {"padding": "same"}, 1),
        ("conv2d", {"padding": "valid", "kernel_size": 2, "dilation": 2}, 1),
        ("conv2d", {"padding": "number", "padding_size": 2, "stride": 2}, 2),
        ("max-pool2d", {}, 2),
        ("avg-pool2d", {}, 2),
        ("adaptive-avg-pool", {"size": 4}, 2),
        ("conv-transpose2d", {"stride": 2}, 1),
        ("conv-transpose2d", {"stride": 3, "kernel_size": 4, "padding": "valid"}, 1),
        ("upsampling", {}, 1),
    ],
)
def test_maps_follow_a_shift_by_whole_windows_exactly(block: str, parameters: dict[str, Any], shift: int) -> None:
    """Where the stride divides the shift, a window that slides gives the same map, moved."""
    (first, *_) = held(through(node("block", block, **parameters)), Move(shift, -shift)).layers
    assert first.equivariance == pytest.approx(1.0, abs=1e-5)
    known = ~np.isnan(first.expected)
    assert known.any() and np.allclose(first.found[known], first.expected[known], atol=1e-4)
    assert first.invariance < 0.9


def test_a_shift_that_the_stride_does_not_divide_breaks_the_grid() -> None:
    odd, even = (held(through(node("pool", "max-pool2d")), Move(shift)).layers[0] for shift in (1.0, 2.0))
    assert odd.equivariance < 0.9 < even.equivariance


def test_where_numbers_of_a_map_lie_is_found_by_the_centre_of_what_they_look_at() -> None:
    """Against a picture that is its own column number: a mean of symmetric windows gives where it lies."""
    columns = torch.arange(24.0).expand(1, 1, 24, 24)
    mean = torch.full((1, 1, 5, 5), 1.0 / 25.0)
    seen = torch.nn.functional.conv2d(columns, mean, stride=3, padding=0)[0, 0, 0]
    place = Placement(24).through(Along(5, 3, 0), len(seen))
    assert np.allclose(seen, place.start + place.stride * np.arange(len(seen)))
    pooled = torch.nn.functional.avg_pool1d(seen[None], 2)[0]
    further = place.through(Along(2, 2, 0), len(pooled))
    assert np.allclose(pooled, further.start + further.stride * np.arange(len(pooled)))
    adapted = torch.nn.functional.adaptive_avg_pool2d(columns, 6)[0, 0, 0]
    spread = Placement(24).spread_over(6)
    assert np.allclose(adapted, spread.start + spread.stride * np.arange(6))


def test_maps_of_the_size_of_the_picture_move_as_the_picture_does() -> None:
    question = question_of(DENSE)
    subject = question.loaded()
    x = subject.feeds("test")["data", "features"][:1]
    move = Move(across=1.5, down=-0.5, rotation=20.0, zoom=1.3)
    wanted = moved(subject.prepared["data"], x, move)[0]
    found, inside = moved_maps(x[0], (Placement(8), Placement(8)), (8, 8), move)
    assert inside.any() and not inside.all()
    assert torch.allclose(found[:, inside], wanted[:, inside], atol=1e-5)


def test_concordance_is_that_of_lin() -> None:
    one, other = torch.randn((1, 50)), torch.randn((1, 50))
    a, b = one[0].numpy(), other[0].numpy()
    wanted = 2 * np.cov(a, b, bias=True)[0, 1] / (a.var() + b.var() + (a.mean() - b.mean()) ** 2)
    assert concordance(one, other) == pytest.approx(wanted, abs=1e-6)
    assert concordance(one, one) == 1.0 and math.isnan(concordance(torch.ones((2, 4)), torch.ones((2, 4))))


def test_answers_are_those_of_the_moved_examples_and_shifts_are_meant_over_four_ways() -> None:
    question, result = asked(DENSE, across=2.0)
    subject = question.loaded()
    feeds = subject.feeds("test", 20)
    pictures, truth = feeds["data", "features"].numpy(), feeds["data", "target"].numpy().reshape(-1)

    def right(across: int, down: int) -> tuple[float, np.ndarray]:
        shifted = np.zeros_like(pictures)
        ys, xs = (slice(max(0, by), 8 + min(0, by)) for by in (down, across))
        from_ys, from_xs = (slice(max(0, -by), 8 + min(0, -by)) for by in (down, across))
        shifted[..., ys, xs] = pictures[..., from_ys, from_xs]
        said = subject.values({("data", "features"): torch.from_numpy(shifted)}, [("dense-2", "output")])
        classes = said["dense-2", "output"].argmax(1)
        return float((classes == truth).mean()), classes

    (answer,) = result.answers
    assert answer.accuracy == right(0, 0)[0] and answer.accuracy_moved == right(2, 0)[0]
    assert answer.kept == (right(0, 0)[1] == right(2, 0)[1]).mean()
    ways = [right(*way)[0] for way in ((2, 0), (-2, 0), (0, 2), (0, -2))]
    assert answer.accuracies[result.amounts.tolist().index(2.0)] == pytest.approx(np.mean(ways))
    assert result.share == 1.0 and answer.holds == (answer.before.argmax() == answer.after.argmax())
    assert [layer.title for layer in result.layers] == ["Dense 1", "Dense 2"]  # flattening alone changes nothing


@pytest.mark.parametrize("kind", ["shift", "rotation", "scale"])
def test_the_curve_begins_with_the_examples_as_they_are(kind: str) -> None:
    _, result = asked(DENSE, kind=kind)
    number = result.amounts.tolist().index(1.0 if kind == "scale" else 0.0)
    assert result.answers[0].accuracies[number] == result.answers[0].accuracy
    assert all(layer.invariance == pytest.approx(1.0) for layer in result.layers)


def test_it_can_be_cancelled_and_remembers_what_it_has_asked() -> None:
    question = question_of(DENSE)
    stages = MovePictureAnalysis(count=20).stages(question)
    shares = [next(stages).share for _ in range(3)]
    assert shares == sorted(shares) and shares[0] < shares[-1] < 1.0
    again = next(MovePictureAnalysis(count=20).stages(question))
    assert again.share == shares[-1]
    with pytest.raises(Cancelled):
        list(MovePictureAnalysis(count=20, kind="scale").stages(replace(question, cancelled=lambda: True)))


def test_what_is_in_the_hand_is_followed_by_the_canvas_and_the_answers() -> None:
    question, result = asked(DENSE)
    given = Given({"data": result.entry}, {"data": Move(across=1.0)}, "move-picture", "7")
    told = replace(question, given=given)
    maps = LiveMapsAnalysis().compute(told).maps["data"][0]
    assert np.allclose(maps[:, 1:], result.original[:, :-1], atol=1e-5) and not maps[:, 0].any()
    used = UseItAnalysis().compute(told)
    assert np.allclose(used.inputs[0].seen, maps)
    held = MovePictureAnalysis(count=20, across=3.0).compute(told)
    assert held.move == Move(across=1.0) and held.truth == "7" and held.row == -1
    assert np.allclose(held.answers[0].after, used.answers[0].values[0], atol=1e-6)
