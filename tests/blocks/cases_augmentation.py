"""Cases for the blocks that change pictures while training."""

from __future__ import annotations

from playground.blocks.augmentation import colours, geometry, mixing
from tests.blocks.case import IMAGE, INDEX, ONE, ONE_HOT, SERIES, VECTOR, Case, same

CASES: tuple[Case, ...] = (
    same(geometry.RandomFlip(), IMAGE, changed=geometry.RandomFlip(mirror="both", probability=0.9)),
    same(geometry.RandomAffine(), IMAGE, changed=geometry.RandomAffine(rotation=90.0, shear=5.0, border="zero")),
    same(geometry.RandomAffine(rotation=0.0, shift=0.0, zoom=0.0), IMAGE),
    same(geometry.RandomCrop(padding=2), IMAGE, changed=geometry.RandomCrop(padding=3, border="zero")),
    same(colours.ColourJitter(hue=20.0), IMAGE, changed=colours.ColourJitter(brightness=0.5, saturation=0.0)),
    same(colours.Cutout(), IMAGE, changed=colours.Cutout(size=0.8, filling="noise")),
    Case(mixing.Mixup(), (VECTOR, INDEX), (4,), changed=mixing.Mixup(alpha=2.0)),
    *(Case(mixing.Mixup(), (arriving, target), arriving.shape)
      for arriving, target in ((IMAGE, ONE_HOT), (SERIES, INDEX), (VECTOR, ONE))),
)  # fmt: skip
