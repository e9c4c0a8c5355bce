"""Metrics of what is said about pictures: regions, boxes, points, and pictures that are made."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from playground.training.metrics.base import Answers, Bounds, ClassMetric, Metric, NumberMetric, Numbers, Task

if TYPE_CHECKING:
    from torch import Tensor

WINDOW, DEVIATION = 11, 1.5
"""Pixels of the Gaussian window of SSIM, and its standard deviation."""


class PixelMetric(ClassMetric):
    """A metric of regions: of the classes of pixels."""

    def why_not(self, task: Task) -> str:
        wrong = super().why_not(task)
        if wrong or task.target.pixelwise:
            return wrong
        return f"{self.title} compares regions; here nothing is said about single pixels."


class IntersectionOverUnion(PixelMetric):
    """How well predicted regions lie on the right ones."""

    id: ClassVar[str] = "iou"
    title: ClassVar[str] = "IoU"
    summary: ClassVar[str] = (
        "Intersection over union: the pixels that are a class and are called so, among all that are it or are called "
        "it. Of more than two classes their mean."
    )
    formula: ClassVar[str] = r"\frac{TP}{TP + FP + FN}"
    source: ClassVar[str] = "Jaccard 1901; Everingham and others 2010, The Pascal visual object classes challenge"
    higher_is_better: ClassVar[bool] = True
    bounds: ClassVar[Bounds] = (0.0, 1.0)

    def compute(self, answers: Answers) -> Tensor:
        union = answers.said + answers.there - answers.hits
        return answers.over_classes(answers.hits / union.clamp(min=1.0))


class DiceScore(PixelMetric):
    """The same with the common pixels counted twice."""

    id: ClassVar[str] = "dice_score"
    title: ClassVar[str] = "Dice score"
    summary: ClassVar[str] = (
        "Twice the pixels that two regions share, among the pixels of both: the F1 of pixels. Of more than two classes "
        "their mean."
    )
    formula: ClassVar[str] = r"\frac{2 \, TP}{2 \, TP + FP + FN}"
    source: ClassVar[str] = "Dice 1945, Measures of the amount of ecologic association between species"
    higher_is_better: ClassVar[bool] = True
    bounds: ClassVar[Bounds] = (0.0, 1.0)

    def compute(self, answers: Answers) -> Tensor:
        return answers.over_classes(2.0 * answers.hits / (answers.said + answers.there).clamp(min=1.0))


class BoxIoU(NumberMetric):
    """How well predicted boxes lie on the right ones."""

    id: ClassVar[str] = "box_iou"
    title: ClassVar[str] = "IoU of boxes"
    summary: ClassVar[str] = "Intersection over union of the predicted and the right box, the mean over the examples."
    formula: ClassVar[str] = r"\frac{|A \cap B|}{|A \cup B|}"
    higher_is_better: ClassVar[bool] = True
    bounds: ClassVar[Bounds] = (0.0, 1.0)

    def why_not(self, task: Task) -> str:
        wrong = super().why_not(task)
        return wrong or ("" if task.target.scale == "box" else f"{self.title} needs a target that is a box.")

    def compute(self, numbers: Numbers) -> Tensor:
        first, second = numbers.prediction.reshape(-1, 4), numbers.target.reshape(-1, 4)
        sides = [(box[:, 2:].clamp(min=0.0), box[:, :2]) for box in (first, second)]
        ends = [(middle - size / 2.0, middle + size / 2.0) for size, middle in sides]
        low, high = ends[0][0].maximum(ends[1][0]), ends[0][1].minimum(ends[1][1])
        common = (high - low).clamp(min=0.0).prod(dim=1)
        union = sides[0][0].prod(dim=1) + sides[1][0].prod(dim=1) - common
        return (common / union.clamp(min=1e-12)).mean()


class KeyPointError(NumberMetric):
    """How far predicted points lie from the right ones."""

    id: ClassVar[str] = "key_point_error"
    title: ClassVar[str] = "Key-point error"
    summary: ClassVar[str] = "The mean distance of predicted points from the right ones, in shares of a picture’s side."
    formula: ClassVar[str] = r"\frac{1}{n k} \sum_{i,k} \lVert \hat{p}_{i,k} - p_{i,k} \rVert"
    higher_is_better: ClassVar[bool] = False
    bounds: ClassVar[Bounds] = (0.0, None)

    def why_not(self, task: Task) -> str:
        wrong = super().why_not(task)
        return wrong or ("" if task.target.scale == "points" else f"{self.title} needs a target that are points.")

    def compute(self, numbers: Numbers) -> Tensor:
        return numbers.difference.reshape(-1, 2).square().sum(dim=1).sqrt().mean()


class PictureMetric(NumberMetric):
    """A metric of pictures that are made, with brightness from 0 to 1."""

    least: ClassVar[int] = 1
    """Pixels that a side must have."""

    def why_not(self, task: Task) -> str:
        target = task.target
        picture = target.kind == "image" and len(target.shape) == 3 and target.shape[0] in (1, 3)
        if wrong := super().why_not(task):
            return wrong
        if not picture or target.scale != "any" or not target.within(0.0, 1.0):
            return f"{self.title} compares pictures, with brightness from 0 to 1."
        if min(target.shape[1:]) < self.least:
            return f"{self.title} looks at windows of {self.least} pixels; these pictures are smaller."
        return f"{self.title} compares brightness; here logits are predicted." if task.logits else ""


class PeakSignalToNoise(PictureMetric):
    """How much louder a picture is than what is wrong in it."""

    id: ClassVar[str] = "psnr"
    title: ClassVar[str] = "PSNR"
    summary: ClassVar[str] = (
        "Peak signal-to-noise ratio in decibels, over all pictures together: a tenth of the squared error is ten more."
    )
    formula: ClassVar[str] = r"10 \log_{10} \frac{1}{\mathrm{MSE}}"
    higher_is_better: ClassVar[bool] = True
    undefined: ClassVar[str] = "all pictures are met exactly, so that there is no noise."

    def compute(self, numbers: Numbers) -> Tensor:
        return -10.0 * (numbers.prediction - numbers.target).square().mean().log10()


class StructuralSimilarity(PictureMetric):
    """How alike pictures are in brightness, contrast and structure."""

    id: ClassVar[str] = "ssim"
    title: ClassVar[str] = "SSIM"
    summary: ClassVar[str] = (
        "Structural similarity: brightness, contrast and structure compared in windows of 11 × 11 pixels; 1 is alike."
    )
    formula: ClassVar[str] = (
        r"\frac{(2 \mu_x \mu_y + c_1)(2 \sigma_{xy} + c_2)}"
        r"{(\mu_x^2 + \mu_y^2 + c_1)(\sigma_x^2 + \sigma_y^2 + c_2)}"
    )
    source: ClassVar[str] = "Wang, Bovik, Sheikh and Simoncelli 2004, Image quality assessment"
    higher_is_better: ClassVar[bool] = True
    bounds: ClassVar[Bounds] = (-1.0, 1.0)
    least: ClassVar[int] = WINDOW

    def compute(self, numbers: Numbers) -> Tensor:
        x, y = numbers.prediction, numbers.target  # (N, C, h, w)
        mean_x, mean_y = gaussian_means(x), gaussian_means(y)
        spread_x = gaussian_means(x * x) - mean_x * mean_x
        spread_y = gaussian_means(y * y) - mean_y * mean_y
        shared = gaussian_means(x * y) - mean_x * mean_y
        bright = (2.0 * mean_x * mean_y + 0.01**2) / (mean_x * mean_x + mean_y * mean_y + 0.01**2)
        return (bright * (2.0 * shared + 0.03**2) / (spread_x + spread_y + 0.03**2)).mean()


def gaussian_means(pictures: Tensor) -> Tensor:
    """Means of pictures (N, C, h, w) under the window at every place where it fits, (N, C, h − 10, w − 10).

    As products with banded matrices, which take a tenth of the time of a convolution.
    """
    return gaussian_band(pictures, pictures.shape[2]) @ pictures @ gaussian_band(pictures, pictures.shape[3]).T


def gaussian_band(like: Tensor, size: int) -> Tensor:
    """The matrix (size − 10, size) whose rows are the window at every place."""
    places = like.new_ones(size).cumsum(dim=0)
    starts = places[: size - WINDOW + 1, None]
    offset = places - starts - (WINDOW - 1) / 2.0
    weight = (-0.5 * (offset / DEVIATION).square()).exp() * (offset.abs() <= (WINDOW - 1) / 2.0)
    return weight / weight.sum(dim=1, keepdim=True)


PICTURE_METRICS: tuple[type[Metric], ...] = (
    IntersectionOverUnion, DiceScore, BoxIoU, KeyPointError, PeakSignalToNoise, StructuralSimilarity,
)  # fmt: skip
