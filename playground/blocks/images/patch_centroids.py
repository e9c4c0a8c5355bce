"""K-means filters: kernels that are the centres of patches of the pictures, found without any label."""

from __future__ import annotations

from typing import ClassVar

import torch
from torch import nn
from torch.nn import functional

from playground.blocks.base import Fix, Port
from playground.blocks.estimator import Estimator, Learning
from playground.blocks.images.arriving import images_only, sides
from playground.blocks.images.padding import Padding, inside_only, rim_of
from playground.blocks.reveals import Reveal
from playground.blocks.signal import Signal
from playground.blocks.windows import Along, Window
from playground.document.declaration import parameter

LEAST_CONTRAST = 1e-3
"""Added to the variance of a patch of numbers around 1, so that noise in a blank patch does not become a pattern."""
LEAST_VARIANCE = 0.01
"""Added to the variance of whitened patches in every direction."""


class PatchCentroidsLayer(Learning):
    """Finds kernels in rounds of spherical K-means; x (batch, channels, height, width)."""

    whole: ClassVar[bool] = True
    weight: torch.Tensor
    centroids: torch.Tensor
    whitening: torch.Tensor
    done: torch.Tensor

    def __init__(
        self, filters: int, channels: int, side: int, flat: tuple[int, ...], stride: int, rounds: int, patches: int,
        whiten: bool,
    ) -> None:  # fmt: skip
        super().__init__()
        self.flat, self.stride, self.rounds, self.patches, self.whiten = flat, stride, rounds, patches, whiten
        count = channels * side * side
        self.register_buffer("weight", torch.zeros(filters, channels, side, side))
        self.register_buffer("centroids", torch.zeros(filters, count))
        self.register_buffer("whitening", torch.eye(count))
        self.register_buffer("done", torch.zeros((), dtype=torch.int64))

    def begin(self, *inputs: torch.Tensor) -> None:
        patches = self._drawn(inputs[0])
        self.whitening.copy_(whitening_of(patches) if self.whiten else torch.eye(patches.shape[1]))
        start = torch.randn(self.centroids.shape, generator=self.generator, device=self.centroids.device)
        self._take(start.to(self.centroids.dtype))
        self.done.zero_()

    def learn(self, *inputs: torch.Tensor) -> None:
        x = self._drawn(inputs[0]) @ self.whitening  # (patches, numbers)
        likeness = x @ self.centroids.T  # (patches, filters)
        nearest = likeness.abs().argmax(dim=1)
        strength = likeness.gather(1, nearest[:, None])
        self._take(self.centroids.index_add(0, nearest, strength * x))
        self.done += 1
        self.settled.fill_(bool(self.done >= self.rounds))

    def wake(self) -> None:
        self.settled.fill_(bool(self.done >= self.rounds))

    def _take(self, centroids: torch.Tensor) -> None:
        """Keep these centroids at length 1, and the kernels that give as much for a patch as they do whitened."""
        self.centroids.copy_(functional.normalize(centroids, dim=1))
        kernels = self.centroids @ self.whitening
        kernels = kernels - kernels.mean(dim=1, keepdim=True)  # so that a patch counts without its brightness
        self.weight.copy_(functional.normalize(kernels, dim=1).view_as(self.weight))

    def _drawn(self, x: torch.Tensor) -> torch.Tensor:
        """Patches by chance, (patches, channels * side * side), each with mean 0 and variance 1."""
        side = self.weight.shape[-1]
        windows = x.unfold(2, side, 1).unfold(3, side, 1)  # (N, channels, rows, columns, side, side)
        n, _, rows, columns = windows.shape[:4]
        place = torch.randint(n * rows * columns, (self.patches,), generator=self.generator, device=x.device)
        row = place // columns % rows
        found = windows[place // (rows * columns), :, row, place % columns].flatten(1)
        found = found - found.mean(dim=1, keepdim=True)
        return found / (found.square().mean(dim=1, keepdim=True) + LEAST_CONTRAST).sqrt()

    def settled_words(self) -> str:
        return "The filters have been found: all rounds of K-means are done."

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return self.weighted_sum(images)

    def weighted_sum(self, x: torch.Tensor) -> torch.Tensor:
        """How much of each kernel there is at every place."""
        x = functional.pad(x, self.flat) if self.flat else x
        return functional.conv2d(x, self.weight, None, self.stride)  # (batch, filters, height', width')


def whitening_of(patches: torch.Tensor) -> torch.Tensor:
    """The matrix that makes the numbers of patches (n, numbers) uncorrelated and changes them least (ZCA)."""
    centred = patches - patches.mean(dim=0)
    values, vectors = torch.linalg.eigh(centred.T @ centred / len(patches))
    whitening: torch.Tensor = (vectors / (values.clamp(min=0.0) + LEAST_VARIANCE).sqrt()) @ vectors.T
    return whitening


class PatchCentroids(Estimator):
    """A convolution whose kernels are the centres of patches."""

    id: ClassVar[str] = "k-means-filters"
    reveals: ClassVar[frozenset[Reveal]] = frozenset({"feature maps", "kernels", "sliding window"})
    title: ClassVar[str] = "K-means filters"
    summary: ClassVar[str] = (
        "A convolution whose kernels nobody teaches: small pieces of all pictures, those without a label too, are "
        "clustered, and each centre becomes a kernel. Put ReLU, pooling and a dense layer behind it."
    )
    formula: ClassVar[str] = (
        r"j_i = \arg\max_j |d_j \cdot x_i|, \quad d_j \leftarrow"
        r" \frac{s_j}{\lVert s_j \rVert}, \quad s_j = d_j + \sum_{j_i = j} (d_j \cdot x_i) \, x_i"
    )
    source: ClassVar[str] = "Coates and Ng 2012, Learning feature representations with K-means"
    inputs: ClassVar[tuple[Port, ...]] = (Port("input", "Images"),)
    outputs: ClassVar[tuple[Port, ...]] = (Port("output", "Feature maps"),)
    learns_from: ClassVar[tuple[str, ...]] = ()

    filters: int = parameter(16, ge=1, le=1_024, logarithmic=True, help="How many centres, each a kernel.")
    kernel_size: int = parameter(3, ge=2, le=15, help="Side k of a patch in pixels.")
    stride: int = parameter(1, ge=1, le=64, help="How many pixels the window moves on.")
    padding: Padding = parameter(
        "same", help="Valid: the window stays inside the image. Same: a border of zeros keeps its size."
    )
    padding_size: int = parameter(
        0, ge=0, le=64, help="Width of the border on each side where padding is a number.", advanced=True
    )
    whiten: bool = parameter(
        True, help="Make neighbouring pixels uncorrelated first: the centres are edges then, not blobs."
    )
    rounds: int = parameter(10, ge=1, le=1_000, help="One round of K-means in each of the first so many steps.")
    patches: int = parameter(
        5_000, ge=100, le=200_000, logarithmic=True, help="Patches that are drawn anew in every round."
    )

    def subtitle(self) -> str:
        return f"{self.filters} × {sides((self.kernel_size,) * 2)} · {self.padding}"

    def expect(self, *inputs: Signal) -> None:
        images_only(self.title, *inputs)
        reaches, extents = (self.kernel_size,) * 2, inputs[0].shape[1:]
        same = Fix("Set padding to same", "set", parameters={"padding": "same"})
        rim = rim_of(self.padding, self.padding_size, reaches)
        inside_only(
            self.title, f"slides a kernel of {sides(reaches)} inside the image", rim, reaches, extents, same
        )
        smaller = Fix(f"Set the kernel size to {min(extents)}", "set", parameters={"kernel_size": min(extents)})
        whole = rim_of("valid", 0, reaches)
        inside_only(self.title, f"cuts patches of {sides(reaches)} out of the image", whole, reaches, extents, smaller)

    def build(self, *inputs: Signal) -> nn.Module:
        rim, channels = rim_of(self.padding, self.padding_size, (self.kernel_size,) * 2), inputs[0].shape[0]
        flat = tuple(side for axis in reversed(rim.axes) for side in axis) if any(rim.totals) else ()
        return PatchCentroidsLayer(
            self.filters, channels, self.kernel_size, flat, self.stride, self.rounds, self.patches, self.whiten
        )

    def window(self, module: nn.Module) -> Window:
        """The window of the kernels."""
        assert isinstance(module, PatchCentroidsLayer)
        rim = rim_of(self.padding, self.padding_size, (self.kernel_size,) * 2)
        along = tuple(Along(self.kernel_size, self.stride, before, 1, "zeros") for before in rim.before)
        return Window("weigh", along, module.weight, None, "identity", 1)

    def live_formula(self, *inputs: Signal) -> str:
        numbers = inputs[0].shape[0] * self.kernel_size**2
        return f"{self.filters} centres of patches of {numbers} numbers"


BLOCKS: tuple[type[Estimator], ...] = (PatchCentroids,)
