"""What a unit sees through all layers, held to what really changes it, and to what the literature says."""

from __future__ import annotations

import itertools

import pytest

from playground.analysis.shared.receptive_fields import Field, fields_of, middle_of, seen_by, sights_of
from playground.blocks.images.arriving import dimensions_of, extents_of
from playground.blocks.reveals import SlidesWindow
from playground.document.files import read
from playground.document.library import find
from playground.network.check import check, infer
from tests.blocks.block_cases import CASES
from tests.blocks.case import Case, batch_of

STATISTICS = {"layer-norm", "group-norm", "instance-norm", "rms-norm"}
"""Take a mean over the map, which does not count."""


def maps_of(case: Case) -> bool:
    """Whether the block makes maps of maps, each place from its own part."""
    if not case.inputs or not dimensions_of(case.inputs[0]):
        return False
    if case.block.id in STATISTICS or len(case.block.outputs) > 1:
        return False
    return isinstance(case.block, SlidesWindow) or case.block.neighbours() is not None


MAPPED = [case for case in CASES if maps_of(case)]


@pytest.mark.parametrize("case", MAPPED, ids=lambda case: case.name)
def test_a_block_looks_at_no_more_than_is_said(case: Case) -> None:
    source = case.inputs[0]
    (leaving, *_) = infer(case.block, case.inputs).outputs
    if not dimensions_of(leaving):
        return
    module, given = case.block.build(*case.inputs).eval(), [batch_of(signal, 1) for signal in case.inputs]
    places = list(itertools.product(*map(range, extents_of(source))))
    channels = -1 if source.kind == "series" else 0
    moved = given[0].repeat(len(places), *[1] * len(source.shape)).movedim(channels or 1, 1)
    for number, place in enumerate(places):
        moved[(number, slice(None), *place)] += 3.0
    arriving = moved.movedim(1, -1) if channels else moved
    others = [one.repeat(len(places), *[1] * (one.dim() - 1)) for one in given[1:]]
    changed = ((module(arriving, *others) - module(*given)).abs() > 1e-6).movedim(channels or 1, 1).any(1)
    for looked in {tuple(extent * share // 4 for extent in extents_of(leaving)) for share in range(4)}:
        seen = seen_by(case.block, Field(looked, looked), source, leaving, case.inputs)
        inside = [all(map(within, seen.low, place, seen.high)) for place in places]
        reached = changed[(slice(None), *looked)].tolist()
        assert not any(one and not known for one, known in zip(reached, inside, strict=True)), (looked, seen)


def within(low: int, one: int, high: int) -> bool:
    return low <= one <= high


@pytest.mark.parametrize(
    ("name", "node", "size"),
    [("lenet-5", "conv-2", 14), ("lenet-5", "pool-2", 16), ("vgg-16", "pool-5", 212), ("resnet-50", "mean", 427),
     ("mobilenet-v1", "mean", 315)],
)  # fmt: skip
def test_the_field_grows_as_the_literature_says(name: str, node: str, size: int) -> None:
    report = check(read(find(name)).graph)
    chosen = next(one for one in report.order if one.startswith(node))
    output = report.inputs[chosen][0] if node == "mean" else (chosen, "output")
    (data,) = report.data_nodes()
    found = fields_of(report, output, middle_of(report.signals[output]))[data, "features"]
    assert found.sizes == (size, size) and not found.whole


def test_what_is_dense_sees_everything() -> None:
    report = check(read(find("lenet-5")).graph)
    dense = [node for node in report.order if report.blocks[node].id == "dense"][-1]
    (data,) = report.data_nodes()
    found = fields_of(report, (dense, "output"), ())[data, "features"]
    extents = extents_of(report.signals[data, "features"])
    assert found.whole and found.within(extents).sizes == extents


def test_every_place_of_a_map_knows_its_part_of_the_picture() -> None:
    found = sights_of(check(read(find("lenet-5")).graph))
    assert {node: sight.words(3, 3) for node, sight in found.items()} == {
        "conv-1": "5 × 5", "pool-1": "6 × 6", "conv-2": "14 × 14", "pool-2": "16 × 16"
    }  # fmt: skip
    assert found["conv-1"].rows[0] == (0, 2), "the edge cuts it"
    assert found["pool-2"].columns[2] == (6, 21)
