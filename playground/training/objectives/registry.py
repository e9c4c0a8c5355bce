"""All objectives."""

from __future__ import annotations

from playground.document.graph import Choice
from playground.training.objectives import adversarial, consistency, jacobian, pseudo_labels, tangents
from playground.training.objectives.base import Objective

FAMILIES = (adversarial, jacobian, tangents, pseudo_labels, consistency)
OBJECTIVES: tuple[type[Objective], ...] = tuple(kind for family in FAMILIES for kind in family.OBJECTIVES)

_BY_ID = {cls.id: cls for cls in OBJECTIVES}


def objective_of(choice: Choice) -> Objective:
    """The objective of a choice. Raises KeyError for an unknown id and ValidationError for bad parameters."""
    return _BY_ID[choice.id].model_validate(choice.parameters)
