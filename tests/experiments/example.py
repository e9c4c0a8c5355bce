"""A small experiment, as the content of its file: ReLU against the identity on the circles."""

from __future__ import annotations

CONTENT = {
    "format": "playground-experiment",
    "question": "Is ReLU better than the identity?",
    "guess": "Yes.",
    "base": "circles",
    "variants": [
        {"title": "identity", "set": {"graph.nodes.dense-1.parameters.activation": "identity"}},
        {"title": "ReLU", "set": {"graph.nodes.dense-1.parameters.activation": "relu"}},
    ],
    "seeds": 2,
    "budget": {"epochs": 20},
    "looks": 5,
    "measures": [{"quantity": "train_accuracy"}],
    "rule": {"kind": "above", "more": "ReLU", "less": "identity", "by": 0.1},
    "verdict": "holds",
}
