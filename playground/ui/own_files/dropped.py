"""Several files dropped at once: which one is opened, and why."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from playground.data.own.picture_decoding import endings
from playground.ui.own_files.opening import is_data


def chosen_of(paths: Sequence[Path]) -> tuple[Path, str]:
    """The one to open of at least one, and a sentence about the others; empty where there are none."""
    first = paths[0]
    if len(paths) == 1:
        return first, ""
    dropped = f"{len(paths):,} files were dropped together."
    project = next((path for path in paths if not is_data(path)), None)
    if project is not None:
        return project, f"{dropped} “{project.name}” is opened, as it is a project; its data are found beside it."
    folder = Path(os.path.commonpath([path.parent for path in paths]))
    if all(path.is_dir() for path in paths) and folder == first.parent and folder.parent != folder:
        return folder, f"{dropped} As all are folders, “{folder.name}”, which holds them, is opened: one class each."
    if all(path.suffix.lower() in endings() for path in paths) and folder.parent != folder:
        return folder, f"{dropped} As all are pictures, “{folder.name}”, the folder that holds them, is opened."
    return first, f"{dropped} “{first.name}” is opened, the first of them; drop another one by itself to open that."
