"""The form that suits the features of a dataset which declares none of its own."""

from __future__ import annotations

from playground.blocks.signal import PADDING
from playground.data.inputs.base import InputForm, Known
from playground.data.inputs.pictures import PictureForm
from playground.data.inputs.rows import number_rows
from playground.data.inputs.texts import TextForm


def usual_form(known: Known, *, ink: bool) -> InputForm | None:
    """A row for vectors, a picture for images of one or three channels, a text for tokens; None for all else."""
    signal = known.signal
    if signal.kind == "image" and len(signal.shape) == 3 and signal.shape[0] in (1, 3):
        channels, height, width = signal.shape
        return PictureForm(channels, height, width, ink)
    if signal.kind == "tokens" and signal.classes and len(signal.shape) == 1:
        return symbols_form(signal.classes, signal.shape[0])
    if signal.kind == "vector" and len(signal.shape) == 1:
        return number_rows(known)
    return None


def symbols_form(vocabulary: tuple[str, ...], length: int) -> TextForm:
    """Symbols side by side, or words with blanks between; padding fills up at the end where the vocabulary has it."""
    symbols = tuple(token for token in vocabulary if token != PADDING)
    single = all(len(token) == 1 for token in symbols)
    padded = PADDING in vocabulary
    return TextForm(
        vocabulary,
        length,
        "symbols" if single else "words",
        unspaced if single else str.split,
        "" if single else " ",
        "end" if padded else "none",
        vocabulary.index(PADDING) if padded else 0,
    )


def unspaced(text: str) -> list[str]:
    """The symbols of a text without the blanks between them."""
    return list("".join(text.split()))
