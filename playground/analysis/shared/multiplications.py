"""How many multiplications a module takes: torch says it operation by operation, and nothing is computed."""

from __future__ import annotations

import functools
from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import flop_registry

from playground.blocks.base import Block
from playground.blocks.signal import Signal
from playground.network.lean import NothingDrawn, leave_compiler_out


class Multiplications(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Counts the multiplications of products (convolutions, matrices, attention) that run while it is entered."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.total: int = 0

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        """No: torch would import its compiler with the first operation, for seconds, only to leave us out of it."""
        return False

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        named = kwargs or {}
        known = flop_registry.get(func._overloadpacket)
        if known is None and func.has_kernel_for_dispatch_key(torch._C.DispatchKey.CompositeImplicitAutograd):
            with self:
                parts = func.decompose(*args, **named)
            if parts is not NotImplemented:
                return parts
        result = func(*args, **named)
        if known is not None:
            self.total += known(*args, **named, out_val=result) // 2  # torch counts sums and products
        return result


@functools.lru_cache(maxsize=4_096)
def multiplications(block: Block, inputs: tuple[Signal, ...]) -> int:
    """Multiplications that a block takes for one example."""
    leave_compiler_out()
    with torch.device("meta"), NothingDrawn(), torch.no_grad():
        module = block.build(*inputs).eval()
        arriving = [signal.meta(1) for signal in inputs]
    try:
        return _counted(module, arriving, "meta")
    except (RuntimeError, NotImplementedError):  # An operation that the meta device does not know.
        module = block.build(*inputs).eval()
        return _counted(module, [torch.zeros(one.shape, dtype=one.dtype) for one in arriving], "cpu")


def _counted(module: torch.nn.Module, arriving: list[torch.Tensor], device: str) -> int:
    with torch.device(device), torch.no_grad(), Multiplications() as counted:
        module(*arriving)
    return int(counted.total)
