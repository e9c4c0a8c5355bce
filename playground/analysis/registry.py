"""All analyses, by name."""

from __future__ import annotations

from playground.analysis.answers.adversarial_attack import AdversarialAttackAnalysis
from playground.analysis.answers.attribution import AttributionAnalysis
from playground.analysis.answers.beam_search import BeamSearchAnalysis
from playground.analysis.answers.confusion_matrix import ConfusionMatrixAnalysis
from playground.analysis.answers.decision_boundary import DecisionBoundaryAnalysis
from playground.analysis.answers.fit import FitAnalysis
from playground.analysis.answers.forecast import ForecastAnalysis
from playground.analysis.answers.generated_points import GeneratedPointsAnalysis
from playground.analysis.answers.graph import GraphAnalysis
from playground.analysis.answers.latent_plane import LatentPlaneAnalysis
from playground.analysis.answers.learned_picture import LearnedPictureAnalysis
from playground.analysis.answers.learning_rule import LearningRuleAnalysis
from playground.analysis.answers.next_token import NextTokenAnalysis
from playground.analysis.answers.picture_answers import PictureAnswersAnalysis
from playground.analysis.answers.prediction_wall import PredictionWallAnalysis
from playground.analysis.answers.probe import ProbeAnalysis
from playground.analysis.answers.reconstruction import ReconstructionAnalysis
from playground.analysis.answers.response import ResponseAnalysis
from playground.analysis.base import Analysis
from playground.analysis.inside.alignment import AlignmentAnalysis
from playground.analysis.inside.attention import AttentionAnalysis
from playground.analysis.inside.augmentation import AugmentationAnalysis
from playground.analysis.inside.backpropagation import BackpropagationAnalysis
from playground.analysis.inside.convolution_ways import ConvolutionWaysAnalysis
from playground.analysis.inside.cost_table import CostTableAnalysis
from playground.analysis.inside.data import DataAnalysis
from playground.analysis.inside.embedding_map import EmbeddingMapAnalysis
from playground.analysis.inside.feature_maps import FeatureMapsAnalysis
from playground.analysis.inside.gradient_in_time import GradientInTimeAnalysis
from playground.analysis.inside.hidden_states import HiddenStatesAnalysis
from playground.analysis.inside.kernels import KernelsAnalysis
from playground.analysis.inside.live_maps import LiveMapsAnalysis
from playground.analysis.inside.network_table import NetworkTableAnalysis
from playground.analysis.inside.one_cell import OneCellAnalysis
from playground.analysis.inside.positions import PositionsAnalysis
from playground.analysis.inside.pruning import PruningAnalysis
from playground.analysis.inside.residual_stream import ResidualStreamAnalysis
from playground.analysis.inside.tokenizers import TokenizersAnalysis
from playground.analysis.inside.unit_pictures import UnitPicturesAnalysis
from playground.analysis.inside.unrolled_graph import UnrolledGraphAnalysis
from playground.analysis.inside.weights import WeightsAnalysis
from playground.analysis.inside.wire_gradients import WireGradientsAnalysis
from playground.analysis.loss.curvature import CurvatureAnalysis
from playground.analysis.loss.descent import DescentAnalysis
from playground.analysis.loss.loss_surface import LossSurfaceAnalysis
from playground.analysis.loss.mode_connectivity import ModeConnectivityAnalysis
from playground.analysis.run.cross_validation import CrossValidationAnalysis
from playground.analysis.run.curves import CurvesAnalysis
from playground.analysis.run.distributions import DistributionsAnalysis
from playground.analysis.run.ensemble import EnsembleAnalysis
from playground.analysis.run.experiment import ExperimentAnalysis
from playground.analysis.run.gradient_flow import GradientFlowAnalysis
from playground.analysis.run.luck import LuckAnalysis
from playground.analysis.run.optimizer_xray import OptimizerXrayAnalysis
from playground.analysis.run.race import RaceAnalysis
from playground.analysis.run.runs import RunsAnalysis
from playground.analysis.run.search import SearchAnalysis
from playground.analysis.series.autocorrelation import AutocorrelationAnalysis
from playground.analysis.series.decomposition import DecompositionAnalysis
from playground.analysis.series.lag_pairs import LagPairsAnalysis
from playground.analysis.series.spectrum import SpectrumAnalysis
from playground.analysis.series.stationarity import StationarityAnalysis
from playground.analysis.use.move_picture import MovePictureAnalysis
from playground.analysis.use.use_it import UseItAnalysis

ANALYSES: tuple[type[Analysis], ...] = (
    CurvesAnalysis,
    DecisionBoundaryAnalysis,
    ProbeAnalysis,
    DescentAnalysis,
    GeneratedPointsAnalysis,
    LearningRuleAnalysis,
    GraphAnalysis,
    NextTokenAnalysis,
    BeamSearchAnalysis,
    ForecastAnalysis,
    AutocorrelationAnalysis,
    LagPairsAnalysis,
    DecompositionAnalysis,
    StationarityAnalysis,
    SpectrumAnalysis,
    FitAnalysis,
    ConfusionMatrixAnalysis,
    PredictionWallAnalysis,
    FeatureMapsAnalysis,
    KernelsAnalysis,
    UnitPicturesAnalysis,
    PictureAnswersAnalysis,
    ReconstructionAnalysis,
    LearnedPictureAnalysis,
    LatentPlaneAnalysis,
    EmbeddingMapAnalysis,
    TokenizersAnalysis,
    HiddenStatesAnalysis,
    UnrolledGraphAnalysis,
    GradientInTimeAnalysis,
    AttentionAnalysis,
    OneCellAnalysis,
    ResidualStreamAnalysis,
    PositionsAnalysis,
    AlignmentAnalysis,
    AttributionAnalysis,
    AdversarialAttackAnalysis,
    ResponseAnalysis,
    WeightsAnalysis,
    PruningAnalysis,
    DataAnalysis,
    AugmentationAnalysis,
    CostTableAnalysis,
    NetworkTableAnalysis,
    ConvolutionWaysAnalysis,
    LiveMapsAnalysis,
    WireGradientsAnalysis,
    GradientFlowAnalysis,
    DistributionsAnalysis,
    LossSurfaceAnalysis,
    CurvatureAnalysis,
    ModeConnectivityAnalysis,
    RaceAnalysis,
    LuckAnalysis,
    EnsembleAnalysis,
    ExperimentAnalysis,
    SearchAnalysis,
    CrossValidationAnalysis,
    OptimizerXrayAnalysis,
    RunsAnalysis,
    BackpropagationAnalysis,
    UseItAnalysis,
    MovePictureAnalysis,
)


def analysis(identifier: str) -> Analysis:
    """The analysis with that id and its default parameters. Raises KeyError."""
    return {cls.id: cls for cls in ANALYSES}[identifier]()
