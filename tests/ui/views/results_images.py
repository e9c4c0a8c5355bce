"""Feature maps and kernels made by hand: a picture of a bar, two filters that find its edges, and pooling."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from playground.analysis.answers.adversarial_attack import AdversarialAttack, AttackedExamples
from playground.analysis.answers.learned_picture import LearnedPictures
from playground.analysis.answers.picture_answers import PictureAnswers, Said
from playground.analysis.inside.augmentation import AugmentedPictures
from playground.analysis.inside.convolution_ways import SIZES, WAYS, ConvolutionWays
from playground.analysis.inside.cost_table import CostTable, LayerCost
from playground.analysis.inside.feature_maps import FeatureMaps, ImageLayer
from playground.analysis.inside.kernels import Kernels, LayerKernels
from playground.analysis.inside.network_table import NetworkTable
from playground.analysis.inside.pruning import SHARES, BlockSparsity, PruningCurves
from playground.analysis.inside.sliding import Sliding
from playground.analysis.inside.unit_pictures import UnitPictures
from playground.analysis.shared.layer_answers import Answer
from playground.analysis.shared.pictures import regions
from playground.blocks.windows import Along
from playground.document.network_table import PUBLISHED
from playground.training.pruning import Prunable, Pruned

UPRIGHT = np.array([[1, 0, -1]] * 3, dtype=np.float32)
KERNELS = np.stack([UPRIGHT, UPRIGHT.T])[:, None]
BIASES = np.array([0.5, -0.25], dtype=np.float32)

def bar() -> np.ndarray:
    picture = np.zeros((1, 8, 8), dtype=np.float32)
    picture[0, 2:6, 3:5] = 1.0
    return picture


def layers() -> tuple[ImageLayer, ...]:
    picture = bar()
    sliding = Sliding("weigh", (Along(3, 1, 1),) * 2, "data", picture, "relu", KERNELS, BIASES)
    sums = [[[sliding.look(n, row, column).before for column in range(8)] for row in range(8)] for n in range(2)]
    edges = np.maximum(np.array(sums, dtype=np.float32), 0.0)
    pooled = edges.reshape(2, 4, 2, 4, 2).max(axis=(2, 4))
    deep = np.stack([KERNELS[:, 0], -KERNELS[:, 0], KERNELS[::-1, 0]])  # (3, 2, 3, 3)
    second = Sliding("weigh", (Along(3),) * 2, "pool", pooled, "identity", deep, None)
    last = [[[second.look(n, row, column).before for column in range(2)] for row in range(2)] for n in range(3)]
    return (
        ImageLayer("data", "Digits", picture, 1, True, None),
        ImageLayer("conv", "Conv2D 1", edges, 2, False, sliding),
        ImageLayer("pool", "Max pooling", pooled, 2, False, Sliding("largest", (Along(2, 2),) * 2, "conv", edges)),
        ImageLayer("deep", "Conv2D 2", np.array(last, dtype=np.float32), 40, False, second),
    )


def feature_maps(chosen: str = "") -> FeatureMaps:
    return FeatureMaps(layers(), chosen, "test", 4, 100, Answer("1", 0.93, "1"))


def kernels(chosen: str = "") -> Kernels:
    deep = layers()[3].sliding
    assert deep is not None and deep.kernels is not None
    return Kernels(
        (
            LayerKernels("conv", "Conv2D 1", KERNELS, BIASES, 2, 1),
            LayerKernels("deep", "Conv2D 2", deep.kernels, None, 40, 2),
        ),
        chosen,
        7,
    )


def augmented(examples: int = 3, versions: int = 5) -> AugmentedPictures:
    """The bar, and the same moved to the right by a pixel more from version to version."""
    originals = np.repeat(bar(), examples, axis=0)
    moved = np.stack([np.roll(originals, version, axis=2) for version in range(versions)], axis=1)
    changes = np.sqrt(np.square(moved - originals[:, None]).mean(axis=(2, 3)))
    rows = np.arange(examples) + 4
    return AugmentedPictures(originals, moved, rows, ("a", "b", "c")[:examples], ("Random crop", "Cutout"), changes)


def augmented_in_colour() -> AugmentedPictures:
    grey = augmented()
    colours = np.array([1.0, 0.5, 0.0], dtype=np.float32)
    return AugmentedPictures(
        grey.originals[..., None] * colours, grey.versions[..., None] * colours, grey.rows, (), grey.blocks,
        grey.changes,
    )  # fmt: skip


def picture_answers(said: Said, count: int = 5) -> PictureAnswers:
    """Answers of one kind about pictures of 6 × 6 pixels."""
    shown = np.linspace(0.0, 1.0, count * 108, dtype=np.float32).reshape(count, 6, 6, 3)
    values = np.arange(count * 36).reshape(count, 6, 6) % 3
    drawn = regions(values) if said == "regions" else shown if said == "picture" else shown[..., 0]
    marked = said in ("box", "points")
    marks = np.full((count, 4), 0.5) if said == "box" else np.full((count, 3, 2), 0.5)
    return PictureAnswers(
        said, shown, None if marked else drawn, None if marked else drawn,
        (marks, marks + 0.1) if marked else None, np.linspace(0.2, 0.9, count),
        np.linspace(20.0, 25.0, count) if said == "picture" else None, np.arange(count), "test", 0.55, 40, 2,
        ("ground", "a", "b") if said == "regions" else (),
    )  # fmt: skip


def learned_pictures() -> LearnedPictures:
    content, style = np.repeat(bar()[0][..., None], 3, axis=2), np.full((8, 8, 3), 0.25, dtype=np.float32)
    pictures = content, style, 0.5 * (content + style)
    return LearnedPictures(("Content", "Style", "Painted"), pictures, 1, np.array([[0.2, 0.1]]))


def answered_regions() -> PictureAnswers:
    return picture_answers("regions")


def answered_boxes() -> PictureAnswers:
    return picture_answers("box")


def answered_points() -> PictureAnswers:
    return picture_answers("points")


def answered_depth() -> PictureAnswers:
    return picture_answers("depth")


def answered_pictures() -> PictureAnswers:
    return picture_answers("picture")
def attacked(count: int = 4) -> AdversarialAttack:
    """The bar, attacked: every second example is misled."""
    originals = np.repeat(bar(), count, axis=0)
    changes = np.where(np.arange(8) % 2, 1.0, 0.0).astype(np.float32) * np.ones_like(originals)
    after = tuple("b" if number % 2 else "a" for number in range(count))
    examples = AttackedExamples(
        np.arange(count) + 2, originals, originals * 0.9, changes, ("a",) * count, ("a",) * count, after,
        np.linspace(0.6, 0.99, count, dtype=np.float32), np.linspace(0.4, 0.8, count, dtype=np.float32),
    )  # fmt: skip
    budgets = np.linspace(0.0, 0.3, 7)
    return AdversarialAttack(budgets, 0.95 - 2.5 * budgets, 0.1, 0.7, examples, "fgsm", "test", 256)


def attack_begun() -> AdversarialAttack:
    """Without pictures, two budgets done."""
    whole = attacked()
    empty = np.zeros((4, 0, 0), dtype=np.float32)
    accuracies = np.where(np.arange(7) < 2, whole.accuracies, np.nan)
    return replace(
        whole, accuracies=accuracies,
        examples=replace(whole.examples, originals=empty, attacked=empty, changes=empty),
    )  # fmt: skip


def pruning() -> PruningCurves:
    """Single weights may go up to half of them, whole filters hurt from the beginning."""
    shares = np.array(SHARES)
    scores = {"weights": np.where(shares <= 0.5, 0.97, 1.47 - shares), "filters": 0.97 - 0.8 * shares}
    blocks = BlockSparsity("Conv2D 1", 60, 72), BlockSparsity("Dense 1", 300, 640)
    what = Prunable(("conv.weight", "dense.weight"), {"conv.weight": "conv.bias"})
    return PruningCurves(
        shares, scores, "accuracy", "weights", 0.5, 0.97, 0.25, blocks, "test", 269, Pruned(what, "weights", 0.5)
    )


def pruning_begun() -> PruningCurves:
    """Of a network without hidden units, whose loss is shown."""
    whole = pruning()
    scores = {kind: np.full(len(SHARES), np.nan) for kind in whole.scores}
    scores["weights"][:2] = 0.2, 0.3
    return replace(whole, scores=scores, measure="loss", score=0.4, present=0.0, cannot="None here.")


def costs() -> CostTable:
    """A convolution of 12 filters on 32 × 32 pixels in colour, and a dense layer behind it."""
    convolution = LayerCost(
        "conv", "Conv2D", "12 × 32 × 32", 336, 331_776, 12_288, (3, 3), False, 37_761_024, 27, 3_072, 0, 0.2, 0.7
    )
    dense = LayerCost("dense", "Dense", "10", 122_890, 122_880, 10, (), True, forward=0.1, learning=0.3)
    total = LayerCost("dense", "all layers", "10", 123_226, 454_656, 12_298, (), True, forward=0.3, learning=1.0)
    return CostTable((convolution, dense), total, 2, 3_072, 1_000, 1)


def unit_pictures() -> UnitPictures:
    """Three units and their four strongest examples, of 8 × 8 pixels."""
    generator = np.random.default_rng(0)
    pictures = generator.random((3, 6, 8, 8)).astype(np.float32)
    frames = np.broadcast_to(np.array([1, 2, 5, 6]), (3, 4, 4))
    return UnitPictures(
        "Conv2D 1", (0, 1, 2), 6, np.arange(12).reshape(3, 4), np.ones((3, 4), np.float32), frames, pictures[:, :4],
        pictures[:, 4], np.ones(3, np.float32), pictures[:, 5] - 0.5, "test", 100,
    )  # fmt: skip


def networks() -> NetworkTable:
    """The published networks beside LeNet-5."""
    return NetworkTable(PUBLISHED, 61_706, 5)


def ways() -> ConvolutionWays:
    """Each way ten times slower than the one before; Winograd at 3 × 3 alone."""
    sizes = np.array(SIZES)
    times = {way: 0.01 * 10.0**number * sizes for number, way in enumerate(WAYS)}
    times["Winograd"] = np.where(sizes == 3, 0.02, np.nan)
    return ConvolutionWays(sizes, times, 2e-7, "3 × 20 × 20 to 4 maps", 1.0)
