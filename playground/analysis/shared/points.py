"""The examples as points in the plane of two features."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from playground.data.base import Part
from playground.data.preparation import Prepared


@dataclass(frozen=True)
class PlanePoints:
    """Points (n, 2) in raw features, with their class numbers (n,) or, for regression, their targets (n,)."""

    xy: NDArray[np.floating]
    classes: NDArray[np.int64] | None
    targets: NDArray[np.floating] | None

    def __len__(self) -> int:
        return len(self.xy)


def plane_points(prepared: Prepared, part: Part) -> PlanePoints:
    """The examples of a part of a two-feature data block."""
    arrays = prepared.parts[part]
    xy = prepared.scaler.unscale(np.asarray(arrays["features"], dtype=np.float32))
    if prepared.class_numbers is not None:
        return PlanePoints(xy, prepared.class_numbers[part], None)
    target = np.asarray(arrays["target"], dtype=np.float32)
    target = target.reshape(len(xy), math.prod(target.shape[1:]))  # -1 cannot be told of an empty part
    return PlanePoints(xy, None, prepared.target_scaler.unscale(target)[:, 0])
