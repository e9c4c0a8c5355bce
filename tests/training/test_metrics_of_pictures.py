"""Losses and metrics of pictures beside definitions by other hands: torchmetrics, scikit-image, pycocotools."""

from __future__ import annotations

import contextlib
import io
import math

import numpy as np
import pytest
import torch
import torchmetrics.functional as reference
from skimage.metrics import structural_similarity
from torchmetrics.functional.image import peak_signal_noise_ratio
from torchmetrics.functional.segmentation import dice_score

from playground.blocks.class_loss import BinaryCrossEntropy, CrossEntropy
from playground.blocks.image_loss import Dice
from playground.blocks.image_measures import MeanAveragePrecision, TopAccuracy
from playground.blocks.loss import MeanSquaredError
from playground.blocks.signal import Signal
from playground.training.metrics.metric_set import metrics_for

DEFINED = {"exact_match", "iou", "dice_score", "box_iou", "key_point_error", "psnr", "ssim"}
"""Metrics that are compared with another's here."""
NAMES = ("ground", "a", "b", "c")
PIXELS = Signal((12, 14), "classes", "index", ("height", "width"), NAMES)
MAPS = Signal((4, 12, 14), kind="image")
COLOUR = Signal((3, 16, 20), kind="image", low=0.0, high=1.0)


def drawn(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def test_regions() -> None:
    logits = drawn(6, 4, 12, 14)
    right = (logits + 1.5 * drawn(6, 4, 12, 14, seed=1)).argmax(dim=1)
    right[right == 3] = 0  # a class that is called but never there
    found = metrics_for(CrossEntropy(), MAPS, PIXELS).compute(logits, right)
    flat = logits.argmax(dim=1)
    assert found["accuracy"] == pytest.approx(float((flat == right).float().mean()))
    expected = reference.jaccard_index(flat, right, task="multiclass", num_classes=4, average="macro")
    assert found["iou"] == pytest.approx(float(expected), rel=1e-5)
    expected = reference.f1_score(flat, right, task="multiclass", num_classes=4, average="macro")
    assert found["dice_score"] == pytest.approx(float(expected), rel=1e-5) and "f1" not in found


def test_dice_loss_of_sure_answers_is_what_the_score_lacks() -> None:
    right = torch.arange(2 * 12 * 14).reshape(2, 12, 14) % 4
    said = (right + (drawn(2, 12, 14) > 0.5)) % 4
    sure = 1e3 * torch.nn.functional.one_hot(said, 4).movedim(-1, 1).float()
    loss = Dice(smoothing=0.0).build(MAPS, PIXELS)(sure, right)
    score = dice_score(said, right, 4, input_format="index", average="none", aggregation_level="global").mean()
    assert float(loss) == pytest.approx(1.0 - float(score), rel=1e-5)


def test_pictures() -> None:
    right = torch.rand(5, 3, 16, 20, generator=torch.Generator().manual_seed(2))
    made = (right + 0.1 * drawn(5, 3, 16, 20)).clamp(0.0, 1.0)
    found = metrics_for(MeanSquaredError(), COLOUR, COLOUR).compute(made, right)
    assert found["psnr"] == pytest.approx(float(peak_signal_noise_ratio(made, right, data_range=1.0)), rel=1e-5)
    options = {"gaussian_weights": True, "use_sample_covariance": False, "data_range": 1.0, "channel_axis": 0}
    expected = [structural_similarity(a.numpy(), b.numpy(), **options) for a, b in zip(made, right, strict=True)]
    assert found["ssim"] == pytest.approx(float(np.mean(expected)), abs=1e-5)
    small = COLOUR.but(shape=(3, 8, 8))
    assert "ssim" not in metrics_for(MeanSquaredError(), small, small).names
    assert "psnr" not in metrics_for(BinaryCrossEntropy(), COLOUR.but(low=-math.inf, high=math.inf), COLOUR).names


def test_points_and_boxes() -> None:
    points = Signal((6,), scale="points", low=0.0, high=1.0)
    found = metrics_for(MeanSquaredError(), points, points).compute(
        torch.tensor([[0.0, 0.0, 0.5, 0.5, 1.0, 1.0]]), torch.tensor([[0.3, 0.4, 0.5, 0.5, 1.0, 0.0]])
    )
    assert found["key_point_error"] == pytest.approx((0.5 + 0.0 + 1.0) / 3.0)
    box = Signal((4,), scale="box", low=0.0, high=1.0)
    found = metrics_for(MeanSquaredError(), box, box).compute(
        torch.tensor([[0.5, 0.5, 0.4, 0.2], [0.2, 0.2, 0.1, 0.1]]),
        torch.tensor([[0.6, 0.5, 0.4, 0.2], [0.8, 0.8, 0.1, 0.1]]),
    )
    assert found["box_iou"] == pytest.approx(0.5 * 0.3 / 0.5)


def test_labels() -> None:
    labels = Signal((4,), scale="probability", axes=("labels",), classes=("a", "b", "c", "d"), low=0.0, high=1.0)
    logits, right = drawn(50, 4), (drawn(50, 4, seed=1) > 0.0).float()
    found = metrics_for(BinaryCrossEntropy(), Signal((4,)), labels).compute(logits, right)
    whole = reference.classification.multilabel_exact_match(logits, right.int(), num_labels=4)
    single = reference.classification.multilabel_accuracy(logits, right.int(), num_labels=4, average="micro")
    assert found["exact_match"] == pytest.approx(float(whole)) and found["accuracy"] == pytest.approx(float(single))


@pytest.mark.parametrize("k", [1, 2, 5])
def test_top_k(k: int) -> None:
    scores, right = drawn(80, 7), torch.arange(80) % 7
    expected = reference.accuracy(scores, right, task="multiclass", num_classes=7, top_k=k, average="micro")
    (value,) = TopAccuracy(k=k).measure(scores, right).values()
    assert value == pytest.approx(float(expected))
    hot = torch.nn.functional.one_hot(right, 7).float()
    assert TopAccuracy(k=k).measure(scores, hot) == {f"top_{k}_accuracy": value}


@pytest.mark.parametrize(("boxes", "there"), [(1, 1), (5, 3)])
def test_mean_average_precision(boxes: int, there: int) -> None:
    pictures = 40
    generator = np.random.default_rng(3)
    kinds = generator.integers(-1 if there > 1 else 0, 3, (pictures, there))
    right = generator.uniform(0.2, 0.6, (pictures, there, 4))
    nearest = right[:, np.arange(boxes) % there]
    found = np.abs(nearest + generator.normal(0.0, 0.04, nearest.shape))
    scores = generator.normal(0.0, 1.0, (pictures, boxes, 3)) + 2.0 * np.eye(3)[kinds[:, np.arange(boxes) % there]]
    numbers = [torch.tensor(array) for array in (found, scores, right, kinds)]
    if boxes == 1:
        numbers = [tensor[:, 0] for tensor in numbers]
    value = MeanAveragePrecision().measure(*numbers)
    whole, half = by_coco(found, torch.tensor(scores).softmax(dim=-1).numpy(), right, kinds)
    assert value["mean_average_precision"] == pytest.approx(whole, abs=1e-6)
    assert value["average_precision_50"] == pytest.approx(half, abs=1e-6)


def by_coco(found: np.ndarray, shares: np.ndarray, right: np.ndarray, kinds: np.ndarray) -> tuple[float, float]:
    """Mean average precision as COCO's own evaluation has it, which torchmetrics wraps."""
    from pycocotools.coco import COCO
    from pycocotools.cocoeval import COCOeval

    def corner(box: np.ndarray) -> list[float]:
        across, down, wide, high = (1000.0 * box).tolist()
        return [across - wide / 2.0, down - high / 2.0, wide, high]

    truths = [
        {"image_id": image, "category_id": int(kinds[image, one]), "bbox": corner(right[image, one]), "iscrowd": 0,
         "area": float(1e6 * right[image, one, 2] * right[image, one, 3])}
        for image, one in np.ndindex(kinds.shape) if kinds[image, one] >= 0
    ]  # fmt: skip
    for number, truth in enumerate(truths, start=1):
        truth["id"] = number
    detections = [
        {"image_id": image, "category_id": int(shares[image, one].argmax()), "bbox": corner(found[image, one]),
         "score": float(shares[image, one].max())}
        for image, one in np.ndindex(found.shape[:2])
    ]  # fmt: skip
    with contextlib.redirect_stdout(io.StringIO()):
        known = COCO()
        known.dataset = {
            "images": [{"id": image} for image in range(len(kinds))], "annotations": truths,
            "categories": [{"id": kind} for kind in range(3)],
        }  # fmt: skip
        known.createIndex()
        judge = COCOeval(known, known.loadRes(detections), "bbox")
        judge.evaluate()
        judge.accumulate()
        judge.summarize()
    return float(judge.stats[0]), float(judge.stats[1])
