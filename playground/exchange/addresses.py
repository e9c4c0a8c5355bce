"""Which texts are links that a project can be made of; what opens the window asks this, so that no torch is needed."""

from __future__ import annotations

from urllib.parse import urlsplit

HOST = "playground.tensorflow.org"
LONGEST = 4_000


def is_link(text: str) -> bool:
    """Whether a text is a link to TensorFlow Playground, by its address."""
    text = text.strip()
    if len(text) > LONGEST or any(letter.isspace() for letter in text):
        return False
    try:
        parts = urlsplit(text if "//" in text else f"//{text}")
        return parts.hostname == HOST
    except ValueError:
        return False
