"""Images among the data: which block gives them, and how to get back from scaled numbers to brightness."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from playground.blocks.signal import Signal
from playground.data.base import Part
from playground.data.preparation import Prepared
from playground.network.check import Report


def is_image(signal: Signal | None) -> bool:
    """Whether a signal is a picture of 1 or 3 channels."""
    return signal is not None and signal.kind == "image" and len(signal.shape) == 3 and signal.shape[0] in (1, 3)


def image_node(report: Report) -> str:
    """The first data block that gives images; empty when there is none."""
    for name in report.data_nodes():
        if is_image(report.signals.get((name, "features"))):
            return name
    return ""


def pictures(prepared: Prepared, part: Part, rows: NDArray[np.int64]) -> NDArray[np.float32]:
    """Pictures with brightness from 0 to 1: (n, h, w), or (n, h, w, 3) in colour. Rows beyond the part are dropped."""
    features = prepared.parts[part]["features"]
    return brightness(prepared, np.asarray(features[rows[rows < len(features)]], dtype=np.float32))


def brightness(prepared: Prepared, scaled: NDArray[np.float32]) -> NDArray[np.float32]:
    """What the network sees or draws, (n, channels, h, w), as pictures with brightness from 0 to 1."""
    raw = prepared.scaler.unscale(scaled)
    low, high = _range(prepared)
    bright = np.clip((raw - low) / (high - low), 0.0, 1.0).astype(np.float32)
    channels_last = bright.transpose(0, 2, 3, 1)
    return np.ascontiguousarray(channels_last[..., 0] if channels_last.shape[3] == 1 else channels_last)


SEEN = np.array(
    [(0.16, 0.18, 0.21), (0.90, 0.62, 0.0), (0.34, 0.71, 0.91), (0.0, 0.62, 0.45), (0.94, 0.89, 0.26),
     (0.0, 0.45, 0.70), (0.84, 0.37, 0.0), (0.80, 0.47, 0.65), (0.75, 0.75, 0.75), (0.45, 0.30, 0.20)],
    dtype=np.float32,
)  # fmt: skip
"""Colours that stand for the classes of pixels, told apart by those who see red and green alike too (Okabe and Ito
2008); the first, dark one for the ground."""


def regions(classes: NDArray[np.int64]) -> NDArray[np.float32]:
    """Class numbers of pixels (n, h, w) as pictures (n, h, w, 3)."""
    return SEEN[classes % len(SEEN)]


def _range(prepared: Prepared) -> tuple[float, float]:
    """The range of brightness in the dataset, from its first training pictures."""
    raw = prepared.scaler.unscale(np.asarray(prepared.parts["train"]["features"][:256], dtype=np.float32))
    low, high = float(raw.min(initial=0.0)), float(raw.max(initial=0.0))
    return (low, high) if high > low else (low, low + 1.0)
