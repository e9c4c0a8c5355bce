"""The cost table, held to numbers that are known of networks and layers."""

from __future__ import annotations

import math

import pytest

from playground.analysis.base import NothingToShow
from playground.analysis.inside.cost_table import CostTable, CostTableAnalysis
from playground.analysis.question import Question
from playground.analysis.subject import Subject
from playground.document.files import read
from playground.document.graph import Edge, Graph, Node
from playground.document.known_networks import known_networks
from playground.document.library import find
from playground.document.network_table import PUBLISHED


def costs(graph: Graph, **chosen: object) -> CostTable:
    asked = CostTableAnalysis(**{"timed": False, **chosen})
    return asked.compute(Question(subject=Subject(graph), graph=graph))


def convolved(**parameters: object) -> Graph:
    pictures = {"side": 32, "classes": 10, "examples": 20}
    convolution = {"filters": 12, "kernel_size": 3, "padding": "same", **parameters}
    return Graph(
        nodes=(
            Node(id="data", block="random-pictures", parameters=pictures),
            Node(id="conv", block="conv2d", parameters=convolution),
            Node(id="flat", block="flatten"),
            Node(id="out", block="dense", parameters={"units": 10}),
            Node(id="loss", block="cross-entropy"),
        ),
        edges=(
            Edge(source="data", source_port="features", target="conv"),
            Edge(source="conv", target="flat"),
            Edge(source="flat", target="out"),
            Edge(source="out", target="loss", target_port="prediction"),
            Edge(source="data", source_port="target", target="loss", target_port="target"),
        ),
    )


@pytest.mark.parametrize(
    ("name", "parameters", "products", "depth"),
    [("vgg-16", 138_357_544, 15_470_264_320, 16), ("mobilenet-v2", 3_504_872, 300_774_272, 53),
     ("lenet-5", 61_706, 416_520, 5)],
)  # fmt: skip
def test_networks_cost_what_is_known_of_them(name: str, parameters: int, products: int, depth: int) -> None:
    found = costs(read(find(name)).graph)
    assert (found.total.parameters, found.total.multiplications, found.depth) == (parameters, products, depth)
    grouped = costs(read(find(name)).graph, rows="groups")
    assert grouped.total.multiplications == products and len(grouped.layers) <= len(found.layers)
    assert sum(one.parameters for one in grouped.layers) == parameters


def test_a_convolution_is_compared_with_a_dense_layer() -> None:
    conv = costs(convolved()).layers[0]
    assert (conv.parameters, conv.dense, conv.unit, conv.dense_unit) == (336, 37_761_024, 27, 3_072)
    assert conv.multiplications == 27 * 12 * 32 * 32 and conv.sees == (3, 3)
    assert costs(convolved(kernel_size=5)).layers[0].unit == 75
    grouped = costs(convolved(groups=3)).layers[0]
    assert (grouped.parameters, grouped.ungrouped) == (12 * 9 + 12, 336)


def test_the_input_can_have_another_size() -> None:
    hd = costs(convolved(), height=1_080, width=1_920, units=1_000)
    assert hd.inputs == 6_220_800 and hd.dense_first == 6_220_800_000
    assert hd.layers[0].parameters == 336 and hd.layers[0].output == "12 × 1080 × 1920"
    with pytest.raises(NothingToShow, match="Not with an input of this size"):
        costs(convolved(padding="valid", kernel_size=7), height=3)


def test_layers_are_timed_one_after_the_other() -> None:
    graph = convolved()
    stages = list(CostTableAnalysis().stages(Question(subject=Subject(graph), graph=graph)))
    assert [stage.share for stage in stages] == [0.0, 1 / 3, 2 / 3, 1.0]
    assert math.isnan(stages[0].total.forward) and 0.0 < stages[-1].total.forward < stages[-1].total.learning


def test_the_published_networks_have_the_size_that_is_counted_here() -> None:
    assert len(PUBLISHED) == 18
    own = {one.id: one.parameters for one in known_networks()}
    counted = [(one, own[one.known]) for one in PUBLISHED if one.known]
    assert len(counted) == 12
    for one, parameters in counted:  # as published, running statistics count too
        assert parameters <= one.parameters <= 1.015 * parameters, one.title
    assert [round(one.megabytes) for one in PUBLISHED if "VGG" in one.title] == [528, 548]
