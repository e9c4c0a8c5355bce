"""The same work without a window: one module per command. A command imports the heavy libraries that it needs."""

from playground.cli.face import main

__all__ = ["main"]
