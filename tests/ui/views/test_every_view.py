"""What every view does: draw, save, follow the theme, and say so when there is nothing to draw."""

from __future__ import annotations

import csv
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication, QMessageBox

from playground.analysis.registry import ANALYSES
from playground.ui.views.answers.adversarial_attack import AdversarialAttackView
from playground.ui.views.answers.attribution import AttributionView
from playground.ui.views.answers.beam_search import BeamSearchView
from playground.ui.views.answers.confusion_matrix import ConfusionMatrixView
from playground.ui.views.answers.decision_boundary import DecisionBoundaryView
from playground.ui.views.answers.fit import FitView
from playground.ui.views.answers.forecast import ForecastView
from playground.ui.views.answers.generated_points import GeneratedPointsView
from playground.ui.views.answers.graph import GraphView
from playground.ui.views.answers.latent_plane import LatentPlaneView
from playground.ui.views.answers.learned_picture import LearnedPictureView
from playground.ui.views.answers.learning_rule import LearningRuleView
from playground.ui.views.answers.next_token import NextTokenView
from playground.ui.views.answers.picture_answers import PictureAnswersView
from playground.ui.views.answers.prediction_wall import PredictionWallView
from playground.ui.views.answers.probe import ProbeView
from playground.ui.views.answers.reconstruction import ReconstructionView
from playground.ui.views.answers.response import ResponseView
from playground.ui.views.base import View
from playground.ui.views.inside.alignment import AlignmentView
from playground.ui.views.inside.attention import AttentionView
from playground.ui.views.inside.augmentation import AugmentationView
from playground.ui.views.inside.backpropagation import BackpropagationView
from playground.ui.views.inside.convolution_ways import ConvolutionWaysView
from playground.ui.views.inside.cost_table import CostTableView
from playground.ui.views.inside.data import DataView
from playground.ui.views.inside.embedding_map import EmbeddingMapView
from playground.ui.views.inside.feature_maps import FeatureMapsView
from playground.ui.views.inside.gradient_in_time import GradientInTimeView
from playground.ui.views.inside.hidden_states import HiddenStatesView
from playground.ui.views.inside.kernels import KernelsView
from playground.ui.views.inside.network_table import NetworkTableView
from playground.ui.views.inside.one_cell import OneCellView
from playground.ui.views.inside.positions import PositionsView
from playground.ui.views.inside.pruning import PruningView
from playground.ui.views.inside.residual_stream import ResidualStreamView
from playground.ui.views.inside.tokenizers import TokenizersView
from playground.ui.views.inside.unit_pictures import UnitPicturesView
from playground.ui.views.inside.unrolled_graph import UnrolledGraphView
from playground.ui.views.inside.weights import WeightsView
from playground.ui.views.loss.curvature import CurvatureView
from playground.ui.views.loss.descent import DescentView
from playground.ui.views.loss.loss_surface import LossSurfaceView
from playground.ui.views.loss.mode_connectivity import ModeConnectivityView
from playground.ui.views.panel import ViewPanel
from playground.ui.views.registry import VIEWS
from playground.ui.views.rendering import render
from playground.ui.views.run.cross_validation import CrossValidationView
from playground.ui.views.run.curves import CurvesView
from playground.ui.views.run.distributions import DistributionsView
from playground.ui.views.run.ensemble import EnsembleView
from playground.ui.views.run.experiment import ExperimentView
from playground.ui.views.run.gradient_flow import GradientFlowView
from playground.ui.views.run.luck import LuckView
from playground.ui.views.run.optimizer_xray import OptimizerXrayView
from playground.ui.views.run.race import RaceView
from playground.ui.views.run.runs import RunsView
from playground.ui.views.run.search import SearchView
from playground.ui.views.saving import PNG_RATIO, framed, save_png
from playground.ui.views.series.autocorrelation import AutocorrelationView
from playground.ui.views.series.decomposition import DecompositionView
from playground.ui.views.series.lag_pairs import LagPairsView
from playground.ui.views.series.spectrum import SpectrumView
from playground.ui.views.series.stationarity import StationarityView
from playground.ui.views.use.move_picture import MovePictureView
from playground.ui.views.use.use_it import UseItView
from playground.ui.widgets.theme import THEME
from tests.ui.views import (
    results,
    results_attention,
    results_attribution,
    results_autoencoder,
    results_backpropagation,
    results_connectivity,
    results_contests,
    results_curvature,
    results_decoder,
    results_descent,
    results_distributions,
    results_embedding,
    results_experiments,
    results_fit,
    results_flow,
    results_folds,
    results_forecast,
    results_generated,
    results_graph,
    results_hidden,
    results_images,
    results_probe,
    results_response,
    results_rule,
    results_search,
    results_series,
    results_surface,
    results_text,
    results_time,
    results_tokenizers,
    results_use,
    results_xray,
)

CASES: list[tuple[type[View], Callable[[], Any]]] = [
    (CurvesView, results.curves),
    (CurvesView, results.curves_beside_another_run),
    (RunsView, results.runs),
    (DecisionBoundaryView, results.boundary),
    (DecisionBoundaryView, results.regression),
    (FitView, results_fit.line),
    (AutocorrelationView, results_series.autocorrelation),
    (LagPairsView, results_series.lag_pairs),
    (DecompositionView, results_series.decomposition),
    (DecompositionView, results_series.two_seasons),
    (StationarityView, results_series.stationarity),
    (SpectrumView, results_series.spectrum),
    (FitView, results_fit.share),
    (ProbeView, results_probe.probed),
    (ProbeView, results_probe.probed_number),
    (GeneratedPointsView, results_generated.generated),
    (GeneratedPointsView, results_generated.collapsed),
    (ConfusionMatrixView, results.matrix),
    (PredictionWallView, results.wall),
    *((PictureAnswersView, make) for make in (
        results_images.answered_regions, results_images.answered_boxes, results_images.answered_points,
        results_images.answered_depth, results_images.answered_pictures,
    )),
    (LearnedPictureView, results_images.learned_pictures),
    (ReconstructionView, results_autoencoder.reconstruction),
    (ReconstructionView, results_autoencoder.colored_reconstruction),
    (LatentPlaneView, results_autoencoder.latent_plane),
    (LatentPlaneView, results_autoencoder.decoded_plane),
    (LatentPlaneView, results_autoencoder.plane_without_classes),
    (CurvesView, results_autoencoder.curves_of_two_losses),
    (FeatureMapsView, results_images.feature_maps),
    (KernelsView, results_images.kernels),
    (AdversarialAttackView, results_images.attacked),
    (AdversarialAttackView, results_images.attack_begun),
    (AugmentationView, results_images.augmented),
    (AugmentationView, results_images.augmented_in_colour),
    (CostTableView, results_images.costs),
    (NetworkTableView, results_images.networks),
    (ConvolutionWaysView, results_images.ways),
    (UnitPicturesView, results_images.unit_pictures),
    (WeightsView, results.weights),
    (PruningView, results_images.pruning),
    (PruningView, results_images.pruning_begun),
    (DataView, results.data),
    (DataView, results.data_pictures),
    (DataView, results.data_table),
    (OneCellView, results_attention.cell_of_sat),
    (OneCellView, results_attention.cell_that_is_masked),
    (ResidualStreamView, results_attention.stream),
    (PositionsView, results_attention.positions),
    (TokenizersView, results_tokenizers.cut),
    (TokenizersView, results_tokenizers.begun),
    *((EmbeddingMapView, make) for make in (
        results_embedding.words, results_embedding.compared, results_embedding.unknown,
    )),
    (HiddenStatesView, results_hidden.states),
    (HiddenStatesView, results_hidden.plain_states),
    (HiddenStatesView, results_hidden.word_states),
    (GradientInTimeView, results_time.fading), (GradientInTimeView, results_time.of_gates),
    (GradientInTimeView, results_time.nothing_left),
    (UnrolledGraphView, results_time.letters), (UnrolledGraphView, results_time.both_ways),
    (LearningRuleView, results_rule.perceptron_line),
    (LearningRuleView, results_rule.moving_centroids),
    (DataView, results_forecast.data_series),
    (ForecastView, results_forecast.forecast),
    (ForecastView, results_forecast.two_forecasts),
    (ForecastView, results_forecast.beyond_the_end),
    (GraphView, results_graph.graph_answers),
    (NextTokenView, results_text.next_token),
    (MovePictureView, results_use.moved), (MovePictureView, results_use.moved_by_two),
    *((UseItView, make) for make in (
        results_use.digit, results_use.row, results_use.point, results_use.series, results_use.text,
        results_use.symbols, results_use.node, results_use.redrawn,
    )),
    (BackpropagationView, results_backpropagation.two_ways),
    (BackpropagationView, results_backpropagation.wide),
    (BackpropagationView, results_backpropagation.over_time),
    (BackpropagationView, results_backpropagation.convolved),
    (LossSurfaceView, results_surface.bowl),
    (LossSurfaceView, results_surface.random_bowl),
    (DistributionsView, results_distributions.spreading),
    (DistributionsView, results_distributions.dying),
    (GradientFlowView, results_flow.vanishing),
    (GradientFlowView, results_flow.before_the_first_step),
    (LossSurfaceView, results_surface.branched_bowl),
    (CurvatureView, results_curvature.at_the_edge),
    (CurvatureView, results_curvature.by_lanczos),
    (ModeConnectivityView, results_connectivity.learning),
    (ModeConnectivityView, results_connectivity.bent),
    (DescentView, results_descent.parabola),
    (DescentView, results_descent.held_back),
    (DescentView, results_descent.four_rates),
    (DescentView, results_descent.annealed),
    (OptimizerXrayView, results_xray.under_adam),
    (OptimizerXrayView, results_xray.before_the_first_step),
    (AttentionView, results_attention.two_heads),
    (AttentionView, results_decoder.attention_to_another),
    (AlignmentView, results_decoder.alignment),
    (AlignmentView, results_decoder.long_alignment),
    (BeamSearchView, results_decoder.beams),
    (BeamSearchView, results_decoder.one_beam),
    (AttentionView, results_attention.one_matrix_of_words),
    (AttentionView, results_attention.four_layers),
    (AttentionView, results_attention.many_steps),
    (ResponseView, results_response.shares),
    (ResponseView, results_response.three_classes),
    (ResponseView, results_response.many_features),
    (ResponseView, results_response.number),
    (AttributionView, results_attribution.picture),
    (AttributionView, results_attribution.one_map),
    (AttributionView, results_attribution.table),
    (AttributionView, results_attribution.few_columns),
    (AttributionView, results_attribution.mean_table),
    (AttributionView, results_attribution.series),
    (AttributionView, results_attribution.tokens),
    (AttributionView, results_attribution.units),
    (AttributionView, results_attribution.colored),
    (RaceView, results_contests.race),
    (RaceView, results_contests.race_of_rates),
    (RaceView, results_contests.race_without_ground),
    (EnsembleView, results_contests.ensemble),
    (EnsembleView, results_contests.ensemble_of_numbers),
    (EnsembleView, results_contests.ensemble_underway),
    (LuckView, results_contests.luck),
    (LuckView, results_contests.luck_underway),
    (ExperimentView, results_experiments.dots),
    (ExperimentView, results_experiments.dots_underway),
    (ExperimentView, results_experiments.curves),
    (ExperimentView, results_experiments.two_curves),
    (SearchView, results_search.whole),
    (SearchView, results_search.underway),
    (SearchView, results_search.without_a_number),
    (SearchView, results_search.one_setting),
    (CrossValidationView, results_folds.before),
    (CrossValidationView, results_folds.underway),
    (CrossValidationView, results_folds.five),
    (CrossValidationView, results_folds.repeated),
    (CrossValidationView, results_folds.one_out),
    (CrossValidationView, results_folds.time),
]
every_view = pytest.mark.parametrize(
    ("view_class", "make"), CASES, ids=[f"{view.__name__}-{make.__name__}" for view, make in CASES]
)


@pytest.fixture(autouse=True)
def light_theme(qapp: Any) -> Iterator[None]:
    THEME.use("light")
    yield
    THEME.set_scale(1.0)
    THEME.use("light")


def shown(qtbot: Any, view_class: type[View], result: Any = None, size: QSize | None = None) -> ViewPanel:
    panel = ViewPanel(view_class())
    qtbot.addWidget(panel)
    panel.resize(size or QSize(420, 320))
    panel.show()
    if result is not None:
        panel.view.show_result(result)
        panel.view.settle()
        QApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)  # scroll bars that turn out to be needed
    return panel


def colors(image: QImage) -> set[int]:
    return {image.pixel(x, y) for x in range(0, image.width(), 3) for y in range(0, image.height(), 3)}


@every_view
def test_a_result_is_drawn_and_another_theme_repaints_it(
    qtbot: Any, view_class: type[View], make: Callable[[], Any]
) -> None:
    panel = shown(qtbot, view_class, make())
    for name in ("dark", "light"):  # scroll bars have the look of the theme and their final room only from here on
        THEME.use(name)
        panel.grab()
    light = panel.grab().toImage()
    assert len(colors(light)) > 8
    assert light.pixelColor(panel.width() // 2, 3) == QColor(THEME.tokens.panel)
    THEME.use("dark")
    dark = panel.grab().toImage()
    assert dark.pixelColor(panel.width() // 2, 3) == QColor(THEME.tokens.panel)
    assert dark != light
    THEME.use("light")
    assert panel.grab().toImage() == light


@every_view
def test_a_saved_picture_has_twice_the_pixels_and_shows_the_result(
    qtbot: Any, view_class: type[View], make: Callable[[], Any], tmp_path: Path
) -> None:
    panel = shown(qtbot, view_class, make())
    assert panel.save("png", tmp_path / "view.png")
    picture = QImage(str(tmp_path / "view.png"))
    below = [entry for legend in panel.view.legends for entry in legend.left_out()]
    assert picture.size() == framed(panel.view.picture_widget().size(), panel.view.heading, below) * PNG_RATIO
    assert len(colors(picture)) > 8
    assert [path.name for path in tmp_path.iterdir()] == ["view.png"]


@every_view
def test_a_saved_svg_is_sound_and_has_words(
    qtbot: Any, view_class: type[View], make: Callable[[], Any], tmp_path: Path
) -> None:
    panel = shown(qtbot, view_class, make())
    assert panel.save("svg", tmp_path / "view.svg")
    root = ElementTree.parse(tmp_path / "view.svg").getroot()
    texts = " ".join("".join(element.itertext()) for element in root.iter("{http://www.w3.org/2000/svg}text"))
    assert len(texts) > 10
    drawn = [element for element in root.iter() if element.tag.rsplit("}")[-1] in ("path", "polyline", "rect", "image")]
    assert len(drawn) > 5


@every_view
def test_saved_numbers_are_those_of_the_result(
    qtbot: Any, view_class: type[View], make: Callable[[], Any], tmp_path: Path
) -> None:
    result = make()
    panel = shown(qtbot, view_class, result)
    assert panel.save("csv", tmp_path / "view.csv")
    with (tmp_path / "view.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    columns, expected = result.table()
    assert rows[0] == columns
    assert rows[1:] == [[str(value) for value in row] for row in expected]


@every_view
def test_before_a_result_and_without_one_there_is_a_sentence(
    qtbot: Any, view_class: type[View], make: Callable[[], Any]
) -> None:
    panel = shown(qtbot, view_class)
    assert panel.view.message.endswith(".")
    panel.view.show_result(make())
    assert panel.view.message == ""
    panel.view.show_message("The decision boundary needs data with exactly two features.")
    assert "two features" in panel.view.message
    THEME.use("dark")
    assert panel.view.result is None


@every_view
def test_presenter_scale_and_tiny_panels_are_survived(
    qtbot: Any, view_class: type[View], make: Callable[[], Any]
) -> None:
    panel = shown(qtbot, view_class, make())
    THEME.set_scale(1.8)
    assert len(colors(panel.grab().toImage())) > 8
    panel.resize(panel.minimumSizeHint())
    panel.view.show_result(make())
    assert not panel.grab().isNull()


def test_a_widget_without_a_heading_is_saved_as_it_is(qtbot: Any, tmp_path: Path) -> None:
    panel = shown(qtbot, ConfusionMatrixView, results.matrix())
    save_png(panel, tmp_path / "panel.png")
    assert QImage(str(tmp_path / "panel.png")).size() == panel.size() * PNG_RATIO


def test_nothing_is_saved_before_there_is_a_result(
    qtbot: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setattr(QMessageBox, "exec", lambda box: said.append(box.text()) or 0)
    panel = shown(qtbot, ConfusionMatrixView)
    assert not panel.save("csv", tmp_path / "view.csv")
    assert said == ["“view.csv” was not saved: There is nothing to save yet."]
    assert list(tmp_path.iterdir()) == []


def test_a_failed_save_is_said_and_leaves_the_old_file(
    qtbot: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setattr(QMessageBox, "exec", lambda box: said.append(box.text()) or 0)
    panel = shown(qtbot, ConfusionMatrixView, results.matrix())
    assert not panel.save("png", tmp_path / "no such folder" / "view.png")
    assert "was not saved" in said[0]


def test_the_header_names_its_buttons_and_they_ask_the_window(qtbot: Any) -> None:
    panel = shown(qtbot, DecisionBoundaryView, results.boundary())
    asked = {
        panel.enlarge_button: panel.enlarge_requested,
        panel.float_button: panel.float_requested,
        panel.close_button: panel.close_requested,
    }
    for button, signal in asked.items():
        assert button.accessibleName() and button.toolTip()
        with qtbot.waitSignal(signal):
            qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert panel.save_button.accessibleName() == "Save"
    assert [action.text() for action in panel.save_button.menu().actions()] == [
        "Picture (PNG)…", "Vector picture (SVG)…", "Numbers (CSV)…",
    ]  # fmt: skip


@pytest.mark.parametrize("ending", ["png", "svg", "csv"])
def test_a_result_is_rendered_without_a_window(qtbot: Any, tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"boundary.{ending}"
    render(results.boundary(), DecisionBoundaryView, path, "dark", QSize(500, 400))
    assert path.stat().st_size > 1_000
    assert THEME.tokens.name == "light"
    if ending == "png":
        picture = QImage(str(path))
        assert picture.size() == QSize(1000, 800)
        assert len(colors(picture)) > 8
        assert picture.pixelColor(2, 2) == QColor("#1c2229")


def test_another_ending_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="png, svg or csv"):
        render(results.boundary(), DecisionBoundaryView, tmp_path / "boundary.gif")


def test_every_view_is_registered_under_its_analysis() -> None:
    known = {kind.id for kind in ANALYSES}
    assert set(VIEWS) <= known
    assert all(view.analysis.id == identifier and view.title for identifier, view in VIEWS.items())


@every_view
@pytest.mark.parametrize("scale", [1.0, 1.5])
def test_the_whole_heading_fits_into_a_narrow_panel(
    qtbot: Any, view_class: type[View], make: Callable[[], Any], scale: float
) -> None:
    THEME.set_scale(scale)
    panel = shown(qtbot, view_class, make(), QSize(round(340 * scale), round(260 * scale)))
    heading = panel.heading
    assert heading.fontMetrics().horizontalAdvance(heading.text()) <= heading.width()
