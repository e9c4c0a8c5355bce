"""`python -m playground`: the same as the `playground` command."""

from __future__ import annotations

import sys

if sys.platform == "win32":
    # Since torch 2.9 the DLLs fail to load when Qt came first (pytorch#166628).
    import torch  # noqa: F401

from playground.cli import main

if __name__ == "__main__":
    sys.exit(main())
