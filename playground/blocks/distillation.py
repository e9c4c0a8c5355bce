"""Distillation: a loss by which a student learns from the answers of a teacher, and from the right ones beside them."""

from __future__ import annotations

from typing import ClassVar

import torch
from torch import nn
from torch.nn import functional

from playground.blocks.base import Block, BlockError, Fix, Port
from playground.blocks.class_loss import ClassLoss
from playground.blocks.class_loss_layers import log_probabilities, written_logarithms
from playground.blocks.code import Code, computed
from playground.blocks.loss import Free, label_fixes, use
from playground.blocks.signal import Scale, Signal
from playground.document.declaration import parameter


class DistillationLayer(nn.Module):
    """(student, class numbers, teacher) -> scalar; student and teacher are (batch, classes)."""

    def __init__(self, student: Scale, teacher: Scale, temperature: float, share: float) -> None:
        super().__init__()
        self.student, self.teacher = log_probabilities(student), log_probabilities(teacher)
        self.temperature, self.share = temperature, share

    def forward(self, prediction: torch.Tensor, target: torch.Tensor, teacher: torch.Tensor) -> torch.Tensor:
        student = self.student(prediction)
        return distilled(student, target, self.teacher(teacher), self.temperature, self.share)


def distilled(
    student: torch.Tensor, target: torch.Tensor, teacher: torch.Tensor, temperature: float, share: float
) -> torch.Tensor:
    """The loss of log-probabilities (batch, classes): cross-entropy with the classes, and with the softened teacher.

    The teacher is not pulled. T² keeps the gradient of the soft part as large as it is without softening.
    """
    soft = (student / temperature).log_softmax(dim=-1)
    wanted = (teacher.detach() / temperature).log_softmax(dim=-1)
    divergence = functional.kl_div(soft, wanted, reduction="batchmean", log_target=True)
    return share * temperature**2 * divergence + (1.0 - share) * functional.nll_loss(student, target)


class Distillation(ClassLoss):
    """Learns from a teacher's probabilities, softened by a temperature, and from the right classes."""

    id: ClassVar[str] = "distillation"
    free: ClassVar[Free] = "scores"
    inputs: ClassVar[tuple[Port, ...]] = (
        Port("prediction", "Student"), Port("target", "Target"), Port("teacher", "Teacher"),
    )  # fmt: skip
    title: ClassVar[str] = "Distillation"
    summary: ClassVar[str] = (
        "A student learns what a teacher answers, softened so that also small probabilities tell something, and the "
        "right classes beside it. Takes logits or what softmax gives; freeze the teacher."
    )
    formula: ClassVar[str] = (
        r"L = \lambda \, T^2 \sum_k p_k^{T} \ln \frac{p_k^{T}}{q_k^{T}} - (1 - \lambda) \ln q_y, \quad"
        r" q^{T} = \mathrm{softmax}(z / T), \; p^{T} = \mathrm{softmax}(z_{teacher} / T)"
    )
    source: ClassVar[str] = "Hinton, Vinyals and Dean 2015, Distilling the knowledge in a neural network"

    temperature: float = parameter(
        4.0, ge=0.1, le=100.0, logarithmic=True, label="Temperature T",
        help="Divides the logits of both: above 1 the probabilities of wrong classes show which of them are alike.",
    )  # fmt: skip
    share: float = parameter(
        0.7, ge=0.0, le=1.0, label="Share of the teacher λ",
        help="How much the teacher counts; the rest is the cross-entropy with the right classes.",
    )  # fmt: skip

    def subtitle(self) -> str:
        return f"T {self.temperature:g} · λ {self.share:g}"

    def expect(self, *inputs: Signal) -> None:
        super().expect(*inputs[:2])
        student, _, teacher = inputs
        if teacher.scale not in ("any", "probability", "log-probability") or not teacher.of_kind.numbers:
            raise BlockError(
                f"{self.title} expects what a teacher network predicts, but {teacher.words()} arrives as teacher.",
                port="teacher",
            )
        if teacher.shape != student.shape:
            raise BlockError(
                f"{self.title} compares class with class, but the student gives {student.words()} and the teacher "
                f"{teacher.words()}.",
                *self._width_fixes(student, teacher),
                port="teacher",
            )

    @staticmethod
    def _width_fixes(student: Signal, teacher: Signal) -> list[Fix]:
        if teacher.size == student.size:
            return [Fix("Insert Flatten", "insert", block="flatten", port="teacher")]
        if len(teacher.shape) != 1:
            return []
        count = student.shape[0]
        linear = {"units": count, "activation": "identity"}
        return [
            Fix(f"Set units to {count}", "set", parameters={"units": count}, node="teacher"),
            Fix(f"Insert Dense of {count}", "insert", block="dense", parameters=linear, port="teacher"),
        ]

    def match(self, prediction: Signal, target: Signal) -> None:
        if target.scale != "index" or target.shape:
            raise BlockError(
                f"{self.title} expects one class number for each example as target, but {target.words()} arrives.",
                *label_fixes(target, "index"),
                use("kl-divergence", "KL divergence"),
                port="target",
            )
        self.match_classes(prediction, len(target.classes))

    def build(self, *inputs: Signal) -> nn.Module:
        student, teacher = (inputs[0].scale, inputs[2].scale) if inputs else ("any", "any")
        return DistillationLayer(student, teacher, self.temperature, self.share)

    def update(self, module: nn.Module) -> bool:
        assert isinstance(module, DistillationLayer)
        module.temperature, module.share = self.temperature, self.share
        return True

    def writable(self, before: Block) -> bool:
        return isinstance(before, Distillation)

    def to_code(self, *inputs: Signal) -> Code:
        student, teacher = (written_logarithms(inputs[place].scale) for place in (0, 2))
        call = f"distilled({student}, {{1}}, {teacher.replace('{0}', '{2}')}, {self.temperature!r}, {self.share!r})"
        return computed(call, uses=(distilled,))


BLOCKS: tuple[type[Block], ...] = (Distillation,)
