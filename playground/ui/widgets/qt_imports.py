"""Keeps PySide6 from reading the source of every module that is imported after it.

To find out whether a module uses PySide6 (and may switch to snake_case names), its hook for imports reads the whole
source, and Python's `linecache` keeps the lines for good: 55 MB after torch, over 100 MB after a few minutes of use,
and a part of the time of every import.
"""

from __future__ import annotations

import linecache
import sys
from types import ModuleType
from typing import Any


def leave_sources_unread() -> None:
    """Answer the question of the hook without a look at the source: nothing here switches names.

    Where a version of PySide6 asks in another way, only what was read so far is let go.
    """
    import PySide6.QtCore  # noqa: F401 - it brings the hook

    feature: Any = sys.modules.get("shibokensupport.feature")
    if hasattr(feature, "_mod_uses_pyside"):
        feature._mod_uses_pyside = _uses_no_features
    linecache.clearcache()


def _uses_no_features(_module: ModuleType) -> bool:
    return False
