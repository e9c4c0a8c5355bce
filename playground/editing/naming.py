"""The names of nodes moved to `playground.network.naming`."""

from playground.network.naming import block_title, title_of, titles

__all__ = ["block_title", "title_of", "titles"]
