"""What can be measured of a run beside its metrics: sizes, times, gradients, silent units, weights.

Each is a row of QUANTITIES: a name as in files and a function of the session and the blocks that are meant.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import torch

from playground.data.base import Dataset, Part
from playground.training.session.session import Session

EXAMPLES = 512
"""At most so many training examples are looked at."""

Values = dict[str, torch.Tensor]
"""First output of every block for some examples, (n, ...)."""


@dataclass(frozen=True)
class Measured:
    """A run that is measured."""

    session: Session
    nodes: Sequence[str]
    """The blocks that are meant: one, or all."""
    first: torch.Tensor
    """All parameters at the start, (P,)."""
    diverged: bool = False


@dataclass(frozen=True)
class Quantity:
    """A number of a run."""

    id: str
    title: str
    summary: str
    compute: Callable[[Measured], float]
    of_blocks: bool = True
    """Whether it can be asked of one block, by its name behind a dot."""


def _batch(session: Session, part: Part = "train") -> list[torch.Tensor]:
    return [tensor[:EXAMPLES] for tensor in session.evaluator.examples(part) or session.evaluator.train]


@torch.no_grad()
def _outputs(run: Measured, part: Part = "train") -> Values:
    """What the blocks give for the first examples of a part, outside of training."""
    session = run.session
    network = session.learner.model.network
    modes = [(module, module.training) for module in network.modules()]
    for module, _ in modes:
        module.training = False
    try:
        slots = network.run_batch(_batch(session, part))
    finally:
        for module, mode in modes:
            module.training = mode
    found = {}
    for name in run.nodes:
        block = session.report.blocks[name]
        if isinstance(block, Dataset) or not block.outputs or (name, block.outputs[0].name) not in network.slots:
            continue
        values = slots[network.slots[name, block.outputs[0].name]]
        if values.ndim > 1:  # no loss, which has one number for all examples
            found[name] = values
    return found


def _weights(run: Measured) -> list[torch.Tensor]:
    """The weight matrices of the blocks, without biases and gains."""
    flat, wanted = run.session.learner.model.flat, set(run.nodes)
    return [
        flat.view(place.name).detach() for place in flat.layout.places
        if place.node in wanted and len(place.shape) > 1
    ]  # fmt: skip


def gradient_norm(run: Measured) -> float:
    """Euclidean norm of the gradient of the loss on the training examples, of all parameters of the blocks."""
    model, wanted = run.session.learner.model, set(run.nodes)
    named = [(name, one) for name, one in model.network.named_parameters() if one.requires_grad]
    loss = model.network.total_loss(model.network.run_batch(_batch(run.session)))
    gradients = torch.autograd.grad(loss, [one for _, one in named], allow_unused=True)
    total = sum(
        float(slope.square().sum())
        for (name, _), slope in zip(named, gradients, strict=True)
        if slope is not None and name.split(".", 1)[0] in wanted
    )
    return math.sqrt(total)


def zero_activations(run: Measured) -> float:
    """Share of outputs that are exactly 0."""
    return _share([(values == 0) for values in _outputs(run).values()])


def dead_units(run: Measured) -> float:
    """Share of units that are 0 for every example."""
    return _share([(values == 0).flatten(2).all(2).all(0) if values.ndim > 2 else (values == 0).all(0)
                   for values in _outputs(run).values()])  # fmt: skip


def saturated_units(run: Measured) -> float:
    """Share of outputs nearer than .02 to 1 or -1, or for sigmoids to 0 or 1."""
    return _share([_at_flat_end(values) for values in _outputs(run).values()])


def _at_flat_end(values: torch.Tensor) -> torch.Tensor:
    low = 0.02 if float(values.min()) >= 0.0 else -0.98
    return (values > 0.98) | (values < low)


def output_spread(run: Measured) -> float:
    """Standard deviation of the outputs over examples, mean over units."""
    spreads = [values.float().flatten(1).std(0).mean() for values in _outputs(run).values()]
    return float(torch.stack(spreads).mean()) if spreads else math.nan


def zero_weights(run: Measured) -> float:
    """Share of weights that are exactly 0."""
    return _share([weights == 0 for weights in _weights(run)])


def weight_norm(run: Measured) -> float:
    """Euclidean norm of all weights, without biases."""
    return math.sqrt(sum(float(weights.square().sum()) for weights in _weights(run)))


def largest_weight(run: Measured) -> float:
    """Size of the largest weight."""
    return max((float(weights.abs().max()) for weights in _weights(run)), default=math.nan)


def unit_difference(run: Measured) -> float:
    """Largest distance between the incoming weights of two units of a block; 0 when all are the same."""
    rows = [weights.flatten(1) for weights in _weights(run)]
    return max((float(torch.cdist(each, each).max()) for each in rows), default=math.nan)


def confidence(run: Measured) -> float:
    """Mean probability of the answer that is given, on the test part (of the training part where there is none)."""
    return float(_probabilities(run).max(dim=1).values.mean())


def answer_entropy(run: Measured) -> float:
    """Mean entropy of the probabilities, in nats."""
    shares = _probabilities(run).clamp_min(1e-12)
    return float(-(shares * shares.log()).sum(dim=1).mean())


def _probabilities(run: Measured) -> torch.Tensor:
    """Of the classes, by the first thing that is compared with a target, (n, classes)."""
    output = run.session.report.comparisons()[0].prediction
    scale = run.session.report.signals[output].scale
    scores = _outputs(replace(run, nodes=[output[0]]), "test")[output[0]].float()
    scores = scores.movedim(1, -1).flatten(0, -2) if scores.ndim > 2 else scores
    if scale == "log-probability":
        return scores.exp()
    if scores.shape[1] > 1:
        return scores if scale == "probability" else torch.softmax(scores, dim=1)
    share = scores if scale == "probability" else torch.sigmoid(scores)
    return torch.cat([share, 1.0 - share], dim=1)


def _share(masks: Sequence[torch.Tensor]) -> float:
    count = sum(mask.numel() for mask in masks)
    return sum(float(mask.sum()) for mask in masks) / count if count else math.nan


def weight_change(run: Measured) -> float:
    """Euclidean distance of all parameters of the blocks from their start; exactly 0 for frozen blocks."""
    flat, wanted = run.session.learner.model.flat, set(run.nodes)
    parts = [
        (flat.values[place.start : place.stop] - run.first[place.start : place.stop]).square().sum()
        for place in flat.layout.places if place.node in wanted
    ]  # fmt: skip
    return math.sqrt(float(torch.stack(parts).sum())) if parts else 0.0


QUANTITIES: tuple[Quantity, ...] = (
    Quantity("parameters", "Parameters", "How many numbers the network learns.",
             lambda run: float(sum(run.session.report.parameters.get(name, 0) for name in run.nodes))),
    Quantity("seconds", "Seconds of learning", "Time spent with steps, measurements left out.",
             lambda run: run.session.seconds, of_blocks=False),
    Quantity("steps", "Steps", "Steps taken.", lambda run: float(run.session.step), of_blocks=False),
    Quantity("epochs", "Epochs", "Epochs done.", lambda run: run.session.epoch, of_blocks=False),
    Quantity("gradient_norm", "Norm of the gradient", "How strongly the loss pulls at the parameters.", gradient_norm),
    Quantity("zero_activations", "Zeros in the output", "Share of outputs that are exactly 0.", zero_activations),
    Quantity("dead_units", "Dead units", "Share of units that are 0 for every example.", dead_units),
    Quantity("saturated_units", "Saturated outputs", "Share of outputs at the flat ends.", saturated_units),
    Quantity("output_spread", "Spread of the output", "Standard deviation over examples.", output_spread),
    Quantity("zero_weights", "Zero weights", "Share of weights that are exactly 0.", zero_weights),
    Quantity("weight_norm", "Norm of the weights", "Euclidean norm of all weights.", weight_norm),
    Quantity("largest_weight", "Largest weight", "Size of the largest weight.", largest_weight),
    Quantity("unit_difference", "Difference of units", "0 when all units of a block are the same.", unit_difference),
    Quantity("confidence", "Confidence", "Mean probability of the answer that is given.", confidence),
    Quantity("answer_entropy", "Entropy of the answer", "How undecided the answers are, in nats.", answer_entropy),
    Quantity("weight_change", "Change of the weights", "Distance from the first weights.", weight_change),
    Quantity("diverged", "Ran away", "1 for a run whose numbers became infinite, else 0.",
             lambda run: float(run.diverged), of_blocks=False),
)  # fmt: skip

BY_ID = {quantity.id: quantity for quantity in QUANTITIES}
