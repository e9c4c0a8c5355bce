"""The inspector: forms generated from declarations, and what one sees of a block, its data and its training."""

from playground.ui.inspector.form import ParameterForm
from playground.ui.inspector.inspector import Inspector

__all__ = ["Inspector", "ParameterForm"]
