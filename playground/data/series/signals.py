"""Signals in one dimension with a class each: tones, seen as a wave or as a spectrogram, and sequences of DNA."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import field_validator

from playground.blocks.signal import Signal
from playground.data.base import ClassDataset, Dataset, Examples
from playground.data.images.digits import IMAGE_AXES
from playground.data.images.painting import Floats
from playground.data.inputs.base import InputForm, Known
from playground.data.inputs.series import SeriesForm
from playground.data.inputs.texts import LettersForm
from playground.data.inputs.usual import unspaced
from playground.document.declaration import parameter

TONES = ("steady", "rising", "falling", "trill", "two tones", "knocks")
BASES = "ACGT"
BACKGROUND = "none"
WINDOW, HOP = 64, 32
"""Samples of one column of a spectrogram, and from one to the next."""


class Tones(ClassDataset):
    """Short sounds."""

    id: ClassVar[str] = "tones"
    title: ClassVar[str] = "Tones"
    summary: ClassVar[str] = "Short sounds of any pitch: steady, rising, falling, trilling, two at once, or knocks."
    question: ClassVar[str] = "What does the tone do?"
    topic: ClassVar[str] = "Signals"
    ink: ClassVar[bool] = False

    view: Literal["wave", "spectrogram"] = parameter(
        "wave", label="Given as", help="The wave itself, sample by sample; or how loud each pitch is at each time."
    )
    samples: Literal[256, 512, 1024] = parameter(512, help="Samples of a sound.")
    noise: float = parameter(0.2, ge=0.0, le=2.0, help="Standard deviation of the noise over each sample.")
    examples: int = parameter(
        1_500, ge=60, le=20_000, logarithmic=True, help="How many sounds to make for all three parts."
    )

    def class_names(self) -> tuple[str, ...]:
        return TONES

    def feature_signal(self) -> Signal:
        if self.view == "wave":
            return Signal((self.samples, 1), kind="series", axes=("time", "features"))
        columns = (self.samples - WINDOW) // HOP + 1
        found = Signal((1, WINDOW // 2, columns), kind="image", axes=IMAGE_AXES)
        return found.but(low=0.0, high=1.0) if self.scaling == "none" else found

    def input_form(self, known: Known) -> InputForm | None:
        if self.view == "spectrogram":
            return super().input_form(known)
        return SeriesForm(self.samples, "loudness", "samples", False, 0.0, 1.0, goes_on=False)

    def subtitle(self) -> str:
        return f"{self.examples} sounds of {self.samples} samples"

    def generate(self, generator: np.random.Generator) -> Examples:
        numbers: NDArray[np.int64] = np.sort(np.arange(self.examples, dtype=np.int64) % len(TONES))
        waves = sounds(numbers, self.samples, generator)
        waves += self.noise * generator.standard_normal(waves.shape, dtype=np.float32)
        features = waves[:, :, None] if self.view == "wave" else spectrograms(waves)[:, None]
        return Examples(features, numbers, (), TONES)


def sounds(numbers: NDArray[np.int64], samples: int, generator: np.random.Generator) -> Floats:
    """Waves (n, samples) from about −1 to 1. A pitch is in turns a sample, so that 0.5 is the highest there is."""
    count = len(numbers)
    time = np.linspace(0.0, 1.0, samples, dtype=np.float32)[None]
    pitch = generator.uniform(0.08, 0.28, (count, 1)).astype(np.float32)
    slope = np.array([0.0, 1.0, -1.0, 0.0, 0.0, 0.0], dtype=np.float32)[numbers][:, None]
    bend = 1.0 + slope * generator.uniform(0.3, 0.6, (count, 1)).astype(np.float32) * (time - 0.5)
    trill = (numbers == 3)[:, None] * 0.25 * np.sign(np.sin(2.0 * np.pi * 6.0 * time))
    phase = 2.0 * np.pi * (np.cumsum(pitch * (bend + trill), axis=1) + generator.uniform(0.0, 1.0, (count, 1)))
    wave = np.sin(phase)
    second = np.sin(phase * generator.uniform(1.25, 1.6, (count, 1)))
    wave = np.where((numbers == 4)[:, None], 0.5 * (wave + second), wave)
    knock = np.exp(-6.0 * ((generator.uniform(4.0, 6.0, (count, 1)) * time) % 1.0))
    wave = np.where((numbers == 5)[:, None], wave * knock, wave)
    return (wave * generator.uniform(0.5, 1.0, (count, 1))).astype(np.float32)


def spectrograms(waves: Floats) -> Floats:
    """How loud each pitch is at each time, (n, 32, columns) from 0 to 1, high pitches on top; 80 dB lie between."""
    windows = np.lib.stride_tricks.sliding_window_view(waves, WINDOW, axis=1)[:, ::HOP]  # (n, columns, WINDOW)
    size = np.abs(np.fft.rfft(windows * np.hanning(WINDOW).astype(np.float32), axis=2))[:, :, 1:]
    loud = 1.0 + np.log10(np.maximum(size / (WINDOW / 4.0), 1e-4)) / 4.0
    return np.clip(loud.transpose(0, 2, 1)[:, ::-1], 0.0, 1.0).astype(np.float32)


class DnaMotifs(ClassDataset):
    """Sequences of DNA, in some of which a motif is hidden."""

    id: ClassVar[str] = "dna-motifs"
    title: ClassVar[str] = "DNA motifs"
    summary: ClassVar[str] = "Random sequences of A, C, G and T; in all classes but one a motif is hidden somewhere."
    question: ClassVar[str] = "Which motif is hidden in a sequence?"
    topic: ClassVar[str] = "Signals"

    motifs: str = parameter(
        "TATAAA GGGCGG", max_length=200, help="Motifs of 3 to 12 letters A, C, G and T, with blanks between."
    )
    length: int = parameter(60, ge=20, le=400, help="Letters of a sequence.")
    mutation: float = parameter(0.05, ge=0.0, le=0.5, help="Chance that a letter of the motif is another one.")
    examples: int = parameter(
        2_000, ge=60, le=20_000, logarithmic=True, help="How many sequences to make for all three parts."
    )

    @field_validator("motifs")
    @classmethod
    def _known_letters(cls, text: str) -> str:
        found = list(dict.fromkeys(text.upper().replace(",", " ").split()))
        if not found or len(found) > 9 or any(not 3 <= len(one) <= 12 or set(one) - set(BASES) for one in found):
            raise ValueError("write from 1 to 9 motifs of 3 to 12 letters A, C, G and T, such as “TATAAA GGGCGG”")
        return " ".join(found)

    def class_names(self) -> tuple[str, ...]:
        return (BACKGROUND, *self.motifs.split())

    def feature_signal(self) -> Signal:
        if self.scaling == "none":
            return Signal((self.length, len(BASES)), kind="series", axes=("time", "features"), low=0.0, high=1.0)
        return Signal((self.length, len(BASES)), kind="series", axes=("time", "features"))

    def input_form(self, known: Known) -> InputForm:
        return LettersForm(tuple(BASES), self.length, "letters", unspaced)

    def subtitle(self) -> str:
        return f"{self.examples} sequences of {self.length}"

    def generate(self, generator: np.random.Generator) -> Examples:
        numbers: NDArray[np.int64] = np.sort(np.arange(self.examples, dtype=np.int64) % len(self.class_names()))
        letters = generator.integers(0, len(BASES), (self.examples, self.length))
        for number, motif in enumerate(self.motifs.split()):
            rows = np.flatnonzero(numbers == number + 1)
            start = generator.integers(0, self.length - len(motif) + 1, (len(rows), 1))
            exact = np.array([BASES.index(letter) for letter in motif])
            other = generator.integers(0, len(BASES), (len(rows), len(motif)))
            changed = generator.uniform(0.0, 1.0, other.shape) < self.mutation
            letters[rows[:, None], start + np.arange(len(motif))] = np.where(changed, other, exact)
        return Examples(np.eye(len(BASES), dtype=np.float32)[letters], numbers, tuple(BASES), self.class_names())



DATASETS: tuple[type[Dataset], ...] = (Tones, DnaMotifs)
