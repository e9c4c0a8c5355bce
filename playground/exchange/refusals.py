"""What cannot be exchanged, and libraries that are not installed: each a sentence for people."""

from __future__ import annotations

import importlib
from types import ModuleType


class ExchangeRefused(Exception):
    """A file or a network that cannot be taken over; the message is one sentence that says why."""


def needed(module: str, extra: str, purpose: str) -> ModuleType:
    """A library that comes with an extra of this package, imported when it is first used.

    Raises ExchangeRefused with what to install.
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        package = module.partition(".")[0]
        raise ExchangeRefused(
            f"{purpose} needs the package {package}. Install it with: pip install \"neural-playground[{extra}]\""
        ) from error
