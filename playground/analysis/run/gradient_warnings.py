"""Warnings in words about gradients and units: which blocks, how bad, and what to try."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

VANISHING = 1e-6
"""A gradient this small teaches nothing."""
CONTRAST = 100.0
"""It vanishes only where others are so many times larger; all small together means that the loss has settled."""
EXPLODING = 10.0
"""A gradient this long, and longer than the weights themselves, is a danger."""
TOO_LARGE_STEP = 0.25
"""Steps of more than this part of the weights throw them about."""
NEAR_NAN = 1e15
SETTLED = 1e-3
"""Under this loss no gradient is no fault."""
DEAD_SHARE = 0.2
"""Some units are always dead; from this share of a layer on it is said."""
SATURATED_SHARE = 0.75

Kind = Literal["vanishing", "none", "exploding", "dead", "saturated", "copies"]
ADVICE: Mapping[Kind, str] = {
    "vanishing": "Try ReLU instead of sigmoid or tanh, He or Xavier initialization, batch normalization between the "
    "layers, or a skip connection with Add.",
    "none": "Weights of zero or dead units after it block the way back. Try random first weights (Xavier or He).",
    "exploding": "Clip the gradient by its norm (Training), lower the learning rate, or scale the target.",
    "dead": "Try leaky ReLU, He initialization or a lower learning rate.",
    "saturated": "Try smaller first weights (Xavier), batch normalization before it, scaled inputs, or ReLU.",
    "copies": "Units that start alike get the same gradient for ever. Start with random weights (Xavier or He).",
}


STUCK = (
    "The answer is saturated, or all units of a layer are dead. Rewind, and try clipping, a lower learning rate or "
    "other first weights."
)


@dataclass(frozen=True, slots=True)
class LayerFacts:
    """What is known of one block now, in the order from the data to the loss; NaN where it is not known."""

    node: str
    title: str
    gradient: float = math.nan
    """Norm of the gradient of its weights."""
    weights: float = math.nan
    update: float = math.nan
    activation: str = ""
    settable: bool = False
    """Whether the activation is a parameter of the block."""
    last: bool = False
    """Whether a loss follows at once: a sure answer is saturated, and rightly so."""
    dead: float = math.nan
    saturated: float = math.nan
    units: int = 0
    copies: int = 0
    """Units with the weights of another."""
    behind: frozenset[str] | None = None
    """The layers between it and the loss; None for all others: side by side nothing is lost on the way."""
    alone: bool = False
    """Whether no layer lies before or behind it; then nothing can grow from layer to layer."""


@dataclass(frozen=True, slots=True)
class Warning:
    """One thing that goes wrong."""

    kind: Kind
    nodes: tuple[str, ...]
    sentence: str
    advice: str
    """What to try."""
    fix: str = ""
    """What a button can say that does it; empty where it takes more than parameters of blocks."""
    edits: tuple[tuple[str, Mapping[str, Any]], ...] = ()
    """What the button does: parameters by node."""
    brief: str = ""
    """The sentence without its numbers, for a line that is short of room."""


def warnings(layers: Sequence[LayerFacts], *, clipped: bool = False, loss: float = math.inf) -> tuple[Warning, ...]:
    """Everything that goes wrong, the gravest first.

    `clipped` when no step can be long, however long the gradient; `loss` is that of now: at 0 nothing is left to learn.
    """
    of_gradients = (*_exploding(layers, clipped), *_vanishing(layers, loss))
    return (*of_gradients, *_dead(layers), *_saturated(layers), *_copies(layers))


def _exploding(layers: Sequence[LayerFacts], clipped: bool) -> list[Warning]:
    bad = [layer for layer in layers if _explodes(layer, clipped)]
    if not bad:
        return []
    worst = max(bad, key=lambda layer: layer.gradient if math.isfinite(layer.gradient) else math.inf)
    near = " NaN is near." if not worst.gradient < NEAR_NAN else ""
    step = f", and a step is {_times(worst.update / worst.weights)} as long as its weights" if _moves(worst) else ""
    words = f"The gradient explodes: {_gets(worst)}{step}.{near}"
    brief = f"The gradient explodes in {_names(bad)}."
    return [Warning("exploding", _nodes(bad), words, ADVICE["exploding"], brief=brief)]


def _explodes(layer: LayerFacts, clipped: bool) -> bool:
    if math.isinf(layer.gradient) or layer.gradient >= NEAR_NAN:
        return True
    if layer.alone or not layer.gradient >= max(EXPLODING, layer.weights):
        return False
    # A huge gradient that clipping or a small rate has made a small step does no harm.
    return layer.update > TOO_LARGE_STEP * layer.weights if _moves(layer) else not clipped


def _moves(layer: LayerFacts) -> bool:
    return layer.update > 0.0 and layer.weights > 0.0


def _vanishing(layers: Sequence[LayerFacts], loss: float) -> list[Warning]:
    greatest = max((layer.gradient for layer in layers if math.isfinite(layer.gradient)), default=0.0)
    if greatest <= 0.0:
        known = [layer for layer in layers if layer.gradient == 0.0]
        words = "No layer gets any gradient: nothing is learned any more."
        stuck = loss > SETTLED and any(not layer.alone for layer in known)
        return [Warning("none", _nodes(known), words, STUCK)] if stuck else []
    found: list[Warning] = []
    blocked = [layer for layer in layers if layer.gradient == 0.0 and _greatest_behind(layer, layers) > 0.0]
    if blocked:
        brief = f"No gradient at all reaches {_names(blocked)}"
        words = f"{brief}: {_learns(blocked)} nothing."
        found.append(Warning("none", _nodes(blocked), words, ADVICE["none"], brief=f"{brief}."))
    faint = [
        layer for layer in layers
        if 0.0 < layer.gradient < min(VANISHING, _greatest_behind(layer, layers) / CONTRAST)
    ]  # fmt: skip
    if faint:
        least = min(faint, key=lambda layer: layer.gradient)
        brief = f"The gradient vanishes in {_names(faint)}"
        words = f"{brief}: {_gets(least)}, under 0.000001."
        squashing = [layer for layer in layers if layer.activation in ("sigmoid", "tanh") and not layer.last]
        swap = _swap(squashing, "relu", "ReLU")
        found.append(Warning("vanishing", _nodes(faint), words, ADVICE["vanishing"], *swap, brief=f"{brief}."))
    return found


def _greatest_behind(layer: LayerFacts, layers: Sequence[LayerFacts]) -> float:
    """The greatest gradient on the way from a layer to the loss."""
    sizes = (other.gradient for other in layers if layer.behind is None or other.node in layer.behind)
    return max((size for size in sizes if math.isfinite(size)), default=0.0)


def _dead(layers: Sequence[LayerFacts]) -> list[Warning]:
    bad = sorted((layer for layer in layers if layer.dead >= DEAD_SHARE), key=lambda layer: -layer.dead)
    if not bad:
        return []
    shares = [
        f"{_percent(layer.dead)} of {layer.title} ({round(layer.dead * layer.units)} of {layer.units})" for layer in bad
    ]
    words = f"Dead units, which give 0 for all examples: {_listed(shares)}."
    swap, brief = _swap(bad, "leaky-relu", "leaky ReLU"), f"Dead units in {_names(bad)}."
    return [Warning("dead", _nodes(bad), words, ADVICE["dead"], *swap, brief=brief)]


def _saturated(layers: Sequence[LayerFacts]) -> list[Warning]:
    found = (layer for layer in layers if layer.saturated >= SATURATED_SHARE and not layer.last)
    bad = sorted(found, key=lambda layer: -layer.saturated)
    if not bad:
        return []
    shares = [f"{_percent(layer.saturated)} of {layer.title} ({layer.activation})" for layer in bad]
    words = f"Saturated values, where the activation is flat and hardly any gradient passes: {_listed(shares)}."
    swap, brief = _swap(bad, "relu", "ReLU"), f"Saturated values in {_names(bad)}."
    return [Warning("saturated", _nodes(bad), words, ADVICE["saturated"], *swap, brief=brief)]


def _swap(
    layers: Sequence[LayerFacts], activation: str, words: str
) -> tuple[str, tuple[tuple[str, Mapping[str, Any]], ...]]:
    """What a button says and does that exchanges the activation of these layers, where that is a parameter."""
    can = [layer for layer in layers if layer.settable]
    if not can:
        return "", ()
    return f"Use {words} in {_names(can)}", tuple((layer.node, {"activation": activation}) for layer in can)


def _copies(layers: Sequence[LayerFacts]) -> list[Warning]:
    found = []
    for layer in layers:
        if layer.copies:
            count = "All" if layer.copies == layer.units else f"{layer.copies} of the"
            brief = f"{count} {layer.units} units of {layer.title} are copies of each other"
            words = f"{brief}: they do the work of one."
            found.append(Warning("copies", (layer.node,), words, ADVICE["copies"], brief=f"{brief}."))
    return found


# Words ----------------------------------------------------------------------------------------------------------------


def _nodes(layers: Sequence[LayerFacts]) -> tuple[str, ...]:
    return tuple(layer.node for layer in layers)


def _listed(parts: Sequence[str], most: int = 3) -> str:
    more = f" and {len(parts) - most} more" if len(parts) > most else ""
    return ", ".join(parts[:most]) + more


def _names(layers: Sequence[LayerFacts]) -> str:
    if len(layers) < 3:
        return " and ".join(layer.title for layer in layers)
    return f"{layers[0].title} … {layers[-1].title}"


def _learns(layers: Sequence[LayerFacts]) -> str:
    return "it learns" if len(layers) == 1 else "they learn"


def _gets(layer: LayerFacts) -> str:
    return f"{layer.title} gets {short(layer.gradient)}"


def _times(ratio: float) -> str:
    return f"{ratio:.0%}" if ratio < 2 else f"{ratio:.0f} times" if ratio < 1000 else f"{short(ratio)} times"


def _percent(share: float) -> str:
    return f"{share:.0%}"


def short(number: float) -> str:
    """A number of any size in few characters: 0.012, 3.2e-9, 4.1e5."""
    if not math.isfinite(number):
        return "no finite number"
    if number == 0 or 1e-3 <= abs(number) < 1e4:
        return f"{number:.{4 if abs(number) >= 1e3 else 3}g}"
    mantissa, _, exponent = f"{number:.1e}".partition("e")
    return f"{mantissa}e{int(exponent)}".replace("-", "−")
