"""Keeps torch's compiler and the symbolic algebra behind it out of a program that never compiles.

Some functions of torch shall not be compiled: methods of optimizers, and those that work on meta tensors in Python.
The first call of one imports torch._dynamo with sympy and some 600 other modules, only to be told so: two to five
seconds and 100 MB, in the thread that asked.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Iterator
from typing import Any

import torch
import torch._compile
from torch.overrides import TorchFunctionMode

_ANSWER = "__dynamo_disable"
"""Where torch remembers the function with the compiler switched off (torch/_compile.py)."""
_MODULES = (
    "torch.optim.optimizer",
    "torch._refs",
    "torch._refs.fft",
    "torch._refs.linalg",
    "torch._refs.nn.functional",
    "torch._refs.special",
    "torch._decomp.decompositions",
    "torch._meta_registrations",
)
"""Where such functions are; what is not loaded is not asked."""


@functools.cache
def leave_compiler_out() -> None:
    """Answer torch's question beforehand. Where a version of torch asks in another way, nothing happens."""
    _check_plainly()
    asking = getattr(torch._compile._disable_dynamo(_nothing), "__code__", None)
    for function in _functions():
        while function is not None:
            if asking is not None and getattr(function, "__code__", None) is asking:
                for cell in function.__closure__ or ():
                    asked = cell.cell_contents
                    if callable(asked) and not hasattr(asked, _ANSWER):
                        setattr(asked, _ANSWER, asked)
            function = getattr(function, "__wrapped__", None)


def _check_plainly() -> None:
    """Let torch's own checks of shapes load symbolic algebra only for what is no plain truth value."""
    check_with = torch._check_with

    def checked(error_type: Any, cond: Any, message: Any) -> None:
        if cond is not True:
            check_with(error_type, cond, message)

    torch._check_with = checked


def _functions() -> Iterator[Any]:
    """The functions of the modules, and the methods of the optimizer all others inherit from."""
    yield from list(vars(torch.optim.Optimizer).values())
    for name in _MODULES:
        yield from list(vars(sys.modules[name]).values()) if name in sys.modules else ()


def _nothing() -> None: ...


class NothingDrawn(TorchFunctionMode):
    """While it is entered, no normal numbers are drawn: for modules on the meta device, whose weights have no values.

    There torch would draw them in Python, with all that this file is about.
    """

    def __torch_function__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        named = kwargs or {}
        if function in (torch.nn.init.normal_, torch.Tensor.normal_):
            return args[0] if args else named["tensor"]
        return function(*args, **named)
