"""Reconstructions, a plane of codes and the curves of two losses, made by hand."""

from __future__ import annotations

import numpy as np

from playground.analysis.answers.latent_plane import DecodedGrid, LatentPlane, extent_of
from playground.analysis.answers.reconstruction import Reconstruction
from playground.analysis.run.curves import Curves
from tests.ui.views.results import curve

NAMES = tuple("0123456789")


def reconstruction(count: int = 14, colored: bool = False, chosen: int = 2) -> Reconstruction:
    originals = np.zeros((count, 8, 8), dtype=np.float32)
    originals[:, 2:6, 3] = 1.0
    if colored:
        originals = np.repeat(originals[..., None], 3, axis=3) * np.array([1.0, 0.5, 0.0], dtype=np.float32)
    errors = np.linspace(0.01, 0.09, count, dtype=np.float32)
    return Reconstruction(
        originals, originals * 0.6, errors, np.arange(count), np.arange(count) % 10, NAMES, "test",
        float(errors.mean()), 40, chosen,
    )  # fmt: skip


def colored_reconstruction() -> Reconstruction:
    return reconstruction(colored=True, chosen=-1)


def latent_plane(classes: int = 10, decoded: bool = False, count: int = 60) -> LatentPlane:
    """Classes on a circle, `count / classes` points of each close together."""
    generator = np.random.default_rng(0)
    numbers = np.arange(count) % max(1, classes)
    angle = 2 * np.pi * numbers / max(1, classes)
    codes = np.stack([np.cos(angle), 2 * np.sin(angle)], axis=1) + generator.normal(0, 0.08, (count, 2))
    codes = codes.astype(np.float32)
    pictures = np.zeros((count, 8, 8), dtype=np.float32)
    pictures[:, 2:6, 3] = 1.0
    extent = extent_of(codes)
    assert extent is not None
    grid = np.zeros((3, 5, 8, 8), dtype=np.float32)
    grid[2, 0] = 1.0  # the cell on the upper left is white
    return LatentPlane(
        codes, ("Code 1", "Code 2"), numbers if classes else None, NAMES[:classes], "test", 80, pictures, True,
        DecodedGrid(grid, extent) if decoded else None, 4, True, "Code",
    )  # fmt: skip


def decoded_plane() -> LatentPlane:
    return latent_plane(decoded=True)


def plane_without_classes() -> LatentPlane:
    return latent_plane(classes=0)


def curves_of_two_losses(points: int = 60) -> Curves:
    falling = 1.0 / (1.0 + np.arange(points, dtype=np.float64))
    found = {}
    for name, height in (("loss", 1.0), ("loss.digit", 2.0), ("loss.odd", 0.5), ("accuracy.digit", 3.0),
                         ("accuracy.odd", 4.0)):  # fmt: skip
        found[f"train_{name}"] = curve(falling * height)
        for part in ("validation", "test"):
            found[f"{part}_{name}"] = curve(falling[::10] * height + 0.02, 10)
    return Curves(found, (), None)
