"""From one vector to a sequence: a melody of which only its shape, its first note and its pace are told."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from playground.blocks.signal import Signal
from playground.data.base import Dataset, Examples
from playground.data.inputs.base import InputForm, Known
from playground.data.inputs.rows import ChoiceField, RowForm
from playground.document.declaration import parameter

SHAPES = ("rising", "falling", "arch", "valley", "thirds", "trill")
STARTS = 8
"""First notes that there are: those of an octave of C major."""
PACES = (1, 2)
"""Steps that a note may last."""
NOTES = (*(f"{name}{octave}" for octave in (3, 4, 5) for name in "CDEFGAB"), "C6")
"""The white keys of three octaves; the first notes lie from C4 to C5."""
LOWEST_START = 7


class Melody(Dataset):
    """A shape, a first note and a pace, each as a one among zeros; the target is the note of every step."""

    id: ClassVar[str] = "melody"
    title: ClassVar[str] = "Melody from a shape"
    summary: ClassVar[str] = (
        "One vector in, a sequence out: from shape, first note and pace of a melody to the note of every step."
    )
    question: ClassVar[str] = "Which notes does a melody of this shape have?"

    length: int = parameter(8, ge=2, le=64, help="Steps of each melody.")
    wrong_notes: float = parameter(
        0.0, ge=0.0, le=0.9, label="Wrong notes", help="Share of the notes that are one of all by chance."
    )
    examples: int = parameter(
        600, ge=200, le=20_000, logarithmic=True, help="How many melodies to make for all three parts."
    )

    def subtitle(self) -> str:
        return f"{len(SHAPES)} shapes · {self.length} steps"

    def signals(self) -> tuple[Signal, ...]:
        width = len(SHAPES) + STARTS + len(PACES)
        features = Signal((width,), axes=("features",), low=0.0, high=1.0)
        return features, Signal((self.length,), kind="tokens", scale="index", axes=("time",), classes=NOTES)

    def input_form(self, known: Known) -> InputForm:
        starts = NOTES[LOWEST_START : LOWEST_START + STARTS]
        return RowForm((
            ChoiceField("shape", None, SHAPES),
            ChoiceField("first note", None, starts),
            ChoiceField("steps a note", None, tuple(map(str, PACES))),
        ))  # fmt: skip

    def generate(self, generator: np.random.Generator) -> Examples:
        shapes = np.arange(self.examples) % len(SHAPES)
        starts = generator.integers(STARTS, size=self.examples)
        paces = generator.integers(len(PACES), size=self.examples)
        beats = np.arange(self.length)[None] // np.array(PACES)[paces][:, None]
        notes = np.clip(LOWEST_START + starts[:, None] + moves(shapes, beats), 0, len(NOTES) - 1)
        wrong = generator.random(notes.shape) < self.wrong_notes
        notes = np.where(wrong, generator.integers(len(NOTES), size=notes.shape), notes)
        coded = [np.eye(count, dtype=np.float32)[chosen] for count, chosen in
                 ((len(SHAPES), shapes), (STARTS, starts), (len(PACES), paces))]  # fmt: skip
        names = (*SHAPES, *NOTES[LOWEST_START : LOWEST_START + STARTS], *(f"pace {pace}" for pace in PACES))
        return Examples(np.hstack(coded), notes, names)


def moves(shapes: NDArray[np.int64], beats: NDArray[np.int64]) -> NDArray[np.int64]:
    """How many keys above the first note each beat lies, (n, steps), for the numbers of the shapes (n,)."""
    turned = 3 - np.abs(beats % 7 - 3)  # 0 1 2 3 2 1 0, again and again
    thirds = beats // 2 + 2 * (beats % 2)  # up a third, back by one
    kinds = np.stack([beats, -beats, turned, -turned, thirds, beats % 2])  # (shapes, n, steps)
    return np.asarray(np.take_along_axis(kinds, shapes[None, :, None], axis=0)[0])


DATASETS: tuple[type[Dataset], ...] = (Melody,)
