"""Attributions, against captum, closed forms and occlusion by hand."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from playground.analysis.answers import attribution_methods as methods
from playground.analysis.answers.attribution import METHODS, AttributionAnalysis, Attributions
from playground.analysis.base import NothingToShow
from playground.analysis.question import Cancelled, Question
from playground.analysis.subject import Subject
from playground.cli import running
from playground.document import files, library
from playground.network.check import check
from tests.analysis.subjects import chain, question_of

PATHS = library.paths()
Forward = Callable[[torch.Tensor], torch.Tensor]


@functools.cache
def trained(name: str, steps: int = 40) -> Question:
    """A preset after a few steps."""
    session = running.start(files.read(PATHS[name]))
    session.advance(steps)
    return Question(subject=Subject(session.project.graph), snapshot=session.snapshot(), example=3)


def forward_of(question: Question) -> tuple[Forward, torch.Tensor]:
    """The network from features to what arrives at its first loss, and the features of the example."""
    subject = question.loaded()
    (comparison, *_) = subject.report.comparisons()
    feeds = subject.example(question.example)
    data = subject.report.data_nodes()[0]

    def forward(features: torch.Tensor) -> torch.Tensor:
        steps = subject.network.steps_to([comparison.prediction])
        values = subject.network.run({**feeds, (data, "features"): features}, steps)
        return values[subject.network.slots[comparison.prediction]]

    return forward, feeds[data, "features"]


def values(result: Attributions, method: str) -> np.ndarray:
    return next(shown.values for shown in result.maps if shown.method == method)


AGAINST_CAPTUM = ["iris", "wine", "diabetes", "mnist-mlp", "small-cnn-digits", "lenet-5", "co2-lstm", "three-spirals"]


@pytest.mark.parametrize("name", AGAINST_CAPTUM)
@pytest.mark.parametrize("baseline", ["zero", "mean"])
def test_all_methods_equal_those_of_captum(name: str, baseline: Any) -> None:
    from captum.attr import InputXGradient, IntegratedGradients, Occlusion, Saliency

    question = trained(name)
    wish = AttributionAnalysis(baseline=baseline, window=2, stride=2, steps=24)
    result = wish.compute(question)
    forward, features = forward_of(question)
    features = features.clone().requires_grad_()
    subject = question.loaded()
    data = subject.report.data_nodes()[0]
    scaler = subject.prepared[result_head(subject).target[0]].target_scaler
    unit = float(scaler.factor.reshape(-1)[0]) if not result.classifies else 1.0
    given = forward(features)
    target = result.explained if given.dim() > 1 and given.shape[1] > 1 else 0
    train = torch.tensor(np.asarray(subject.prepared[data].parts["train"]["features"]))
    nothing = torch.zeros_like(features) if baseline == "zero" else train.mean(dim=0, keepdim=True)
    shape = tuple(features.shape[1:])
    window, strides = (1, *shape[1:]), (1, *shape[1:])
    if len(shape) == 3:
        window, strides = (shape[0], 2, 2), (shape[0], 2, 2)
    expected = {
        "saliency": Saliency(forward).attribute(features, target=target),
        "gradient-input": InputXGradient(forward).attribute(features, target=target),
        "integrated-gradients": IntegratedGradients(forward).attribute(
            features, baselines=nothing, target=target, n_steps=24, method="gausslegendre"
        ),
        "occlusion": Occlusion(forward).attribute(
            features, sliding_window_shapes=window, strides=strides, baselines=nothing, target=target
        ),
    }
    for method, wanted in expected.items():
        found = values(result, method)
        reference = wanted[0].detach().numpy() / unit
        assert np.abs(reference).max() > 0
        np.testing.assert_allclose(found, reference, atol=1e-5 * max(1.0, np.abs(reference).max()), err_msg=method)


def result_head(subject: Subject) -> Any:
    return subject.report.comparisons()[0]


def test_of_a_linear_network_all_signed_methods_give_weight_times_number() -> None:
    graph = chain("iris", {"scaling": "standardize"}, [3])
    question = question_of(graph, example=4)
    result = AttributionAnalysis(explained="output", output=2).compute(question)
    assert question.snapshot is not None
    weight = question.snapshot.array("dense-1.weight")[2]
    for method in ("gradient-input", "integrated-gradients", "occlusion"):
        np.testing.assert_allclose(values(result, method), weight * result.features, atol=1e-5)
    for method in ("saliency", "smooth-gradient"):
        np.testing.assert_allclose(values(result, method), np.abs(weight), atol=1e-6)
    assert result.explained == 2 and result.feature_names[0] == "sepal length (cm)"
    bias = question.snapshot.array("dense-1.bias")[2]
    assert result.score == pytest.approx(float(weight @ result.features + bias), 1e-5)


@pytest.mark.parametrize(
    ("name", "steps", "bound"),
    [
        ("iris", 32, 1e-3),  # relu
        ("spirals", 32, 1e-4),  # tanh
        ("lenet-5", 64, 0.01),  # convolutions and pooling
        ("small-cnn-digits", 64, 0.01),
        ("co2-lstm", 128, 1e-4),
        ("diabetes", 32, 1e-3),
    ],
)
@pytest.mark.parametrize("baseline", ["zero", "mean", "blank"])
def test_integrated_gradients_are_complete(name: str, steps: int, bound: float, baseline: Any) -> None:
    """They sum to how far the score of the example lies above that of the baseline, for a kinked score nearly so."""
    wish = AttributionAnalysis(method="integrated-gradients", steps=steps, baseline=baseline)
    for example in range(4):
        result = wish.compute(replace(trained(name), example=example))
        (shown,) = result.maps
        assert shown.total == pytest.approx(float(shown.values.sum()), abs=1e-4)
        assert abs(shown.total - result.change) <= bound * max(1.0, abs(result.score))


def test_more_points_bring_the_sum_nearer_to_the_change() -> None:
    errors = []
    for steps in (2, 16, 128):
        result = AttributionAnalysis(method="integrated-gradients", steps=steps).compute(trained("wine-unscaled"))
        errors.append(abs(result.maps[0].total - result.change))
    assert errors[2] < errors[0] / 4 and errors[2] < errors[1]


def test_the_gradient_equals_finite_differences() -> None:
    question = trained("spirals")
    result = AttributionAnalysis(method="gradient-input").compute(question)
    forward, features = forward_of(question)
    sign = 1.0 if result.explained == 1 else -1.0
    for place in range(2):
        ahead, behind = features.clone(), features.clone()
        ahead[0, place] += 1e-2
        behind[0, place] -= 1e-2
        with torch.no_grad():
            slope = sign * float(forward(ahead) - forward(behind)) / 2e-2
        assert result.maps[0].values[place] == pytest.approx(slope * float(features[0, place]), rel=2e-2, abs=1e-4)


def test_occlusion_by_hand_with_windows_that_overlap() -> None:
    """A window of 3 that moves by 2 over 5 pixels in a row: the middle pixel lies in both windows."""
    weights = torch.tensor([1.0, 2.0, 3.0, 4.0, 5.0]).view(1, 1, 1, 5)
    example = torch.ones(1, 1, 1, 5)
    windows = methods.square_windows((1, 1, 5), 3, 2)
    found = methods.occlusion(lambda x: (x * weights).flatten(1).sum(dim=1), example, torch.zeros(1, 1, 1, 5), windows)
    assert found.flatten().tolist() == [6.0, 6.0, 9.0, 12.0, 12.0]


@pytest.mark.parametrize(
    ("length", "side", "stride", "starts"), [(8, 3, 3, [0, 3, 6]), (8, 4, 2, [0, 2, 4]), (2, 5, 1, [0])]
)
def test_windows_cover_the_whole_picture(length: int, side: int, stride: int, starts: list[int]) -> None:
    windows = methods.square_windows((3, 1, length), side, stride)
    assert [window[2].start for window in windows] == starts
    covered = np.zeros(length)
    for window in windows:
        covered[window[2]] = 1
    assert covered.all()


def test_a_large_picture_is_gone_over_in_larger_strides() -> None:
    assert len(methods.square_windows((3, 200, 200), 3, 1)) <= methods.MOST_WINDOWS


JUMPS = {"tangent-distance"}
"""Presets whose answers jump, so that they have no gradient."""


@pytest.mark.parametrize("name", sorted(PATHS))
def test_every_preset_is_explained_or_says_why_not(name: str) -> None:
    project = files.read(PATHS[name])
    why_not = AttributionAnalysis().why_not(check(project.graph), project.graph)
    assert "\n" not in why_not and (not why_not or why_not.endswith("."))
    if why_not:
        return
    question = trained(name, 2)
    result = AttributionAnalysis().compute(question)
    expected = ["occlusion"] if name in JUMPS else list(METHODS)
    assert [shown.method for shown in result.maps] == expected
    for shown in result.maps:
        assert shown.values.shape == result.features.shape
        assert np.isfinite(shown.values).all()
    assert " gives " in result.words() if result.of_unit else "predicted " in result.words()
    columns, rows = result.table()
    assert len(rows) == result.features.size and len(columns) == 3 + len(expected)


def test_which_presets_it_applies_to() -> None:
    refused = set()
    for name, path in PATHS.items():
        graph = files.read(path).graph
        if AttributionAnalysis().why_not(check(graph), graph):
            refused.add(name)
    assert not refused & {"iris", "mnist-mlp", "lenet-5", "spirals", "diabetes", "insurance", "co2-lstm", "rule-and"}
    assert not refused & {"remember-lstm", "autoencoder-mnist"}
    assert refused >= {"reverse", "karate-club", "gan-ring", "k-means-blobs", "next-character"}


def test_the_true_class_and_a_chosen_one_are_explained() -> None:
    question = trained("mnist-mlp", 2)
    true = AttributionAnalysis(method="saliency", explained="true").compute(question)
    assert true.explained == int(true.actual[0])
    for number in (0, 9):
        chosen = AttributionAnalysis(method="saliency", explained="output", output=number).compute(question)
        assert chosen.explained == number
        assert chosen.names[number] == str(number)
    assert AttributionAnalysis(explained="output", output=99).compute(question).explained == 9


def test_one_unit_speaks_for_one_class_and_against_the_other() -> None:
    question = trained("breast-cancer")
    both = [AttributionAnalysis(explained="output", output=number).compute(question) for number in (0, 1)]
    assert both[0].score + both[1].score == pytest.approx(1.0)
    for method in ("gradient-input", "integrated-gradients", "occlusion"):
        np.testing.assert_allclose(values(both[0], method), -values(both[1], method), atol=1e-6)


def test_a_regression_is_explained_in_the_unit_of_its_target() -> None:
    question = trained("diabetes")
    result = AttributionAnalysis().compute(question)
    assert 20 < result.actual[0] < 350 and result.names == ("progression",)
    forward, features = forward_of(question)
    scaler = question.loaded().prepared["data"].target_scaler
    with torch.no_grad():
        assert result.score == pytest.approx(float(scaler.unscale(forward(features).numpy())[0, 0]), rel=1e-5)


def test_raw_values_and_pictures_are_those_of_the_data() -> None:
    table = AttributionAnalysis(method="saliency").compute(trained("wine"))
    assert table.looked_at == "table" and table.picture is None
    assert 100 < table.raw[table.feature_names.index("proline")] < 2_000
    image = AttributionAnalysis(method="saliency").compute(trained("mnist-mlp", 2))
    assert image.looked_at == "image" and image.picture is not None and image.picture.shape == (28, 28)
    assert image.maps[0].shown.shape == (28, 28)


def test_the_mean_over_many_examples_is_the_mean_of_single_sizes() -> None:
    question = trained("wine")
    every = [AttributionAnalysis().compute(replace(question, example=row)) for row in range(table_rows(question))]
    mean = AttributionAnalysis(averaged=True).compute(question)
    assert mean.averaged == len(every) and mean.words().startswith("mean over")
    for method in METHODS:
        if method == "smooth-gradient":
            continue  # every example has noise of its own
        expected = np.mean([np.abs(values(one, method)) for one in every], axis=0)
        np.testing.assert_allclose(values(mean, method), expected, rtol=1e-3, atol=1e-6)
    assert not any(shown.signed for shown in mean.maps)


def table_rows(question: Question) -> int:
    return min(prepared.count("test") for prepared in question.loaded().prepared.values())


def test_two_heads_are_explained_by_the_chosen_one() -> None:
    question = trained("two-heads")
    heads = [comparison.node for comparison in question.loaded().report.comparisons()]
    results = [AttributionAnalysis(method="saliency").compute(replace(question, node=head)) for head in heads]
    assert results[0].title and results[0].title != results[1].title
    assert not np.allclose(results[0].maps[0].values, results[1].maps[0].values)


@pytest.mark.parametrize("name", ["autoencoder-digits", "small-cnn-digits", "wine"])
def test_the_units_of_a_chosen_block_are_explained(name: str) -> None:
    """For a vector its numbers, for a convolution the mean of a map; against captum."""
    from captum.attr import IntegratedGradients, Saliency

    question = trained(name)
    subject = question.loaded()
    node = {"autoencoder-digits": "code", "small-cnn-digits": "conv-2", "wine": "dense-1"}[name]
    question = replace(question, node=node)
    result = AttributionAnalysis(explained="output", output=1, steps=24).compute(question)
    assert result.of_unit and result.title == subject.title(node)
    assert result.words().startswith(f"{result.title} · {result.names[1]} gives ")
    slot = subject.network.slots[node, "output"]

    def forward(features: torch.Tensor) -> torch.Tensor:
        steps = subject.network.steps_to([(node, "output")])
        given = subject.network.run({("data", "features"): features}, steps)[slot]
        return given.flatten(2).mean(dim=2) if given.dim() == 4 else given

    features = subject.example(question.example)["data", "features"].clone().requires_grad_()
    slopes = Saliency(forward).attribute(features, target=1)[0]
    np.testing.assert_allclose(values(result, "saliency"), slopes.detach(), atol=1e-5)
    integrated = IntegratedGradients(forward).attribute(features, target=1, n_steps=24, method="gausslegendre")[0]
    np.testing.assert_allclose(values(result, "integrated-gradients"), integrated.detach(), atol=1e-5)
    strongest = AttributionAnalysis(method="saliency").compute(question)
    assert strongest.explained == int(np.argmax(strongest.answers))


def test_an_autoencoder_is_asked_about_its_code() -> None:
    question = trained("autoencoder-digits")
    result = AttributionAnalysis().compute(question)
    assert result.of_unit and result.title == question.loaded().title("code")
    assert result.looked_at == "image" and np.isnan(result.actual).all()


@pytest.mark.parametrize("name", ["remember-rnn", "remember-lstm"])
def test_tokens_are_explained_by_the_vectors_they_become(name: str) -> None:
    from captum.attr import InputXGradient, IntegratedGradients

    question = trained(name)
    result = AttributionAnalysis(steps=24).compute(question)
    subject = question.loaded()
    feeds = subject.example(question.example)
    source = ("embedding", "output")
    assert result.looked_at == "tokens" and len(result.tokens) == 30 == len(result.maps[0].shown)
    vocabulary = subject.report.signals["data", "features"].classes
    assert [vocabulary.index(word) for word in result.tokens] == feeds["data", "features"][0].tolist()
    vectors = torch.from_numpy(subject.values(feeds, [source])[source]).requires_grad_()
    (comparison, *_) = subject.report.comparisons()

    def forward(given: torch.Tensor) -> torch.Tensor:
        found = subject.network.run({source: given}, subject.network.steps_to([comparison.prediction], [source]))
        return found[subject.network.slots[comparison.prediction]]

    np.testing.assert_allclose(result.features, vectors[0].detach(), atol=1e-6)
    by_input = InputXGradient(forward).attribute(vectors, target=result.explained)[0].detach()
    np.testing.assert_allclose(values(result, "gradient-input"), by_input, atol=1e-6)
    integrated = IntegratedGradients(forward).attribute(
        vectors, target=result.explained, n_steps=24, method="gausslegendre"
    )[0]
    np.testing.assert_allclose(values(result, "integrated-gradients"), integrated.detach(), atol=1e-5)
    shown = next(one for one in result.maps if one.method == "gradient-input").shown
    np.testing.assert_allclose(shown, by_input.sum(dim=1), atol=1e-5)
    mean = AttributionAnalysis(method="integrated-gradients", baseline="mean").compute(question)
    assert abs(mean.maps[0].total - mean.change) < 1e-3


def test_an_answer_that_jumps_has_no_gradient() -> None:
    def jump(examples: torch.Tensor) -> torch.Tensor:
        return (examples.detach().sum(dim=1) > 0).float()

    with pytest.raises(methods.NoSlope):
        methods.saliency(jump, torch.ones(2, 3))
    found = methods.occlusion(jump, torch.ones(1, 1), torch.zeros(1, 1), methods.single_windows((1,)))
    assert found.tolist() == [[1.0]]


def test_an_unwanted_attribution_stops() -> None:
    with pytest.raises(Cancelled):
        AttributionAnalysis().compute(replace(trained("iris"), cancelled=lambda: True))


def test_without_examples_there_is_a_sentence() -> None:
    graph = chain("iris", {}, [3])
    question = question_of(graph)
    subject = question.loaded()
    subject.feeds = lambda part, limit=None: {("data", "features"): torch.zeros(0, 4)}  # type: ignore[method-assign]
    with pytest.raises(NothingToShow, match="no example"):
        AttributionAnalysis().compute(question)


def test_categories_of_an_own_table_are_named_by_their_values() -> None:
    from tests.own_files import flowers, table_parameters

    question = question_of(chain("own-table", table_parameters(flowers()), [4, 3]), example=2)
    result = AttributionAnalysis().compute(question)
    assert "colour = red" in result.feature_names and "length" in result.feature_names
    colours = [result.raw[place] for place, name in enumerate(result.feature_names) if name.startswith("colour")]
    np.testing.assert_allclose(sorted(colours)[-1], 1.0, atol=1e-5)
    assert sum(colours) == pytest.approx(1.0, abs=1e-5)


def test_own_pictures_in_colour_have_one_value_for_each_channel() -> None:
    from tests.own_files import parameters_of

    question = question_of(chain("own-images", parameters_of("own-images"), [3], between=["flatten"]), example=2)
    result = AttributionAnalysis(explained="true").compute(question)
    assert result.picture is not None and result.picture.shape == (28, 28, 3)
    assert result.explained == int(result.actual[0])
    for shown in result.maps:
        assert shown.values.shape == (3, 28, 28) and shown.shown.shape == (28, 28)
    by_pixel = next(one for one in result.maps if one.method == "gradient-input")
    np.testing.assert_allclose(by_pixel.shown, by_pixel.values.sum(axis=0), rtol=1e-5)
    assert by_pixel.total == pytest.approx(float(by_pixel.shown.sum()), rel=1e-3, abs=1e-4)


def test_several_labels_of_one_example_have_their_names() -> None:
    result = AttributionAnalysis(method="saliency").compute(trained("toy-scans", 1))
    assert not any(name.startswith("output") for name in result.names)
