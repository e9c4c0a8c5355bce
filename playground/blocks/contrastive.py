"""Two networks whose answers are to agree on what belongs together: the loss of pairs, and how well pairs are found."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import torch
from torch import nn
from torch.nn import functional

from playground.blocks.base import Block, BlockError, Fix, Port, numbers_only
from playground.blocks.code import Code, computed
from playground.blocks.loss import Loss, Task
from playground.blocks.measure import Measure
from playground.blocks.signal import Signal
from playground.document.declaration import parameter

EQUAL = 1e-6
"""Cosines that differ by no more are equal but for rounding."""


def similarities(first: torch.Tensor, second: torch.Tensor) -> torch.Tensor:
    """The cosine of the angle between each of `first` (n, d) and each of `second` (m, d), as (n, m)."""
    return functional.normalize(first, dim=1) @ functional.normalize(second, dim=1).T


def contrastive_loss(first: torch.Tensor, second: torch.Tensor, temperature: float) -> torch.Tensor:
    """The surprise at the right partner among all of the batch, (n, d) twice, the mean of both directions."""
    logits = similarities(first, second) / temperature  # (n, n)
    right = torch.arange(first.shape[0], device=first.device)
    return 0.5 * (functional.cross_entropy(logits, right) + functional.cross_entropy(logits.T, right))


class ContrastiveLayer(nn.Module):
    """The loss of pairs at a temperature."""

    def __init__(self, temperature: float) -> None:
        super().__init__()
        self.temperature = temperature

    def forward(self, first: torch.Tensor, second: torch.Tensor) -> torch.Tensor:
        return contrastive_loss(first, second, self.temperature)


def expect_pairs(title: str, first: Signal, second: Signal, ports: tuple[str, str]) -> None:
    """Refuse anything but two vectors of the same length, at these ports. Raises BlockError."""
    port = ports[1]
    numbers_only(title, first, second)
    for signal, name in zip((first, second), ports, strict=True):
        if len(signal.shape) != 1:
            raise BlockError(
                f"{title} compares one vector with another, but {signal.words()} arrives.",
                Fix("Insert Flatten", "insert", block="flatten", port=name),
                port=name,
            )
    if first.shape != second.shape:
        linear = {"units": first.shape[0], "activation": "identity"}
        raise BlockError(
            f"{title} compares vectors of the same length, but one has {first.shape[0]} numbers and the other "
            f"{second.shape[0]}.",
            Fix(f"Set units to {first.shape[0]}", "set", parameters={"units": first.shape[0]}, node=port),
            Fix(f"Insert Dense of {first.shape[0]}", "insert", block="dense", parameters=linear, port=port),
            port=port,
        )


class ContrastiveLoss(Loss):
    """InfoNCE over the pairs of a batch, in both directions, as CLIP has it."""

    id: ClassVar[str] = "contrastive-loss"
    title: ClassVar[str] = "Contrastive loss"
    summary: ClassVar[str] = (
        "InfoNCE: of all the vectors in the batch each must point most to its own partner. It pulls the two of a pair "
        "together and pushes all others apart, so larger batches ask harder questions."
    )
    formula: ClassVar[str] = (
        r"L = -\frac{1}{2n} \sum_i \left( \ln \frac{e^{s_{ii} / \tau}}{\sum_j e^{s_{ij} / \tau}}"
        r" + \ln \frac{e^{s_{ii} / \tau}}{\sum_j e^{s_{ji} / \tau}} \right),"
        r" \quad s_{ij} = \frac{u_i \cdot v_j}{\lVert u_i \rVert \lVert v_j \rVert}"
    )
    source: ClassVar[str] = (
        "van den Oord, Li and Vinyals 2018, Representation learning with contrastive predictive coding; "
        "Radford et al. 2021, CLIP"
    )
    inputs: ClassVar[tuple[Port, ...]] = (Port("prediction", "First of the pair"), Port("target", "Second of the pair"))

    temperature: float = parameter(
        0.1, ge=0.005, le=10.0, logarithmic=True,
        help="Cosines are divided by it before the softmax: the smaller it is, the more the nearest wrong one counts.",
    )  # fmt: skip

    def subtitle(self) -> str:
        return f"temperature {self.temperature:g}"

    def task(self, target: Signal) -> Task:
        """None: both sides learn, and neither is right before the other."""
        return "none"

    def match(self, prediction: Signal, target: Signal) -> None:
        expect_pairs(self.title, prediction, target, ("prediction", "target"))

    def build(self, *inputs: Signal) -> nn.Module:
        return ContrastiveLayer(self.temperature)

    def update(self, module: nn.Module) -> bool:
        assert isinstance(module, ContrastiveLayer)
        module.temperature = self.temperature
        return True

    def writable(self, before: Block) -> bool:
        return before.model_copy(update={"weight": self.weight, "temperature": self.temperature}) == self

    def to_code(self, *inputs: Signal) -> Code:
        uses = (contrastive_loss, similarities)
        return computed(f"contrastive_loss({{0}}, {{1}}, {self.temperature!r})", uses=uses)


class Retrieval(Measure):
    """How often the partner is found among all that there are."""

    id: ClassVar[str] = "retrieval"
    title: ClassVar[str] = "Retrieval"
    summary: ClassVar[str] = (
        "Of all the vectors on the other side, is the partner the nearest, or among the nearest k? Both directions: "
        "the second by the first, and the first by the second. Chance finds one of as many as there are."
    )
    formula: ClassVar[str] = r"R@k = \frac{1}{n} \sum_i [\, i \in \mathrm{top}_k(s_{i1}, \ldots, s_{in}) \,]"
    source: ClassVar[str] = "Hodosh, Young and Hockenmaier 2013, Framing image description as a ranking task"
    inputs: ClassVar[tuple[Port, ...]] = (Port("first", "First of the pair"), Port("second", "Second of the pair"))

    k: int = parameter(5, ge=2, le=1_000, help="Beside the nearest one also: among how many of the nearest.")

    def subtitle(self) -> str:
        return f"nearest, and nearest {self.k}"

    def expect(self, *inputs: Signal) -> None:
        first, second = inputs
        expect_pairs(self.title, first, second, ("first", "second"))

    def measure(self, *inputs: torch.Tensor) -> Mapping[str, float]:
        return retrieval(inputs[0], inputs[1], self.k)

    def to_code(self, *inputs: Signal) -> Code:
        return computed(f"retrieval({{0}}, {{1}}, {self.k})", uses=(retrieval, recall, similarities))


def retrieval(first: torch.Tensor, second: torch.Tensor, k: int) -> dict[str, float]:
    """How often a partner is the nearest, and among the nearest `k`, of vectors (n, d) twice, in each direction."""
    return {
        "second_found": recall(first, second, 1), "second_found_in_" + str(k): recall(first, second, k),
        "first_found": recall(second, first, 1), "first_found_in_" + str(k): recall(second, first, k),
    }  # fmt: skip


def recall(asking: torch.Tensor, among: torch.Tensor, k: int) -> float:
    """The share of the rows of `asking` (n, d) whose own row of `among` is one of the `k` nearest.

    Of rows that are equally near, as two captions of the same words are, chance takes one: a network that gives all the
    same answer finds no more than k in n.
    """
    cosines = similarities(asking, among)  # (n, n)
    own = cosines.diagonal()[:, None]
    nearer = (cosines > own + EQUAL).sum(dim=1)
    as_near = ((cosines - own).abs() <= EQUAL).sum(dim=1)  # with itself
    return float(((k - nearer) / as_near).clamp(0.0, 1.0).mean())


BLOCKS: tuple[type[Block], ...] = (ContrastiveLoss, Retrieval)
