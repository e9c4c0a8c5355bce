"""Eighteen networks for ImageNet as the documentation of Keras publishes them (keras.io/api/applications)."""

from __future__ import annotations

from typing import NamedTuple


class Published(NamedTuple):
    """A row of the table, as published."""

    title: str
    parameters: int
    """Running statistics count, too."""
    top1: float
    """Share of the validation pictures whose class is the first answer."""
    top5: float
    depth: int
    """Of layers, those without weights count in part: 16 of VGG-16, but 107 of ResNet-50."""
    processor: float
    """Milliseconds for one picture on a processor, in batches of 32."""
    graphics: float
    """The same on a graphics card."""
    known: str = ""
    """The id of the network in `resources/networks`; empty where there is none."""

    @property
    def megabytes(self) -> float:
        """Of the parameters in single precision."""
        return self.parameters * 4 / 2**20


PUBLISHED = (
    Published("Xception", 22_910_480, 0.790, 0.945, 81, 109.4, 8.1, "xception"),
    Published("VGG-16", 138_357_544, 0.713, 0.901, 16, 69.5, 4.2, "vgg-16"),
    Published("VGG-19", 143_667_240, 0.713, 0.900, 19, 84.8, 4.4, "vgg-19"),
    Published("ResNet-50", 25_636_712, 0.749, 0.921, 107, 58.2, 4.6, "resnet-50"),
    Published("ResNet-101", 44_707_176, 0.764, 0.928, 209, 89.6, 5.2, "resnet-101"),
    Published("ResNet-152", 60_419_944, 0.766, 0.931, 311, 127.4, 6.5, "resnet-152"),
    Published("ResNet-50 v2", 25_613_800, 0.760, 0.930, 103, 45.6, 4.4),
    Published("ResNet-101 v2", 44_675_560, 0.772, 0.938, 205, 72.7, 5.4),
    Published("ResNet-152 v2", 60_380_648, 0.780, 0.942, 307, 107.5, 6.6),
    Published("Inception v3", 23_851_784, 0.779, 0.937, 189, 42.2, 6.9, "inception-v3"),
    Published("Inception-ResNet v2", 55_873_736, 0.803, 0.953, 449, 130.2, 10.0),
    Published("MobileNet v1", 4_253_864, 0.704, 0.895, 55, 22.6, 3.4, "mobilenet-v1"),
    Published("MobileNet v2", 3_538_984, 0.713, 0.901, 105, 25.9, 3.8, "mobilenet-v2"),
    Published("DenseNet-121", 8_062_504, 0.750, 0.923, 242, 77.1, 5.4, "densenet-121"),
    Published("DenseNet-169", 14_307_880, 0.762, 0.932, 338, 96.4, 6.3, "densenet-169"),
    Published("DenseNet-201", 20_242_984, 0.773, 0.936, 402, 127.2, 6.7, "densenet-201"),
    Published("NASNet mobile", 5_326_716, 0.744, 0.919, 389, 27.0, 6.7),
    Published("NASNet large", 88_949_818, 0.825, 0.960, 533, 344.5, 20.0),
)
"""In the order in which they were published as families."""
