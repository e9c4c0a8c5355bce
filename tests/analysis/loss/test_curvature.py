"""Curvature: products against finite differences, Lanczos against dense matrices, and the words for what they mean."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import torch

from playground.analysis.base import NothingToShow
from playground.analysis.loss.curvature import CurvatureAnalysis, CurvatureResult, frozen_nodes
from playground.analysis.loss.curvature_words import stability, stability_limit, standing
from playground.analysis.loss.hessian import Curvature, Lanczos, NoSecondDerivative, random_start
from playground.analysis.loss.spectrum import Spectrum, exact_spectrum, found_spectrum
from playground.analysis.question import Cancelled, Question
from playground.analysis.run.optimizer_xray import OptimizerXrayAnalysis
from playground.analysis.shared.run_moments import steady_moments
from playground.analysis.subject import Subject
from playground.blocks.images.max_pooling import MaxPoolLayer
from playground.document import files, library
from playground.document.edits import set_parameters
from playground.document.graph import Choice, Edge, Graph, Node, NodeTraining
from playground.document.project import Project, TrainingSettings
from playground.network.check import check
from playground.training.optimizers import OPTIMIZERS, Optimizer, optimizer_of
from playground.training.session.session import Session
from playground.training.snapshot import Snapshot
from tests.analysis.subjects import chain, question_of, snapshot_of, spirals
from tests.training.descents import landscape


def smooth(between: list[str]) -> Graph:
    """Digits through a convolution with tanh: a rectifier has kinks, where differences tell nothing."""
    graph = chain("digits", {"labels": "index"}, [10], between=between)
    return set_parameters(graph, "conv2d", {"activation": "tanh"})


def encoder(activation: str) -> Graph:
    """A whole encoder block, whose attention is one fused operation of torch."""
    graph = files.read(library.find("encoder-block")).graph
    for node in graph.nodes:
        if "activation" in node.parameters or node.block == "encoder-block":
            graph = set_parameters(graph, node.id, {"activation": activation})
    return graph


def remembering(preset: str) -> Graph:
    """A recurrent preset with two units: its dense Hessian takes a second, not the minute that it takes with all."""
    graph = files.read(library.find(preset)).graph
    graph = set_parameters(graph, "embedding", {"units": 4})
    return set_parameters(graph, "memory", {**graph.node("memory").parameters, "units": 2})


GRAPHS: dict[str, Callable[[], Graph]] = {
    "dense": lambda: chain("spirals", spirals(), [8, 8, 2]),
    "convolution": lambda: smooth(["conv2d", "avg-pool2d", "flatten"]),
    "batch norm": lambda: chain("spirals", spirals(), [6, 2], between=["batch-norm"]),
    "dropout": lambda: chain("spirals", spirals(), [6, 2], between=["dropout"]),
    "lstm": lambda: remembering("remember-lstm"),
    "gru": lambda: remembering("remember-gru"),
    "attention": lambda: encoder("tanh"),
}


def calmer(graph: Graph, scale: float = 0.4) -> Snapshot:
    snapshot = snapshot_of(graph, 5)
    return replace(snapshot, parameters=(scale * snapshot.parameters).astype(np.float32))


def bend_of(graph: Graph, snapshot: Snapshot, examples: int = 64) -> Curvature:
    subject = Subject(graph)
    subject.load(snapshot)
    return Curvature(subject, subject.feeds("train", examples), frozen_nodes(graph))


def finished(curvature_of: Callable[[np.ndarray], np.ndarray], size: int, steps: int) -> Lanczos:
    run = Lanczos(curvature_of, random_start(size, 1))
    while run.steps < steps and not run.ended:
        run.advance()
    return run


@pytest.mark.parametrize("name", GRAPHS)
def test_a_product_is_the_change_of_the_gradient(name: str) -> None:
    graph = GRAPHS[name]()
    snapshot = calmer(graph)
    bend = bend_of(graph, snapshot)
    assert bend.size == snapshot.layout.size
    direction = np.random.default_rng(3).normal(size=bend.size)
    direction /= np.linalg.norm(direction)
    by_name = {place.name: place for place in snapshot.layout.places}
    own = [by_name[name] for name, _ in Subject(graph).network.named_parameters()]
    along = np.zeros(bend.size)
    start = 0
    for place in own:
        along[place.start : place.stop] = direction[start : start + place.size]
        start += place.size
    step = 3e-3
    ends = []
    for sign in (1.0, -1.0):
        moved = (snapshot.parameters + sign * step * along).astype(np.float32)
        ends.append(bend_of(graph, replace(snapshot, parameters=moved)).gradient)
    expected = (ends[0] - ends[1]) / (2.0 * step)
    found = bend.product(direction)
    assert np.linalg.norm(found) > 1e-4
    assert np.linalg.norm(found - expected) < 0.02 * np.linalg.norm(found)


def test_max_pooling_can_be_derived_twice() -> None:
    x = torch.randn(2, 2, 4, 6, dtype=torch.float64, generator=torch.Generator().manual_seed(0)).requires_grad_()
    pool = MaxPoolLayer(2, 2)
    assert torch.autograd.gradgradcheck(lambda values: pool(values) ** 3, x)
    found = [torch.autograd.grad((pool(x) ** 2).sum(), x, create_graph=twice)[0] for twice in (False, True)]
    torch.testing.assert_close(found[0], found[1].detach(), rtol=0.0, atol=0.0)


def test_lanczos_finds_the_eigenvalues_of_a_known_matrix() -> None:
    generator = np.random.default_rng(0)
    rotation = np.linalg.qr(generator.normal(size=(60, 60)))[0]
    values = np.sort(np.concatenate([generator.normal(size=56), [-9.0, 12.0, 20.0, 31.0]]))
    matrix = rotation @ np.diag(values) @ rotation.T
    ritz = finished(lambda vector: matrix @ vector, 60, 40).ritz()
    np.testing.assert_allclose(ritz.values[-3:], [12.0, 20.0, 31.0], rtol=1e-9)
    assert ritz.values[0] == pytest.approx(-9.0)
    assert ritz.weights.sum() == pytest.approx(1.0)
    whole = finished(lambda vector: matrix @ vector, 60, 60)
    assert whole.ended
    np.testing.assert_allclose(whole.ritz().values, values, atol=1e-8)
    top = whole.vector(59)
    np.testing.assert_allclose(matrix @ top, 31.0 * top, atol=1e-7)


def test_lanczos_ends_when_all_is_found() -> None:
    run = finished(lambda vector: 3.0 * vector, 50, 40)
    assert run.ended and run.steps == 1
    np.testing.assert_allclose(run.ritz().values, [3.0])


@pytest.mark.parametrize("name", ["dense", "convolution", "batch norm", "lstm"])
def test_top_three_and_smallest_agree_with_the_dense_hessian_to_five_digits(name: str) -> None:
    graph = GRAPHS[name]()
    bend = bend_of(graph, calmer(graph), 32)
    dense = np.linalg.eigvalsh(bend.dense())
    ritz = finished(bend.product, bend.size, min(90, bend.size)).ritz()
    np.testing.assert_allclose(ritz.values[-3:], dense[-3:], rtol=1e-5)
    np.testing.assert_allclose(ritz.values[0], dense[0], rtol=1e-5, atol=1e-5 * dense[-1])


def test_the_dense_hessian_is_that_of_torch() -> None:
    graph = chain("spirals", spirals(), [3, 2])
    snapshot = calmer(graph)
    subject = Subject(graph)
    subject.load(snapshot)
    feeds = subject.feeds("train", 64)
    names = [name for name, _ in subject.network.named_parameters()]

    def loss(*values: torch.Tensor) -> torch.Tensor:
        return torch.func.functional_call(subject.network, dict(zip(names, values, strict=True)), (feeds,))

    parts = torch.autograd.functional.hessian(loss, tuple(p.detach() for p in subject.network.parameters()))
    sizes = [parameter.numel() for parameter in subject.network.parameters()]
    expected = np.block([[part.reshape(a, b).numpy() for part, b in zip(row, sizes, strict=True)]
                         for row, a in zip(parts, sizes, strict=True)])  # fmt: skip
    np.testing.assert_allclose(bend_of(graph, snapshot).dense(), expected, atol=1e-5)


def linear() -> Graph:
    """A regression without hidden units: its loss is a parabola."""
    return chain("plane", {}, [1], "mean-squared-error")


def test_a_parabola_has_the_eigenvalues_of_its_inputs_everywhere() -> None:
    graph = linear()
    subject = Subject(graph)
    inputs = next(feed for (_, port), feed in subject.feeds("train", 512).items() if port == "features").numpy()
    inputs = np.concatenate([inputs, np.ones((len(inputs), 1))], axis=1).astype(np.float64)
    expected = np.linalg.eigvalsh(2.0 * inputs.T @ inputs / len(inputs))
    for seed in (0, 1):
        result = CurvatureAnalysis().compute(question_of(graph, seed))
        np.testing.assert_allclose(result.spectrum.values, expected, rtol=1e-4, atol=1e-5)
        assert result.spectrum.exact and result.size == 3


def test_frozen_blocks_have_no_part_in_it() -> None:
    graph = GRAPHS["dense"]()
    nodes = tuple(
        node.replace(training=NodeTraining(trainable=False)) if node.id == "dense-1" else node for node in graph.nodes
    )
    frozen = graph.replace(nodes=nodes)
    assert CurvatureAnalysis().compute(question_of(frozen)).size == 8 * 9 + 2 * 9
    everything = tuple(node.replace(training=NodeTraining(trainable=False)) for node in graph.nodes)
    still = graph.replace(nodes=everything)
    assert "frozen" in CurvatureAnalysis().why_not(check(still), still)


def test_the_density_has_the_area_one_and_agrees_with_the_exact_one() -> None:
    graph = GRAPHS["dense"]()
    bend = bend_of(graph, calmer(graph))
    exact = exact_spectrum(bend)
    runs = []
    for seed in range(10):
        run = Lanczos(bend.product, random_start(bend.size, seed))
        while run.steps < 60 and not run.ended:
            run.advance()
        runs.append(run)
    found = found_spectrum(runs)
    for spectrum in (exact, found):
        assert np.trapezoid(spectrum.density, spectrum.grid) == pytest.approx(1.0, abs=0.01)
    mean = float(exact.values.mean())
    assert np.trapezoid(found.density * found.grid, found.grid) == pytest.approx(mean, abs=0.1 * exact.values.std())
    assert found.values[-1] == pytest.approx(exact.values[-1], rel=1e-5)
    assert not found.exact and len(found.values) < len(exact.values)


def test_why_not_in_one_line() -> None:
    graph = GRAPHS["dense"]()
    loose = graph.replace(
        nodes=tuple(node for node in graph.nodes if node.id != "loss"),
        edges=tuple(edge for edge in graph.edges if edge.target != "loss"),
    )
    assert "loss" in CurvatureAnalysis().why_not(check(loose), loose)
    data = Node(id="data", block="spirals", parameters=spirals("one-hot"))
    bare = Graph(
        nodes=(data, Node(id="loss", block="mean-squared-error")),
        edges=(
            Edge(source="data", source_port="features", target="loss", target_port="prediction"),
            Edge(source="data", source_port="target", target="loss", target_port="target"),
        ),
    )
    assert "weights" in CurvatureAnalysis().why_not(check(bare), bare)
    rule = files.read(library.find("k-means-blobs")).graph
    assert CurvatureAnalysis().why_not(check(rule), rule)
    assert not CurvatureAnalysis().why_not(check(graph), graph)


def test_players_have_no_one_landscape() -> None:
    project = files.read(library.find("gan-ring"))
    session = Session(project, "cpu")
    question = Question(Subject(project.graph), session.snapshot(), project=project)
    with pytest.raises(NothingToShow, match="take turns"):
        CurvatureAnalysis().compute(question)


# Words -------------------------------------------------------------------------------------------------------------


def spectrum_of(*values: float, exact: bool = True) -> Spectrum:
    numbers = np.array(values)
    limit = 1e-4 * np.abs(numbers).max()
    down, flat = float((numbers < -limit).mean()), float((np.abs(numbers) <= limit).mean())
    return Spectrum(exact, numbers, numbers, numbers, down, flat)


def test_slope_saddle_and_minimum_are_told_apart() -> None:
    saddle = standing(spectrum_of(-2.0, -1.0, 1e-7, 4.0), 4, 1e-6, 0.5)
    assert saddle.startswith("A saddle") and "2 of 4 directions lead down; 1 is flat." in saddle
    assert "1 of 2 directions leads down." in standing(spectrum_of(-2.0, 4.0), 2, 0.0, 0.5)
    minimum = standing(spectrum_of(1.0, 4.0), 2, 1e-6, 0.5)
    assert minimum.startswith("About a minimum") and "No direction of 2 leads down." in minimum
    assert standing(spectrum_of(-4.0, -1.0), 2, 0.0, 0.5).startswith("About a maximum")
    # One step takes g² / (2 λ) = 1 / 8 off a loss of 0.5: a quarter.
    slope = standing(spectrum_of(-1.0, 4.0), 2, 1.0, 0.5)
    assert slope.startswith("Still on a slope: the gradient is 1;") and "25 %" in slope
    assert "1 of 2 directions curves downwards." in slope
    assert "The smallest curvature found is −0.2" in standing(spectrum_of(-0.2, 4.0, exact=False), 900, 0.0, 0.5)
    assert standing(spectrum_of(0.0, 0.0), 2, 0.0, 0.5).startswith("Flat ground")


def test_a_true_saddle_and_a_true_minimum() -> None:
    graph = chain("spirals", spirals("signed"), [4, 1], "mean-squared-error")
    start = snapshot_of(graph)
    zero = replace(start, parameters=np.zeros_like(start.parameters))
    result = CurvatureAnalysis().compute(Question(Subject(graph), zero))
    # With all weights zero only the last bias feels a gradient, of a mean that is nearly zero.
    assert result.standing.startswith("A saddle") and result.smallest < 0.0
    session = Session(project_of(linear(), learning_rate=0.05), "cpu")
    while session.step < 3_000:
        session.advance(100)
    valley = CurvatureAnalysis().compute(Question(Subject(linear()), session.snapshot()))
    assert valley.standing.startswith("About a minimum")


LIMITED = ("sgd", "momentum", "averaged-momentum", "nesterov")


@pytest.mark.parametrize("kind", OPTIMIZERS, ids=lambda kind: str(kind.id))
def test_the_limit_is_where_steps_on_a_parabola_begin_to_grow(kind: type[Optimizer]) -> None:
    rate = 0.05
    optimizer = kind(learning_rate=rate)
    limit, formula = stability_limit(optimizer, rate)
    if kind.id not in LIMITED:
        assert math.isnan(limit) and not formula
        assert "does not hold here" in stability(optimizer, rate, 3.0, True)
        return
    ends = []
    for curvature in (0.99 * limit, 1.01 * limit):
        weight = torch.ones(1, dtype=torch.float64)
        stepper = optimizer.build([{"params": [weight]}])
        for _ in range(3_000):
            weight.grad = curvature * weight
            stepper.step()
        ends.append(abs(float(weight)))
    assert ends[0] < 1e-3 < 1e3 < ends[1]


def test_a_landscape_without_data_has_the_curvatures_of_calculus() -> None:
    project = landscape("sgd", {"learning_rate": 0.05}, function="saddle", start_x=0.0, start_y=0.0)
    session = Session(project, "cpu")
    question = Question(Subject(project.graph), session.snapshot(), trail=session.trail.snapshots, project=project)
    result = CurvatureAnalysis().compute(question)  # 3 m² + 2 l² + 5 m l
    np.testing.assert_allclose(result.spectrum.values, [5.0 - math.sqrt(26.0), 5.0 + math.sqrt(26.0)], rtol=1e-5)
    assert result.standing.startswith("A saddle") and "1 of 2 directions leads down." in result.standing
    assert "1 training" not in OptimizerXrayAnalysis().compute(question).note


def test_the_edge_is_said_in_words() -> None:
    plain = optimizer_of(Choice(id="sgd"))
    assert "short enough" in stability(plain, 0.1, 5.0, True)
    assert "edge of stability" in stability(plain, 0.1, 20.3, True)
    assert "overshoot" in stability(plain, 0.1, 40.0, True)
    assert "small batches" in stability(plain, 0.1, 5.0, False)
    assert "2/η = 20" in stability(plain, 0.1, 5.0, True)


# Over the run ------------------------------------------------------------------------------------------------------


def project_of(graph: Graph, *, learning_rate: float = 0.1, batch: int = 0, schedule: str = "constant") -> Project:
    optimizer = Choice(id="sgd", parameters={"learning_rate": learning_rate})
    settings = TrainingSettings(optimizer=optimizer, batch_size=batch, schedule=Choice(id=schedule))
    return Project(graph=graph, training=settings)


def run_of(project: Project, steps: int = 200) -> Session:
    session = Session(project, "cpu")
    while session.step < steps:
        session.advance(min(10, session.steps_left_in_epoch))
    return session


def along(project: Project, subject: Subject, session: Session) -> Question:
    return Question(subject, session.snapshot(), trail=session.trail.snapshots, project=project)


def test_sharpness_over_the_run_is_that_of_each_moment() -> None:
    project = project_of(GRAPHS["dense"]())
    session, subject = run_of(project), Subject(project.graph)
    result = CurvatureAnalysis().compute(along(project, subject, session))
    assert result.finished and len(result.moments) > 8
    assert np.isfinite(result.sharpness).all()
    by_step = {one.step: one for one in session.trail.snapshots}
    for index in (0, len(result.moments) // 2):
        bend = bend_of(project.graph, by_step[int(result.moments[index])], 512)
        assert result.sharpness[index] == pytest.approx(np.linalg.eigvalsh(bend.dense())[-1], rel=0.01)
    assert result.moments[-1] == session.step and result.sharpness[-1] == result.largest
    np.testing.assert_allclose(result.limits, 20.0)
    assert result.limit_formula == "2/η"


def test_the_limit_follows_the_schedule() -> None:
    project = project_of(GRAPHS["dense"](), schedule="warm-up")
    result = CurvatureAnalysis().compute(along(project, Subject(project.graph), run_of(project)))
    assert result.limits[0] == pytest.approx(2.0 / (0.1 / 100))
    assert result.limits[-1] == pytest.approx(20.0)


def test_results_grow_in_parts_and_other_views_may_load_other_weights_between() -> None:
    graph = GRAPHS["convolution"]()
    project = project_of(graph, batch=64)
    session, subject = run_of(project, 30), Subject(graph)
    plain = CurvatureAnalysis(steps=12).compute(along(project, Subject(graph), session))
    other = snapshot_of(graph, 9, step=1)
    results: list[CurvatureResult] = []
    for result in CurvatureAnalysis(steps=12).stages(along(project, subject, session)):
        results.append(result)
        subject.load(other)
    assert results[-1].finished and not results[0].finished
    np.testing.assert_allclose(results[-1].spectrum.values, plain.spectrum.values, rtol=1e-5)
    np.testing.assert_allclose(results[-1].sharpness, plain.sharpness, rtol=1e-5)


def test_a_newer_request_ends_it() -> None:
    question = question_of(GRAPHS["dense"](), cancelled=lambda: True)
    with pytest.raises(Cancelled):
        CurvatureAnalysis().compute(replace(question, trail=(question.snapshot,)))  # type: ignore[arg-type]


def test_moments_stay_the_same_while_a_run_goes_on() -> None:
    start = snapshot_of(GRAPHS["dense"]())
    trail = [replace(start, step=step) for step in range(1_000)]
    before = steady_moments(trail[:900], trail[899], 24)
    after = steady_moments(trail, trail[999], 24)
    assert 12 <= len(before) <= 27
    assert [one.step for one in before[:-1]] == [one.step for one in after if one.step < 899]
    back = steady_moments(trail, trail[333], 24)
    assert {0, 333, 999} <= {one.step for one in back}


def test_the_table_holds_all_numbers() -> None:
    result = CurvatureAnalysis().compute(question_of(GRAPHS["dense"]()))
    columns, rows = result.table()
    assert len(columns) == 3 and all(len(row) == 3 for row in rows)
    values = [row[2] for row in rows if row[0] == "eigenvalue"]
    assert values == result.spectrum.values.tolist()


def test_a_hinge_has_a_curvature() -> None:
    result = list(CurvatureAnalysis().stages(question_of(chain("iris", {}, [3], loss="hinge"))))[-1]
    assert np.isfinite(result.spectrum.values).all()


def test_a_loss_without_a_second_derivative_is_refused_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: Curvature, vector: object) -> None:
        raise NoSecondDerivative

    monkeypatch.setattr(Curvature, "product", refuse)
    with pytest.raises(NothingToShow, match=r"second derivatives, and .*inge"):
        list(CurvatureAnalysis().stages(question_of(chain("iris", {}, [3], loss="hinge"))))
