"""Slopes of the loss: how strongly it pulls, how much it hangs on chance, how narrow the valley is."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch

from playground.blocks.signal import Signal
from playground.experiments.quantities.base import Measured, batch, calm
from playground.training.session.session import Session

ROUNDS = 30
"""Products with the Hessian, after which the largest eigenvalue is known well enough to compare."""
DRAWN = 32
"""Batches from which the spread of their gradients is estimated."""
ATTACK = 0.1
"""How far each number of an example may be moved by an attack."""


def gradient_norm(run: Measured) -> float:
    """Euclidean norm of the gradient of the loss on the training examples, of all parameters of the blocks."""
    gradients = _gradients(run.session, batch(run.session), run.nodes)
    return math.sqrt(sum(float(slope.square().sum()) for slope in gradients))


def _learning(session: Session, nodes: Sequence[str]) -> list[torch.Tensor]:
    """The parameters of the blocks that learn."""
    wanted = set(nodes)
    named = session.learner.model.network.named_parameters()
    return [one for name, one in named if one.requires_grad and name.split(".", 1)[0] in wanted]


def _gradients(session: Session, examples: Sequence[torch.Tensor], nodes: Sequence[str]) -> list[torch.Tensor]:
    network, learning = session.learner.model.network, _learning(session, nodes)
    if not learning:
        return []
    loss = network.total_loss(network.run_batch(examples))
    slopes = torch.autograd.grad(loss, learning, allow_unused=True)
    return [slope for slope in slopes if slope is not None]


def gradient_noise(run: Measured) -> float:
    """How far the gradients of single batches lie from that of all examples, as a share of its size.

    The root of the mean squared distance over batches of the size that is trained with; 0 where a batch is everything.
    """
    session = run.session
    examples = batch(session)
    count = len(examples[0])
    size = session.project.training.rows_in_step or count
    if size >= count:
        return 0.0
    whole = _flat(session, examples, run)
    generator = torch.Generator().manual_seed(0)
    squares = []
    for _ in range(DRAWN):
        chosen = torch.randperm(count, generator=generator)[:size]
        squares.append(float((_flat(session, [one[chosen] for one in examples], run) - whole).square().sum()))
    return math.sqrt(sum(squares) / DRAWN) / max(float(whole.norm()), 1e-12)


def _flat(session: Session, examples: Sequence[torch.Tensor], run: Measured) -> torch.Tensor:
    slopes = _gradients(session, examples, run.nodes)
    return torch.cat([slope.flatten() for slope in slopes]) if slopes else torch.zeros(1)


def sharpness(run: Measured) -> float:
    """The eigenvalue of the Hessian of the training loss that is largest in size, by power iteration.

    Of the parameters of the blocks alone; products with the Hessian as in Pearlmutter 1994.
    """
    session = run.session
    network, learning = session.learner.model.network, _learning(session, run.nodes)
    if not learning:
        return 0.0
    with calm(session), torch.enable_grad():
        loss = network.total_loss(network.run_batch(batch(session)))
        slopes = torch.autograd.grad(loss, learning, create_graph=True, allow_unused=True)
        slope = torch.cat([one.flatten() for one in slopes if one is not None])
        if not slope.requires_grad:  # The loss is linear in them.
            return 0.0
        generator = torch.Generator().manual_seed(0)
        direction = torch.randn(len(slope), generator=generator, dtype=slope.dtype)
        size = 0.0
        for _ in range(ROUNDS):
            direction = direction / direction.norm().clamp_min(1e-30)
            product = torch.autograd.grad(slope @ direction, learning, retain_graph=True, materialize_grads=True)
            bent = torch.cat([one.flatten() for one in product])
            size, direction = float(bent @ direction), bent
    return size


def attacked_accuracy(run: Measured) -> float:
    """Accuracy on test examples of which every number was moved by .1, each in the direction that raises the loss.

    The fast gradient sign method of Goodfellow, Shlens and Szegedy 2015, on the features as the network gets them.
    """
    session = run.session
    network, report = session.learner.model.network, session.report
    examples = list(batch(session, "test"))
    comparison = report.comparisons()[0]
    place = network.feed_outputs.index((report.data_nodes()[0], "features"))
    if not examples[place].is_floating_point():
        return math.nan
    with calm(session), torch.enable_grad():
        features = examples[place].clone().requires_grad_(True)
        examples[place] = features
        loss = network.total_loss(network.run_batch(examples))
        slope = torch.autograd.grad(loss, features)[0]
    with calm(session), torch.no_grad():
        examples[place] = features + ATTACK * slope.sign()
        slots = network.run_batch(examples)
    said, asked = (
        _classes(slots[network.slots[output]], report.signals[output])
        for output in (comparison.prediction, comparison.target)
    )
    return float((said == asked).float().mean())


def _classes(values: torch.Tensor, signal: Signal) -> torch.Tensor:
    """Class numbers (n,) from scores (n, classes), from one score or answer (n, 1), or as they are."""
    if values.ndim == 1:
        return values
    if values.shape[1] > 1:
        return values.argmax(1)
    return (values[:, 0] > (0.5 if signal.low >= 0.0 or signal.scale == "zero-one" else 0.0)).long()
