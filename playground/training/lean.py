"""Keeps torch's compiler out of a program that never compiles.

The first optimizer of a process imports torch._dynamo with sympy and some 600 other modules, only to be told that
methods of optimizers shall not be compiled: 1.5 seconds and 100 MB.
"""

from __future__ import annotations

import torch

_METHODS = ("add_param_group", "zero_grad", "state_dict", "load_state_dict")
_ANSWER = "__dynamo_disable"
"""Where torch remembers the function with the compiler switched off (torch/_compile.py)."""


def leave_compiler_out() -> None:
    """Answer torch's question beforehand. Where a version of torch asks in another way, nothing happens."""
    for name in _METHODS:
        method = getattr(vars(torch.optim.Optimizer).get(name), "__wrapped__", None)
        if method is not None and not hasattr(method, _ANSWER):
            setattr(method, _ANSWER, method)
