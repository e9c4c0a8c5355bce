"""How the loss bends around the present weights: eigenvalues of the Hessian, their density, sharpness over the run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from playground.analysis.base import NothingToShow, Plotted, Table
from playground.analysis.loss.curvature_words import stability, stability_limit, standing
from playground.analysis.loss.hessian import Curvature, Lanczos, NoSecondDerivative, random_start
from playground.analysis.loss.spectrum import Spectrum, exact_spectrum, found_spectrum
from playground.analysis.question import Question
from playground.analysis.shared.many_losses import clock
from playground.analysis.shared.penalty import left_out
from playground.analysis.shared.run_moments import is_full_batch, quick_count, rate_of, steady_moments
from playground.analysis.subject import Subject
from playground.document.declaration import parameter
from playground.document.graph import Graph
from playground.document.project import Project
from playground.network.check import Report
from playground.training.optimizers import optimizer_of
from playground.training.phases import active_phases
from playground.training.snapshot import Snapshot

DENSE = 150
"""Up to so many weights that learn, the Hessian is formed and all its eigenvalues are exact."""
MOMENTS = 24
"""Points of the sharpness over the run, about."""
TURN = 0.03
"""Seconds of work in one part; other views have their turn between the parts."""
MEMORY = 2**27
"""Bytes that the vectors of Lanczos may take."""
PATIENCE = 2.0
"""Seconds after which no further start is made: for large networks one has to do."""
OF_SPECTRUM = 0.3
"""Share of the work that the spectrum now is, before the sharpness over the run."""
SHARP_STEPS = 30
SHARP_ENOUGH = 0.005
"""The sharpness of earlier moments is known when its error is below this share of it."""


@dataclass(frozen=True)
class CurvatureResult:
    """The spectrum of the Hessian now, and the sharpness at moments of the run."""

    spectrum: Spectrum
    size: int
    """Weights that learn: directions there are."""
    gradient: float
    """Length of the gradient of the loss."""
    loss: float
    standing: str
    """Minimum, saddle or slope, in words."""
    moments: NDArray[np.int64]
    """Steps of the run, ascending, (m,)."""
    sharpness: NDArray[np.float64]
    """The largest eigenvalue at these moments, (m,); not a number where it is not computed yet."""
    limits: NDArray[np.float64]
    """What it may be before plain descent jumps out of the valley, (m,); not a number where there is no such limit."""
    limit_formula: str
    """Such as “2/η”; empty where the optimizer has no such limit."""
    stability: str
    """The sharpness against the limit, in words."""
    examples: int
    step: int
    seconds: float
    """Time of the processor so far."""
    finished: bool
    share: float = 1.0
    """How much is done, from 0 to 1."""
    without: tuple[str, ...] = ()
    """Titles of the objectives that training minimizes, too, and whose bends are not in it."""

    @property
    def largest(self) -> float:
        """The sharpness now."""
        return float(self.spectrum.values[-1])

    @property
    def smallest(self) -> float:
        """The smallest eigenvalue found."""
        return float(self.spectrum.values[0])

    def table(self) -> Table:
        rows: list[list[Any]] = [["loss", self.step, self.loss], ["gradient", self.step, self.gradient]]
        rows += [["eigenvalue", number, value] for number, value in enumerate(self.spectrum.values.tolist())]
        for what, places, values in (
            ("sharpness", self.moments, self.sharpness),
            ("limit", self.moments, self.limits),
            ("density", self.spectrum.grid, self.spectrum.density),
        ):
            rows += [[what, place, value] for place, value in zip(places.tolist(), values.tolist(), strict=True)]
        return ["what", "number, step or curvature", "value"], rows


class CurvatureAnalysis(Plotted):
    """The Hessian of the loss: how sharp, how flat, and which way down."""

    id: ClassVar[str] = "curvature"
    title: ClassVar[str] = "Curvature"
    summary: ClassVar[str] = (
        "How the loss bends around the weights. The largest eigenvalue of the Hessian is the sharpness: above two over "
        "the learning rate, plain descent jumps from wall to wall. A negative one is a way down: a saddle."
    )
    formula: ClassVar[str] = r"H = \nabla^2 L(\theta), \quad H v = \lambda v"
    source: ClassVar[str] = (
        "Ghorbani et al. 2019, Hessian eigenvalue density; Cohen et al. 2021, Gradient descent on neural networks "
        "typically occurs at the edge of stability"
    )
    needs: ClassVar[frozenset[str]] = frozenset({"snapshot", "trail", "project"})

    examples: int = parameter(0, ge=0, le=65_536, help="Most training examples of the loss; 0: as many as are quick.")
    steps: int = parameter(40, ge=5, le=200, help="Products of the Hessian with a vector from each start of Lanczos.")
    starts: int = parameter(3, ge=1, le=20, help="Random starts; more make the density of the spectrum smoother.")
    seed: int = parameter(0, ge=0, le=999_999, help="Another number gives other random starts.")
    over_time: bool = parameter(True, help="Whether the sharpness at other moments of the run is computed too.")
    shown: Literal["both", "spectrum", "run"] = parameter(
        "both", drawing=True, label="Show", help="The spectrum now, the sharpness over the run, or both."
    )

    def why_not(self, report: Report, graph: Graph) -> str:
        if not report.loss_nodes():
            return "There is no curvature without a loss. Wire a loss block to the network."
        if report.total_parameters == 0:
            return "No block on the canvas has weights, so the loss bends nowhere. Drag in a Dense block."
        learning = {node.id for node in graph.nodes if node.training.trainable}
        if not any(count for node, count in report.parameters.items() if node in learning):
            return "All blocks with weights are frozen. Let one of them learn."
        return ""

    def compute(self, question: Question) -> CurvatureResult:
        *_, whole = self.stages(question)
        return whole

    def stages(self, question: Question) -> Iterator[CurvatureResult]:
        """The spectrum start by start, then the sharpness moment by moment."""
        work = _Work(self, question)
        of_spectrum = OF_SPECTRUM if self.over_time and question.trail else 1.0
        for done, spectrum in work.spectrum():
            result = replace(work.result(spectrum), share=of_spectrum * done)
            yield result
        if self.over_time and question.trail:
            for sharpness in work.over_time(result.largest):
                share = of_spectrum + (1.0 - of_spectrum) * float(np.isfinite(sharpness).mean())
                result = replace(result, sharpness=sharpness, seconds=work.seconds(), share=share)
                result = work.with_moments(result)
                yield result
        yield replace(result, finished=True, seconds=work.seconds(), share=1.0)


class _Work:
    """One computation, in parts."""

    def __init__(self, wanted: CurvatureAnalysis, question: Question) -> None:
        self._wanted, self._context = wanted, question
        self._spent, self._began = 0.0, clock()
        self.subject = question.loaded()
        assert question.snapshot is not None
        self.snapshot = question.snapshot
        self._examples = quick_count(self.subject, wanted.examples)
        self._refuse_players()
        self._moments = [self.snapshot]
        self.bend = self._curvature(self.snapshot)
        if not (np.isfinite(self.bend.loss) and np.isfinite(self.bend.gradient).all()):
            raise NothingToShow("The loss is no longer a finite number, so its curvature is none either.")

    def _refuse_players(self) -> None:
        project = self._context.project
        if project is not None and len(active_phases(project, self.subject.report)) > 1:
            raise NothingToShow(
                "Several phases take turns here, each with a loss of its own, so there is no one landscape to bend."
            )

    def _curvature(self, snapshot: Snapshot) -> Curvature:
        self.subject.load(snapshot)
        feeds = self.subject.feeds("train", self._examples)
        if not self.subject.count("train"):
            raise NothingToShow("The train part has no examples. Leave some for training.")
        bend = Curvature(self.subject, feeds, frozen_nodes(self.subject.graph))
        if not bend.size:
            raise NothingToShow("All blocks with weights are frozen. Let one of them learn.")
        try:
            bend.product(np.zeros(bend.size))
        except NoSecondDerivative as error:
            raise NothingToShow(self._no_second_derivative()) from error
        return bend

    def _no_second_derivative(self) -> str:
        losses = " and ".join(f"“{self.subject.title(name)}”" for name in self.subject.report.loss_nodes())
        return (
            f"Curvature is made of second derivatives, and {losses} has none that can be computed. Choose a smooth "
            "loss, such as cross-entropy, to see how it bends."
        )

    def seconds(self) -> float:
        """Time of the processor so far."""
        return self._spent + clock() - self._began

    def _pause(self) -> bool:
        """Whether it is time for the others; also raises Cancelled."""
        self._context.check()
        return clock() - self._began > TURN

    def _resume(self) -> None:
        """Others may have had the thread since."""
        self._began = clock()

    def _rest(self) -> None:
        self._spent += clock() - self._began

    # The spectrum now ------------------------------------------------------------------------------------------------

    def spectrum(self) -> Iterator[tuple[float, Spectrum]]:
        """The spectrum, better and better, and how much of it is done, from 0 to 1."""
        bend = self.bend
        self._context.check()
        if bend.size <= DENSE:
            yield 1.0, exact_spectrum(bend)
            return
        steps = min(self._wanted.steps, max(8, MEMORY // (8 * bend.size)))
        runs: list[Lanczos] = []
        for start in range(self._wanted.starts):
            if start and self.seconds() > PATIENCE:
                break
            runs.append(Lanczos(bend.product, random_start(bend.size, self._wanted.seed + start)))
            while runs[-1].steps < steps and not runs[-1].ended:
                runs[-1].advance()
                if self._pause() and runs[-1].steps > 1:
                    self._rest()
                    yield (start + runs[-1].steps / steps) / self._wanted.starts, found_spectrum(runs)
                    self._resume()
        yield 1.0, found_spectrum(runs)

    def result(self, spectrum: Spectrum) -> CurvatureResult:
        """A result of the present moment alone."""
        bend = self.bend
        length = float(np.linalg.norm(bend.gradient))
        sharpness = float(spectrum.values[-1])
        result = CurvatureResult(
            spectrum=spectrum,
            size=bend.size,
            gradient=length,
            loss=bend.loss,
            standing=standing(spectrum, bend.size, length, bend.loss),
            moments=np.array([self.snapshot.step]),
            sharpness=np.array([sharpness]),
            limits=np.full(1, np.nan),
            limit_formula="",
            stability="",
            examples=self._examples,
            step=self.snapshot.step,
            seconds=self.seconds(),
            finished=False,
            without=left_out(self._context.project),
        )
        return self.with_moments(result)

    def with_moments(self, result: CurvatureResult) -> CurvatureResult:
        """The same with the steps of the moments and the limits there."""
        project = self._context.project
        steps = np.array([one.step for one in self._moments])
        if project is None:
            return replace(result, moments=steps, limits=np.full(len(steps), np.nan))
        limits, formula = _limits(project, self.subject, self._moments)
        phase = active_phases(project, self.subject.report)[0]
        optimizer, rate = optimizer_of(phase.optimizer), rate_of(project, self.subject, self.snapshot, phase)
        words = stability(optimizer, rate, result.largest, is_full_batch(project, self.subject))
        return replace(result, moments=steps, limits=limits, limit_formula=formula, stability=words)

    # Over the run ----------------------------------------------------------------------------------------------------

    def over_time(self, now: float) -> Iterator[NDArray[np.float64]]:
        """The sharpness at all moments, (m,), more and more of it known; that of the present moment is `now`."""
        self._moments = steady_moments(self._context.trail, self.snapshot, MOMENTS)
        key = "sharpness", self._examples
        kept: list[list[float]] = [self.subject.remembered(one, key, list) for one in self._moments]
        kept[self._moments.index(self.snapshot)][:] = [now]
        for snapshot, known in zip(self._moments, kept, strict=True):
            if known:
                continue
            bend = self._curvature(snapshot)
            lanczos = Lanczos(bend.product, random_start(bend.size, 0))
            while not _sharp_enough(lanczos):
                lanczos.advance()
                if self._pause():
                    self._rest()
                    yield _values(kept)
                    self._resume()
            known.append(float(lanczos.ritz().values[-1]))
        yield _values(kept)


def _sharp_enough(lanczos: Lanczos) -> bool:
    if lanczos.steps >= SHARP_STEPS or lanczos.ended:
        return True
    if lanczos.steps < 5:
        return False
    ritz = lanczos.ritz()
    return bool(ritz.errors[-1] <= SHARP_ENOUGH * abs(ritz.values[-1]))


def _values(kept: list[list[float]]) -> NDArray[np.float64]:
    return np.array([known[0] if known else np.nan for known in kept])


def _limits(
    project: Project, subject: Subject, moments: list[Snapshot]
) -> tuple[NDArray[np.float64], str]:
    """The limit of the sharpness at each moment, (m,), with the present settings, and its formula."""
    phase = active_phases(project, subject.report)[0]
    optimizer = optimizer_of(phase.optimizer)
    pairs = [stability_limit(optimizer, rate_of(project, subject, one, phase)) for one in moments]
    return np.array([limit for limit, _ in pairs]), pairs[0][1]


def frozen_nodes(graph: Graph) -> set[str]:
    """The nodes whose weights do not learn."""
    return {
        node.id for node in graph.nodes
        if not node.training.trainable or node.training.learning_rate_factor == 0.0
    }  # fmt: skip
