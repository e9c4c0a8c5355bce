"""A small search, as the content of its file: the learning rate and the units of a network for the circles."""

from __future__ import annotations

import json
from typing import Any

from playground.document.search import Search
from playground.experiments.library import open_preset
from playground.experiments.search.task import Task

RATE, UNITS = "training.optimizer.parameters.learning_rate", "graph.nodes.dense-1.parameters.units"
CONTENT: dict[str, Any] = {
    "format": "playground-search",
    "question": "Which learning rate, and how many units?",
    "base": "circles",
    "settings": [
        {"kind": "range", "title": "rate", "paths": [RATE], "low": 0.001, "high": 1.0, "logarithmic": True},
        {"kind": "range", "title": "units", "paths": [UNITS], "low": 1, "high": 8, "integer": True},
    ],
    "measure": {"quantity": "train_loss"},
    "budget": {"epochs": 3},
    "looks": 3,
    "sampler": "random",
    "trials": 6,
    "fresh_seeds": 2,
}
CHOICES = [
    {"kind": "choice", "title": "units", "paths": [UNITS], "values": [2, 4, 8]},
    {
        "kind": "options",
        "title": "activation",
        "options": [
            {"title": "identity", "set": {"graph.nodes.dense-1.parameters.activation": "identity"}},
            {"title": "ReLU", "set": {"graph.nodes.dense-1.parameters.activation": "relu"}},
        ],
    },
]


def search(**changes: object) -> Search:
    """The example with some of its content changed."""
    return Search.model_validate_json(json.dumps({**CONTENT, **changes}), strict=True)


def task(**changes: object) -> Task:
    """The same together with its project."""
    return Task.opened(search(**changes), open_preset)
