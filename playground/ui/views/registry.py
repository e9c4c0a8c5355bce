"""All views, by the id of the analysis they draw."""

from __future__ import annotations

from playground.ui.views.attention_view import AttentionView
from playground.ui.views.attribution_view import AttributionView
from playground.ui.views.backpropagation_view import BackpropagationView
from playground.ui.views.base import View
from playground.ui.views.boundary_view import BoundaryView
from playground.ui.views.confusion_view import ConfusionView
from playground.ui.views.connectivity_view import ConnectivityView
from playground.ui.views.curvature_view import CurvatureView
from playground.ui.views.curves_view import CurvesView
from playground.ui.views.data_view import DataView
from playground.ui.views.descent_view import DescentView
from playground.ui.views.distributions_view import DistributionsView
from playground.ui.views.fit_view import FitView
from playground.ui.views.flow_view import FlowView
from playground.ui.views.forecast_view import ForecastView
from playground.ui.views.generated_view import GeneratedView
from playground.ui.views.graph_view import GraphView
from playground.ui.views.hidden_view import HiddenView
from playground.ui.views.kernels_view import KernelsView
from playground.ui.views.latent_view import LatentView
from playground.ui.views.luck_view import LuckView
from playground.ui.views.maps_view import FeatureMapsView
from playground.ui.views.probe_view import ProbeView
from playground.ui.views.race_view import RaceView
from playground.ui.views.reconstruction_view import ReconstructionView
from playground.ui.views.response_view import ResponseView
from playground.ui.views.rule_view import RuleView
from playground.ui.views.runs_view import RunsView
from playground.ui.views.surface_view import SurfaceView
from playground.ui.views.text_view import TextView
from playground.ui.views.wall_view import WallView
from playground.ui.views.weights_view import WeightsView
from playground.ui.views.xray_view import XrayView

SHELVES: dict[str, tuple[type[View], ...]] = {
    "Of the &run": (CurvesView, RunsView, FlowView, DistributionsView, XrayView, RaceView, LuckView),
    "Of the &answers": (
        BoundaryView,
        FitView,
        ProbeView,
        ConfusionView,
        WallView,
        AttributionView,
        ResponseView,
        ForecastView,
        ReconstructionView,
        LatentView,
        GeneratedView,
        TextView,
        GraphView,
        RuleView,
    ),
    "From &inside": (
        WeightsView,
        FeatureMapsView,
        KernelsView,
        HiddenView,
        AttentionView,
        BackpropagationView,
        DataView,
    ),
    "Of the &loss": (SurfaceView, CurvatureView, ConnectivityView, DescentView),
}
"""The views as the menu groups them."""

VIEWS: dict[str, type[View]] = {view.analysis.id: view for shelf in SHELVES.values() for view in shelf}
