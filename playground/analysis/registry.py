"""All analyses, by name."""

from __future__ import annotations

from playground.analysis.attention import AttentionAnalysis
from playground.analysis.attribution import AttributionAnalysis
from playground.analysis.backpropagation import BackpropagationAnalysis
from playground.analysis.base import Analysis
from playground.analysis.boundary import BoundaryAnalysis
from playground.analysis.confusion import ConfusionAnalysis
from playground.analysis.curvature import CurvatureAnalysis
from playground.analysis.curves import CurvesAnalysis
from playground.analysis.data_view import DataAnalysis
from playground.analysis.descent import DescentAnalysis
from playground.analysis.distributions import DistributionsAnalysis
from playground.analysis.feature_maps import FeatureMapsAnalysis
from playground.analysis.fit import FitAnalysis
from playground.analysis.forecast import ForecastAnalysis
from playground.analysis.generated_points import GeneratedPointsAnalysis
from playground.analysis.gradient_flow import GradientFlowAnalysis
from playground.analysis.graph_view import GraphAnalysis
from playground.analysis.hidden_states import HiddenStatesAnalysis
from playground.analysis.kernels import KernelsAnalysis
from playground.analysis.latent_plane import LatentPlaneAnalysis
from playground.analysis.layer_flow import LayerFlowAnalysis
from playground.analysis.learning_rule import LearningRuleAnalysis
from playground.analysis.live_maps import LiveMapsAnalysis
from playground.analysis.loss_surface import LossSurfaceAnalysis
from playground.analysis.luck import LuckAnalysis
from playground.analysis.mode_connectivity import ModeConnectivityAnalysis
from playground.analysis.next_token import NextTokenAnalysis
from playground.analysis.optimizer_xray import OptimizerXrayAnalysis
from playground.analysis.prediction_wall import PredictionWallAnalysis
from playground.analysis.probe import ProbeAnalysis
from playground.analysis.race import RaceAnalysis
from playground.analysis.reconstruction import ReconstructionAnalysis
from playground.analysis.response import ResponseAnalysis
from playground.analysis.runs import RunsAnalysis
from playground.analysis.weights import WeightsAnalysis

ANALYSES: tuple[type[Analysis], ...] = (
    CurvesAnalysis,
    BoundaryAnalysis,
    ProbeAnalysis,
    DescentAnalysis,
    GeneratedPointsAnalysis,
    LearningRuleAnalysis,
    GraphAnalysis,
    NextTokenAnalysis,
    ForecastAnalysis,
    FitAnalysis,
    ConfusionAnalysis,
    PredictionWallAnalysis,
    FeatureMapsAnalysis,
    KernelsAnalysis,
    ReconstructionAnalysis,
    LatentPlaneAnalysis,
    HiddenStatesAnalysis,
    AttentionAnalysis,
    AttributionAnalysis,
    ResponseAnalysis,
    WeightsAnalysis,
    DataAnalysis,
    LiveMapsAnalysis,
    GradientFlowAnalysis,
    LayerFlowAnalysis,
    DistributionsAnalysis,
    LossSurfaceAnalysis,
    CurvatureAnalysis,
    ModeConnectivityAnalysis,
    RaceAnalysis,
    LuckAnalysis,
    OptimizerXrayAnalysis,
    RunsAnalysis,
    BackpropagationAnalysis,
)


def analysis(identifier: str) -> Analysis:
    """The analysis with that id and its default parameters. Raises KeyError."""
    return {cls.id: cls for cls in ANALYSES}[identifier]()
