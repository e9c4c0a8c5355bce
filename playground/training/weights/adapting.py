"""Data prepared as those were that weights were learned on: the same scaling, size of pictures and vocabulary.

Weights mean something only for numbers like those they have seen. Where the project is known that learned them, its data
say what has to be done to other data.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from playground.blocks.base import Block, BlockError
from playground.data.base import Dataset, ScaledDataset
from playground.data.own.images import OwnPictures
from playground.data.own.text import OwnText
from playground.data.preparation import prepare
from playground.data.text.characters import ALPHABET, TextWindows
from playground.document import edits
from playground.document.declaration import DeclaredNothing
from playground.document.graph import Graph
from playground.document.project import Project
from playground.editing.naming import titles
from playground.network.check import block_of
