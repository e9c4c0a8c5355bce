"""Pictures for a machine without a screen."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from playground.ui.shell.app import make_application
from playground.ui.views.registry import VIEWS
from playground.ui.views.rendering import render


def save_view(
    identifier: str, result: Any, out: Path, options: Mapping[str, Any] | None = None, theme: str = "light"
) -> None:
    """Save a result as the view with that id and these options draws it: PNG, SVG or CSV by the ending of the path.

    Raises LookupError when no widget draws it, so that only CSV is to be had; ValueError for another ending; OSError.
    """
    view_class = VIEWS.get(identifier)
    if view_class is None and out.suffix.lower() != ".csv":
        raise LookupError(identifier)
    # The reference keeps the application alive while the view is drawn.
    application = make_application()
    render(result, view_class, out, theme, options=options)
    application.processEvents()
