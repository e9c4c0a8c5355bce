"""What each kind of operation says on the way forward and on the way back: a formula and a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from playground.blocks.parts import Kind

TITLES: Mapping[Kind, str] = {
    "sum": "weighted sum", "function": "activation", "softmax": "softmax", "sigmoid": "sigmoid",
    "right-class": "surprise", "yes-or-no": "surprise", "loss": "loss", "total": "All losses together", "block": "",
    "terms": "", "largest": "the largest of a window", "normalize": "mean 0 and variance 1", "mask": "mask",
}  # fmt: skip
FORWARD: Mapping[Kind, tuple[str, str]] = {
    "sum": (r"z_i = \sum_j w_{ij} \, x_j + b_i", "Every unit weighs its inputs and adds them up."),
    "function": ("", "Each number goes through the activation by itself."),
    "softmax": (r"p_i = \frac{e^{z_i}}{\sum_k e^{z_k}}", "The scores become probabilities that sum to 1."),
    "sigmoid": (r"p = \sigma(z) = \frac{1}{1 + e^{-z}}", "The loss first turns the score into a probability."),
    "right-class": (r"L = -\ln p_y", "How surprised the network is at the right class: 0 when it was certain."),
    "yes-or-no": (r"L = -\left(y \ln p + (1 - y) \ln (1 - p)\right)", "How surprised the network is at the answer."),
    "loss": ("", "The loss: one number to make small. It compares a prediction with its target, or is a height."),
    "total": (r"L = \sum_k c_k L_k", "All losses, each times its weight, add up to the number to make small."),
    "block": ("", "The block computes its output in one operation."),
    "terms": ("", "Products are added up."),
    "largest": (r"a = \max_{m,n} x_{m,n}", "Of each window only the largest number is kept."),
    "normalize": (r"n = \frac{x - \mu}{\sqrt{\sigma^2 + \epsilon}}", "Brought to mean 0 and variance 1."),
    "mask": ("", "What must not be seen is taken out."),
}
BACKWARD: Mapping[Kind, tuple[str, str]] = {
    "sum": (
        r"\frac{\partial L}{\partial w_{ij}} = \frac{\partial L}{\partial z_i} \, x_j, \quad "
        r"\frac{\partial L}{\partial x_j} = \sum_i \frac{\partial L}{\partial z_i} \, w_{ij}",
        "A weight's gradient is what arrives times its input; what goes back is what arrives times the weight.",
    ),
    "function": (
        r"\frac{\partial L}{\partial z_i} = \frac{\partial L}{\partial a_i} \, f'(z_i)",
        "What arrives is multiplied by the slope of the activation: where it is flat, little goes back.",
    ),
    "softmax": (
        r"\frac{\partial L}{\partial z_i} = p_i \left(\frac{\partial L}{\partial p_i} - "
        r"\sum_k p_k \frac{\partial L}{\partial p_k}\right)",
        "A score moves all probabilities, so all ways back are added up.",
    ),
    "sigmoid": (
        r"\frac{\partial L}{\partial z} = \frac{\partial L}{\partial p} \, p (1 - p)",
        "What arrives is multiplied by the slope of the sigmoid.",
    ),
    "right-class": (r"\frac{\partial L}{\partial p_y} = -\frac{1}{p_y}", "The less likely the right class, the harder "
                    "the pull on it."),
    "yes-or-no": (
        r"\frac{\partial L}{\partial p} = \frac{p - y}{p \, (1 - p)}",
        "The farther from the answer, the harder the pull.",
    ),
    "loss": ("", "The way back begins: how the loss changes with what went into it."),
    "total": (r"\frac{\partial L}{\partial L_k} = c_k", "Each loss sends back its weight."),
    "block": (
        r"\frac{\partial L}{\partial x} = \frac{\partial L}{\partial a} \, \frac{\partial a}{\partial x}",
        "What arrives is multiplied by the derivative of the whole block.",
    ),
    "terms": (
        r"\frac{\partial L}{\partial x} = \sum_k \frac{\partial L}{\partial a_k} \, \frac{\partial a_k}{\partial x}",
        "A factor gets what arrives times the other factors, from every sum that it is part of.",
    ),
    "largest": (
        r"\frac{\partial L}{\partial x} = \frac{\partial L}{\partial a} \ \mathrm{for\ the\ largest,\ else\ } 0",
        "Only the number that won gets the gradient: a little change of the others would change nothing.",
    ),
    "normalize": (
        r"\frac{\partial L}{\partial x_i} = \frac{1}{\sigma} \left(\frac{\partial L}{\partial n_i} - "
        r"\overline{\frac{\partial L}{\partial n}} - n_i \, \overline{n \frac{\partial L}{\partial n}}\right)",
        "What arrives is divided by the deviation.",
    ),
    "mask": ("", "No gradient goes back where nothing was seen."),
}  # fmt: skip
NEED_TERMS = frozenset({"terms", "largest", "normalize", "mask"})
"""Kinds that are written about through what their parts say of single numbers."""


@dataclass(frozen=True)
class Wording:
    """What one step says: a formula in LaTeX, a sentence, and lines with the numbers put in."""

    formula: str
    sentence: str
    lines: tuple[str, ...]
