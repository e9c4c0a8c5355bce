"""The same pictures again and again as training sees them: what the blocks of augmentation make of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import torch
from numpy.typing import NDArray

from playground.analysis.base import Analysis, Table
from playground.analysis.question import Question
from playground.analysis.shared.pictures import brightness, image_node, is_image
from playground.analysis.subject import Subject
from playground.document.declaration import parameter
from playground.document.graph import Graph
from playground.network.check import Output, Report


@dataclass(frozen=True)
class AugmentedPictures:
    """Some pictures of the training part, and versions of each."""

    originals: NDArray[np.float32]
    """(examples, h, w) or (examples, h, w, 3), with brightness from 0 to 1."""
    versions: NDArray[np.float32]
    """(examples, versions, h, w) or (examples, versions, h, w, 3)."""
    rows: NDArray[np.int64]
    """(examples,) row numbers in the training part."""
    names: tuple[str, ...]
    """The class of each example; empty where the data have none."""
    blocks: tuple[str, ...]
    """Titles of the blocks that were at work, in order."""
    changes: NDArray[np.float32]
    """(examples, versions) root of the mean squared difference to the original, in brightness."""

    def table(self) -> Table:
        rows = [
            [int(row), version + 1, float(change)]
            for row, changes in zip(self.rows, self.changes, strict=True)
            for version, change in enumerate(changes)
        ]
        return ["row", "version", "difference"], rows


class AugmentationAnalysis(Analysis):
    """Training pictures, and beside each what the blocks of augmentation make of it at several steps."""

    id: ClassVar[str] = "augmentation"
    title: ClassVar[str] = "Augmentation"
    summary: ClassVar[str] = (
        "Pictures of the training part, and beside each some of the versions in which the network meets it while it "
        "learns. Choose a block to see its work up to there."
    )
    needs: ClassVar[frozenset[str]] = frozenset()

    examples: int = parameter(4, ge=1, le=24, help="How many pictures are shown.")
    versions: int = parameter(8, ge=1, le=32, help="How many versions of each.")
    first: int = parameter(1, ge=1, le=1_000_000, label="First picture", help="The picture of the part to begin with.")
    draw: int = parameter(0, ge=0, le=1_000_000, label="Drawing", help="Another number draws other versions.")

    def why_not(self, report: Report, graph: Graph) -> str:
        if not image_node(report):
            return "No data block on the canvas gives pictures. Drag in MNIST digits."
        if not _last_augmented(report):
            return "No block changes the pictures while training. Drag in Random affine."
        return ""

    def compute(self, question: Question) -> AugmentedPictures:
        subject = question.subject
        if subject is None:
            raise ValueError("this analysis needs a network with data")
        last = _last_augmented(subject.report, question.node)
        output = last, subject.report.blocks[last].outputs[0].name
        data = image_node(subject.report)
        count = subject.count("train")
        rows = (np.arange(min(self.examples, count)) + self.first - 1) % max(1, count)
        picked = torch.from_numpy(rows.astype(np.int64))
        whole = subject.feeds("train")
        chosen = subject.fetched({one: values[picked] for one, values in whole.items()})
        feeds = {one: values.repeat_interleave(self.versions, 0) for one, values in chosen.items()}
        drawn, blocks = _augmented(subject, feeds, output, self.draw)
        prepared = subject.prepared[data]
        originals = brightness(prepared, feeds[data, "features"][:: self.versions].numpy())
        versions = brightness(prepared, drawn.numpy()).reshape(len(rows), self.versions, *originals.shape[1:])
        squares = np.square(versions - originals[:, None]).reshape(len(rows), self.versions, -1)
        numbers = prepared.class_numbers
        return AugmentedPictures(
            originals=originals,
            versions=versions,
            rows=rows.astype(np.int64),
            names=() if numbers is None else tuple(prepared.class_names[one] for one in numbers["train"][rows]),
            blocks=tuple(subject.title(node) for node in blocks),
            changes=np.sqrt(squares.mean(axis=2)),
        )


def _last_augmented(report: Report, chosen: str | None = None) -> str:
    """The chosen block of augmentation, else the last one, that still gives pictures as the data do; or empty."""
    data = image_node(report)
    if not data:
        return ""
    shape = report.signals[data, "features"].shape
    found = [
        node for node in report.revealing("augmentation")
        if is_image(signal := report.signals.get((node, report.blocks[node].outputs[0].name)))
        and signal is not None and signal.shape == shape
    ]  # fmt: skip
    if chosen in found:
        return found[found.index(chosen)]
    return found[-1] if found else ""


def _augmented(
    subject: Subject, feeds: dict[Output, torch.Tensor], output: Output, seed: int
) -> tuple[torch.Tensor, tuple[str, ...]]:
    """What an output is while training, (rows, channels, h, w), and the blocks of augmentation on the way to it."""
    network = subject.network
    steps = network.steps_to([output], feeds)
    blocks = [step for step in steps if "augmentation" in subject.report.blocks[step.node].reveals]
    generator = torch.Generator().manual_seed(seed)
    network.draw_from(generator)
    for step in blocks:
        step.module.train()
    try:
        with torch.no_grad():
            values = network.run(feeds, steps)
    finally:
        network.eval()
        subject.draw_calmly()
    return values[network.slots[output]], tuple(step.node for step in blocks)
