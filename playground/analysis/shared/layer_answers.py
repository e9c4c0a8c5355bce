"""What the network says of one example, and what it should say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from playground.analysis.shared.heads import chosen, class_heads
from playground.analysis.subject import Subject


@dataclass(frozen=True)
class Answer:
    """What the network says in the end, and what it should say."""

    said: str
    share: float
    """Its probability."""
    right: str
    """Empty where nobody knows: a person has given the example."""

    def words(self) -> str:
        """Such as “✓ says A, 98%”, or “✗ says B, 40%; it is A”."""
        said = f"says {self.said}, {self.share:.0%}"
        if not self.right:
            return said
        return f"✓ {said}" if self.said == self.right else f"✗ {said}; it is {self.right}"


def answer_to(subject: Subject, node: str | None, values: Sequence[torch.Tensor]) -> Answer | None:
    """The answer of the chosen head, or else the first, in the slots of a run of one example.

    None where the answer is not one class for the whole example.
    """
    heads = class_heads(subject.report)
    if not heads:
        return None
    head, slots = chosen(heads, node), subject.network.slots
    shares = head.probabilities(values[slots[head.prediction]].numpy())  # (answers, classes)
    right = head.actual(values[slots[head.target]].numpy())
    if len(shares) != 1 or len(right) != 1:
        return None
    names, said = head.class_names(shares.shape[1]), int(shares[0].argmax())
    known = "" if subject.given_feeds() else names[int(right[0])]
    return Answer(names[said], float(shares[0, said]), known)
