"""The tangents of a picture: how it begins to change when it is moved a little."""

from __future__ import annotations

import torch

from playground.blocks.augmentation.geometry import moved_pictures

NEAR = 0.1
"""How far a picture is moved to find its tangents, as a share of the movement asked for."""


def tangents_of(x: torch.Tensor, shift: float, rotation: float, zoom: float) -> list[torch.Tensor]:
    """How pictures (batch, channels, height, width) begin to change under each movement, one such tensor for each.

    `shift` in pixels (right, and down), `rotation` in radians, `zoom` as a share; a tangent is the change
    of the picture for the whole movement, to first order. What is 0 has none.
    """
    zero, found = x.new_zeros(len(x)), []
    moves = [(0.0, shift, 0.0, 0.0), (0.0, 0.0, shift, 0.0), (rotation, 0.0, 0.0, 0.0), (0.0, 0.0, 0.0, zoom)]
    for move in moves:
        if any(move):
            there, back = (
                moved_pictures(x, zero + h * move[0], zero + h * move[1], zero + h * move[2], zero + 1.0 + h * move[3],
                               zero, "edge")
                for h in (NEAR, -NEAR)
            )  # fmt: skip
            found.append((there - back) / (2.0 * NEAR))
    return found
