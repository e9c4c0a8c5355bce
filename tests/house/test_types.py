"""Types are checked strictly over the whole package: no room is exempt."""

from __future__ import annotations

import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_no_room_is_exempt_from_strict_types() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["mypy"]
    assert settings["strict"] is True and settings["packages"] == ["playground"]
    assert not {"exclude", "ignore_errors"} & settings.keys()
    for override in settings["overrides"]:
        modules = [override["module"]] if isinstance(override["module"], str) else override["module"]
        assert not [module for module in modules if module.startswith("playground")]
        assert set(override) == {"module", "ignore_missing_imports"}  # libraries without types, nothing else
