"""What the blocks of augmentation do to pictures, against scipy, and that their random numbers follow the generator."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from scipy import ndimage

from playground.blocks.augmentation.base import Augmentation
from playground.blocks.augmentation.colours import ColourJitter, Cutout, turned_hues
from playground.blocks.augmentation.geometry import RandomAffine, RandomCrop, RandomFlip, moved_pictures
from playground.blocks.augmentation.mixing import Mixup
from playground.blocks.base import BlockError
from playground.blocks.signal import Signal
from tests.blocks.case import INDEX, VECTOR

PICTURE = Signal((3, 12, 9), kind="image")
EVERY = (
    RandomFlip(), RandomAffine(shear=20.0), RandomCrop(padding=3), ColourJitter(hue=30.0), Cutout(filling="noise"),
)  # fmt: skip
every_block = pytest.mark.parametrize("block", EVERY, ids=lambda block: block.id)


def pictures(count: int = 40, seed: int = 0) -> torch.Tensor:
    return torch.rand((count, *PICTURE.shape), generator=torch.Generator().manual_seed(seed))


def augmented(block: Augmentation, x: torch.Tensor, seed: int = 1) -> torch.Tensor:
    module = block.build(Signal(tuple(x.shape[1:]), kind="image")).train()
    module.generator = torch.Generator().manual_seed(seed)
    return module(x)  # type: ignore[no-any-return]


def moved(x: torch.Tensor, border: str = "edge", **by: float) -> torch.Tensor:
    numbers = {"angle": 0.0, "across": 0.0, "down": 0.0, "zoom": 1.0, "shear": 0.0, **by}
    each = {name: torch.full((len(x),), value, dtype=x.dtype) for name, value in numbers.items()}
    return moved_pictures(x, **each, border=border)


@every_block
def test_the_generator_alone_decides(block: Augmentation) -> None:
    x = pictures()
    torch.manual_seed(3)
    first = augmented(block, x)
    torch.manual_seed(4)
    assert torch.equal(first, augmented(block, x))
    assert not torch.equal(first, augmented(block, x, seed=2))


@every_block
def test_every_picture_is_changed_by_itself(block: Augmentation) -> None:
    x = pictures(1).expand(40, -1, -1, -1)
    changed = augmented(block, x)
    assert len(torch.unique(changed.flatten(1), dim=0)) >= (2 if isinstance(block, RandomFlip) else 20)


@pytest.mark.parametrize(("quarter", "angle"), [(1, 90.0), (2, 180.0), (-1, -90.0)])
def test_quarter_turns_are_exact(quarter: int, angle: float) -> None:
    x = pictures()[:, :, :9, :].double()
    turned = moved(x, angle=math.radians(angle))
    torch.testing.assert_close(turned, x.rot90(quarter, (-2, -1)), rtol=0.0, atol=1e-12)


def test_shifts_by_whole_pixels_move_the_pixels() -> None:
    x = pictures().double()
    shifted = moved(x, across=2.0, down=-3.0, border="zero")
    expected = torch.zeros_like(x)
    expected[:, :, :-3, 2:] = x[:, :, 3:, :-2]
    torch.testing.assert_close(shifted, expected, rtol=0.0, atol=1e-12)


@pytest.mark.parametrize(("border", "mode"), [("edge", "nearest"), ("zero", "grid-constant")])
def test_any_movement_is_what_scipy_reads(border: str, mode: str) -> None:
    x = pictures(3).double()
    angle, across, down, zoom, shear = 0.4, 1.3, -0.7, 1.2, 0.25
    found = moved(x, border, angle=angle, across=across, down=down, zoom=zoom, shear=shear)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])  # x to the right, y down
    forward = zoom * np.array([[1.0, np.tan(shear)], [0.0, 1.0]]) @ turn
    back = np.linalg.inv(forward)[::-1, ::-1]  # scipy counts rows first
    middle = (np.array(x.shape[-2:]) - 1.0) / 2.0
    offset = middle - back @ (middle + np.array([down, across]))
    for picture, result in zip(x.flatten(0, 1), found.flatten(0, 1), strict=True):
        expected = ndimage.affine_transform(picture.numpy(), back, offset, order=1, mode=mode)
        np.testing.assert_allclose(result.numpy(), expected, atol=1e-9)


def test_a_crop_is_a_piece_of_the_padded_picture() -> None:
    x = pictures()
    padded = np.pad(x.numpy(), ((0, 0), (0, 0), (3, 3), (3, 3)), mode="edge")
    seen = set()
    for number, cut in enumerate(augmented(RandomCrop(padding=3), x)):
        pieces = {
            (row, column): padded[number, :, row : row + 12, column : column + 9]
            for row in range(7) for column in range(7)
        }  # fmt: skip
        places = [place for place, piece in pieces.items() if np.array_equal(piece, cut.numpy())]
        assert places
        seen.update(places)
    assert len(seen) > 20 and {row for row, _ in seen} == set(range(7))


def test_as_many_pictures_are_mirrored_as_asked_for() -> None:
    x = pictures(2_000)
    flipped = augmented(RandomFlip(probability=0.3), x)
    mirrored = (flipped == x.flip(-1)).flatten(1).all(1)
    kept = (flipped == x).flatten(1).all(1)
    assert (mirrored ^ kept).all()
    assert mirrored.float().mean() == pytest.approx(0.3, abs=0.04)


def test_turned_hues_leave_grey_and_come_round() -> None:
    x = pictures().double()
    grey = x[:, :1].expand(-1, 3, -1, -1)
    third = torch.full((len(x),), 2.0 * math.pi / 3.0, dtype=torch.float64)
    torch.testing.assert_close(turned_hues(grey, third), grey)
    torch.testing.assert_close(turned_hues(x, third), x.roll(1, 1))  # red becomes green, green blue
    torch.testing.assert_close(turned_hues(x, 3.0 * third), x)


def test_jitter_does_not_depend_on_the_scaling_of_the_data() -> None:
    x = pictures().double()
    block = ColourJitter(hue=40.0)
    torch.testing.assert_close(augmented(block, 5.0 * x), 5.0 * augmented(block, x))
    light = ColourJitter(contrast=0.0, saturation=0.0)
    torch.testing.assert_close(augmented(light, 5.0 * x - 2.0), 5.0 * augmented(light, x) - 2.0)


def test_cutout_hides_one_square() -> None:
    x = pictures()
    changed = augmented(Cutout(size=0.5, filling="zero"), x)
    hidden = (changed == 0.0).all(1)  # (batch, height, width)
    assert torch.equal(torch.where(hidden[:, None], torch.zeros(()), x), changed)
    areas = hidden.flatten(1).sum(1)
    assert areas.max() == 4 * 5 or areas.max() == 5 * 5 or areas.max() == 4 * 4
    for one in hidden:
        rows, columns = one.any(1).nonzero().flatten(), one.any(0).nonzero().flatten()
        assert one.sum() == len(rows) * len(columns) == (rows[-1] - rows[0] + 1) * (columns[-1] - columns[0] + 1)


def test_mixup_mixes_examples_and_answers_in_the_same_shares() -> None:
    module = Mixup(alpha=1.0).build(VECTOR, INDEX).train()
    module.generator = torch.Generator().manual_seed(0)
    target = torch.arange(300) % 3
    x = torch.nn.functional.one_hot(target, 4).float()  # so that the shares can be read off the features
    mixed, answers = module(x, target)
    torch.testing.assert_close(mixed[:, :3], answers)
    torch.testing.assert_close(answers.sum(1), torch.ones(300))
    unlike = answers[answers.max(1).values < 1.0].max(1).values
    assert len(unlike) > 100 and 0.7 < unlike.mean() < 0.8  # the larger share of two, evenly drawn: 3 / 4
    rested, one_hot = module.eval()(x, target)
    assert torch.equal(rested, x) and torch.equal(one_hot.argmax(1), target)


def test_a_rim_that_cannot_be_mirrored_is_refused_with_a_fix() -> None:
    block = RandomCrop(padding=9, border="mirror")
    with pytest.raises(BlockError, match="only 12 × 9") as refused:
        block.expect(PICTURE)
    for fix in refused.value.fixes:
        RandomCrop.model_validate({**block.parameters(), **fix.parameters}).expect(PICTURE)
