"""The Gram matrix of maps: which patterns come together, whatever their place. It is what style transfer compares."""

from __future__ import annotations

from typing import ClassVar

import torch
from torch import nn

from playground.blocks.base import Block
from playground.blocks.code import Code, kept
from playground.blocks.images.arriving import any_maps_only, channels_of, extents_of
from playground.blocks.parts import Part, whole
from playground.blocks.signal import Signal


class GramLayer(nn.Module):
    """Maps (batch, channels, ...), of series (batch, time, features), to the mean products of pairs of channels."""

    def __init__(self, series: bool) -> None:
        super().__init__()
        self.series = series

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        maps = x.transpose(1, 2) if self.series else x.flatten(2)  # (batch, channels, places)
        return (maps @ maps.transpose(1, 2) / maps.shape[2]).flatten(1)  # (batch, channels * channels)


class GramMatrix(Block):
    """How strongly each pair of channels answers at the same places."""

    id: ClassVar[str] = "gram-matrix"
    family: ClassVar[str] = "convolution"
    title: ClassVar[str] = "Gram matrix"
    summary: ClassVar[str] = (
        "The mean product of each pair of maps over all places: which patterns come together, no longer where. Two "
        "pictures whose Gram matrices are alike have the same texture; style transfer compares them."
    )
    formula: ClassVar[str] = r"G_{c,d} = \frac{1}{H W} \sum_{i,j} x_{c,i,j} \, x_{d,i,j}"
    source: ClassVar[str] = "Gatys, Ecker and Bethge 2016, Image style transfer using convolutional neural networks"

    def expect(self, *inputs: Signal) -> None:
        any_maps_only(self.title, *inputs)

    def build(self, *inputs: Signal) -> nn.Module:
        return GramLayer(inputs[0].kind == "series")

    def to_code(self, *inputs: Signal) -> Code:
        return kept(f"GramLayer({inputs[0].kind == 'series'})", uses=(GramLayer,))

    def parts(self, module: nn.Module, *inputs: torch.Tensor) -> tuple[Part, ...]:
        return (whole(module, 1),)

    def live_formula(self, *inputs: Signal) -> str:
        channels = channels_of(inputs[0])
        places = " × ".join(map(str, extents_of(inputs[0])))
        return f"{channels} × {channels} mean products over {places} places"


BLOCKS: tuple[type[Block], ...] = (GramMatrix,)
