"""The networks of the literature at full size: their numbers of parameters, what leaves them, and no weights made."""

from __future__ import annotations

import resource

import pytest

from playground.document.files import read
from playground.document.group_files import ENDING
from playground.document.known_networks import known_networks, known_paths
from playground.document.library import find
from playground.network.check import block_of, check
from tests.benchmarks.checking import forget_everything

PARAMETERS = {
    "alexnet": 61_100_840, "vgg-16": 138_357_544, "vgg-19": 143_667_240, "resnet-18": 11_689_512,
    "resnet-34": 21_797_672, "resnet-50": 25_557_032, "resnet-101": 44_549_160, "resnet-152": 60_192_808,
    "inception-v3": 27_161_264 - 3_326_696, "xception": 22_910_480 - 54_528, "mobilenet-v1": 4_253_864 - 21_888,
    "mobilenet-v2": 3_504_872, "densenet-121": 7_978_856, "densenet-169": 14_149_480, "densenet-201": 20_013_928,
    "efficientnet-b0": 5_288_548,
}  # fmt: skip
"""As torchvision counts them; Xception and MobileNet v1 as Keras does, which counts running statistics too. Inception
v3 is without its auxiliary head."""
LAST_MAPS = {"resnet-50": (2048, 7, 7), "inception-v3": (2048, 8, 8), "xception": (2048, 10, 10),
             "mobilenet-v1": (1024, 7, 7), "densenet-121": (1024, 7, 7), "efficientnet-b0": (1280, 7, 7)}  # fmt: skip


@pytest.mark.parametrize("name", PARAMETERS)
def test_a_known_network_has_its_number_of_parameters_and_makes_no_weights(name: str) -> None:
    forget_everything()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    project = read(find(name))
    report = check(project.graph)
    assert report.ok, report.errors()
    assert report.total_parameters == PARAMETERS[name]
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 150_000, "kilobytes"
    (loss,) = report.loss_nodes()
    assert report.signals[report.inputs[loss][0]].shape == (1_000,)
    (mean,) = [node for node in report.order if node.startswith("mean")] or [""]
    if name in LAST_MAPS:
        assert report.signals[report.inputs[mean][0]].shape == LAST_MAPS[name]
    assert 2 <= len(project.graph.groups_in(None)) <= 20 and all(one.closed for one in project.graph.groups)


@pytest.mark.parametrize(("name", "counted"), [("xception", 22_910_480), ("mobilenet-v1", 4_253_864)])
def test_with_running_statistics_they_are_what_keras_counts(name: str, counted: int) -> None:
    report = check(read(find(name)).graph)
    norms = [node for node in report.order if report.blocks[node].id == "batch-norm"]
    channels = [report.signals[report.inputs[node][0]].shape[0] for node in norms]
    assert report.total_parameters + 2 * sum(channels) == counted


def test_the_list_is_that_of_the_files_and_is_told_without_reading_them() -> None:
    listed = known_networks()
    assert {one.id: one.parameters for one in listed} == PARAMETERS
    assert {one.id: one.path for one in listed} == known_paths()
    for one in listed:
        project = read(one.path)
        assert (project.title, project.summary) == (one.title, one.summary) and one.summary.endswith(".")
        assert not one.path.name.endswith(ENDING) and all(block_of(node) for node in project.graph.nodes)


def test_a_damaged_list_is_empty(tmp_path) -> None:
    (tmp_path / "index.json").write_text("{")
    assert known_networks(tmp_path) == () == known_networks(tmp_path / "nowhere")
