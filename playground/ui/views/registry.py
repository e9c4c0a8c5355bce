"""All views, by the id of the analysis they draw."""

from __future__ import annotations

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
from playground.ui.views.series.autocorrelation import AutocorrelationView
from playground.ui.views.series.decomposition import DecompositionView
from playground.ui.views.series.lag_pairs import LagPairsView
from playground.ui.views.series.spectrum import SpectrumView
from playground.ui.views.series.stationarity import StationarityView
from playground.ui.views.use.move_picture import MovePictureView
from playground.ui.views.use.use_it import UseItView

SHELVES: dict[str, tuple[type[View], ...]] = {
    "Of the &run": (
        CurvesView,
        RunsView,
        GradientFlowView,
        DistributionsView,
        OptimizerXrayView,
        RaceView,
        LuckView,
        EnsembleView,
        ExperimentView,
        SearchView,
    CrossValidationView,
    ),
    "Of the &answers": (
        UseItView,
        MovePictureView,
        DecisionBoundaryView,
        FitView,
        ProbeView,
        ConfusionMatrixView,
        PredictionWallView,
        AttributionView,
        AdversarialAttackView,
        ResponseView,
        ForecastView,
        PictureAnswersView,
        ReconstructionView,
        LearnedPictureView,
        LatentPlaneView,
        GeneratedPointsView,
        NextTokenView,
    BeamSearchView,
        GraphView,
        LearningRuleView,
    ),
    "From &inside": (
        WeightsView,
        PruningView,
        FeatureMapsView,
        KernelsView,
        UnitPicturesView,
        EmbeddingMapView,
        TokenizersView,
        HiddenStatesView,
    UnrolledGraphView,
    GradientInTimeView,
        AttentionView,
        OneCellView,
        ResidualStreamView,
        PositionsView,
        AlignmentView,
        BackpropagationView,
        DataView,
        AugmentationView,
        CostTableView,
        NetworkTableView,
        ConvolutionWaysView,
    ),
    "Of the &series": (
        AutocorrelationView,
        LagPairsView,
        DecompositionView,
        StationarityView,
        SpectrumView,
    ),
    "Of the &loss": (LossSurfaceView, CurvatureView, ModeConnectivityView, DescentView),
}
"""The views as the menu groups them."""

VIEWS: dict[str, type[View]] = {view.analysis.id: view for shelf in SHELVES.values() for view in shelf}
