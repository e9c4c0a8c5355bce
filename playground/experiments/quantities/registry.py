"""What can be measured of a run beside its metrics: sizes, times, gradients, silent units, weights.

Each is a row of QUANTITIES: a name as in files and a function of the session and the blocks that are meant.
"""

from __future__ import annotations

from playground.experiments.quantities.base import Quantity
from playground.experiments.quantities.outputs import (
    answer_entropy,
    confidence,
    dead_units,
    output_spread,
    saturated_units,
    zero_activations,
)
from playground.experiments.quantities.sequences import attention_entropy, early_gradient, future_influence
from playground.experiments.quantities.slopes import attacked_accuracy, gradient_noise, gradient_norm, sharpness
from playground.experiments.quantities.units import unit_reliance
from playground.experiments.quantities.weights import (
    largest_weight,
    twin_balance,
    unit_difference,
    weight_change,
    weight_norm,
    zero_weights,
)
from playground.experiments.quantities.words import analogies_found, neighbours_found, unseen_neighbours_found

QUANTITIES: tuple[Quantity, ...] = (
    Quantity("parameters", "Parameters", "How many numbers the network learns.",
             lambda run: float(sum(run.session.report.parameters.get(name, 0) for name in run.nodes))),
    Quantity("seconds", "Seconds of learning", "Time spent with steps, measurements left out.",
             lambda run: run.session.seconds, of_blocks=False),
    Quantity("milliseconds_per_step", "Milliseconds of a step", "Time of learning over the steps taken.",
             lambda run: 1000.0 * run.session.seconds / max(1, run.session.step), of_blocks=False),
    Quantity("steps", "Steps", "Steps taken.", lambda run: float(run.session.step), of_blocks=False),
    Quantity("epochs", "Epochs", "Epochs done.", lambda run: run.session.epoch, of_blocks=False),
    Quantity("gradient_norm", "Norm of the gradient", "How strongly the loss pulls at the parameters.", gradient_norm),
    Quantity("gradient_noise", "Noise of the gradient", "Distance of a batch's gradient from that of all.",
             gradient_noise),
    Quantity("sharpness", "Sharpness of the valley", "Largest eigenvalue of the Hessian of the loss.", sharpness),
    Quantity("zero_activations", "Zeros in the output", "Share of outputs that are exactly 0.", zero_activations),
    Quantity("dead_units", "Dead units", "Share of units that are 0 for every example.", dead_units),
    Quantity("saturated_units", "Saturated outputs", "Share of outputs at the flat ends.", saturated_units),
    Quantity("output_spread", "Spread of the output", "Standard deviation over examples.", output_spread),
    Quantity("unit_reliance", "Reliance on one unit", "What silencing the most important unit adds to the loss.",
             unit_reliance),
    Quantity("zero_weights", "Zero weights", "Share of weights that are exactly 0.", zero_weights),
    Quantity("weight_norm", "Norm of the weights", "Euclidean norm of all weights.", weight_norm),
    Quantity("largest_weight", "Largest weight", "Size of the largest weight.", largest_weight),
    Quantity("unit_difference", "Difference of units", "0 when all units of a block are the same.", unit_difference),
    Quantity("twin_balance", "Balance of the twins", "1 when the first and the last input count alike, 0 when one "
             "does all.", twin_balance),
    Quantity("confidence", "Confidence", "Mean probability of the answer that is given.", confidence),
    Quantity("answer_entropy", "Entropy of the answer", "How undecided the answers are, in nats.", answer_entropy),
    Quantity("attacked_accuracy", "Accuracy under attack", "On test examples moved by .1 towards a larger loss.",
             attacked_accuracy, of_blocks=False, needs="classes"),
    Quantity("attention_entropy", "Entropy of the attention", "How evenly the steps look at the others, in nats.",
             attention_entropy, needs="attention"),
    Quantity("future_influence", "Influence of the future", "0 when no step can see those after it.",
             future_influence, needs="sequences"),
    Quantity("early_gradient", "Gradient at the first step", "As a share of that at the last step.", early_gradient,
             needs="sequences"),
    Quantity("neighbours_found", "Neighbours found", "Share of generated words whose nearest is of their kind.",
             neighbours_found, needs="words"),
    Quantity("analogies_found", "Analogies found", "Share of those such as king − man + woman that give queen.",
             analogies_found, needs="words"),
    Quantity("unseen_neighbours_found", "Unseen words placed", "Share of words never read whose nearest is akin.",
             unseen_neighbours_found, needs="words"),
    Quantity("weight_change", "Change of the weights", "Distance from the first weights.", weight_change),
    Quantity("diverged", "Ran away", "1 for a run whose numbers became infinite, else 0.",
             lambda run: float(run.diverged), of_blocks=False),
)  # fmt: skip

BY_ID = {quantity.id: quantity for quantity in QUANTITIES}
