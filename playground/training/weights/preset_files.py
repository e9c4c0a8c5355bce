"""Where the weights lie that come with the program: beside the preset that learned them."""

from __future__ import annotations

from pathlib import Path

ENDING = ".weights.safetensors"


def stored_path(preset: Path) -> Path:
    """The file for the weights of a preset, by the path of the preset."""
    return preset.with_name(preset.name.removesuffix(".json") + ENDING)


def stored_weights(preset: Path) -> Path | None:
    """The weights of a preset that come with the program, if there are any."""
    path = stored_path(preset)
    return path if path.is_file() else None
