"""For each objective a small network, and settings with which it does something there."""

from __future__ import annotations

from typing import Any, NamedTuple

from playground.document.graph import Choice, Graph
from playground.document.project import Project, TrainingSettings
from tests.code.projects import chain, dense


class Case(NamedTuple):
    """An objective on a network."""

    graph: Graph
    id: str
    parameters: dict[str, Any]

    def project(self, **settings: Any) -> Project:
        """The project that trains with it."""
        choice = Choice(id=self.id, parameters=self.parameters)
        training = TrainingSettings.model_validate({"batch_size": 16, "objectives": (choice,), **settings})
        return Project(title="A project", graph=self.graph, training=training)


POINTS = chain(dense(6, "tanh"), dense(5, "tanh"), dense(2))
NOISY = chain(dense(8, "tanh"), ("batch-norm", {}), ("dropout", {"rate": 0.3}), dense(2))
PICTURES = chain(
    ("conv2d", {"filters": 3, "activation": "tanh"}), ("max-pool2d", {}), ("flatten", {}), ("dropout", {"rate": 0.2}),
    dense(10), data="digits", examples=100,
)  # fmt: skip

CASES: dict[str, Case] = {
    "adversarial training by FGSM": Case(POINTS, "adversarial-training", {"weight": 0.4, "budget": 0.2}),
    "adversarial training by PGD": Case(
        NOISY, "adversarial-training", {"weight": 1.0, "budget": 0.2, "method": "pgd", "steps": 3}
    ),
    "pseudo-labels": Case(
        chain(dense(6, "tanh"), dense(2), label_budget=20), "pseudo-labels", {"threshold": 0.5, "times": 2.0}
    ),
    "pseudo-labels after one unit": Case(
        chain(dense(6, "tanh"), ("dropout", {"rate": 0.3}), dense(1, "sigmoid"), loss="binary-cross-entropy",
              labels="zero-one", label_budget=20),
        "pseudo-labels", {"threshold": 0.0, "warm_up": 5, "times": 0.7},
    ),
    "consistency": Case(NOISY, "consistency", {"weight": 3.0}),
    "consistency without labels": Case(
        chain(dense(6, "tanh"), dense(2, "softmax"), label_budget=20), "consistency", {"weight": 3.0, "times": 2.0}
    ),
    "consistency of the class": Case(
        chain(("flatten", {}), dense(12, "tanh"), dense(10), data="digits", examples=100, label_budget=20),
        "consistency",
        {"agreement": "class", "threshold": 0.1, "shift": 1.0, "rotation": 10.0, "times": 2.0, "warm_up": 3},
    ),
    "Jacobian penalty, estimated": Case(NOISY, "jacobian-penalty", {"weight": 0.3}),
    "Jacobian penalty, exact": Case(
        chain(dense(4, "tanh"), dense(1), data="plane", loss="mean-squared-error"),
        "jacobian-penalty", {"weight": 0.3, "projections": 3},
    ),
    "tangent prop": Case(PICTURES, "tangent-prop", {"weight": 0.5, "rotation": 15.0, "zoom": 0.1}),
}  # fmt: skip
"""At least one for each objective; one of them at least on layers that draw and keep statistics."""
