"""Where a network is trained: CPU, CUDA or MPS, picked by what is there and what is worth it."""

from __future__ import annotations

import torch

WORTH_A_GPU = 300_000
"""Parameters from which a GPU beats the CPU; below, starting its kernels costs more than the arithmetic."""


def available_devices() -> tuple[str, ...]:
    """Names of the devices of this machine, `cpu` first."""
    found = ["cpu"]
    if torch.cuda.is_available():
        found.append("cuda")
    if torch.backends.mps.is_available():
        found.append("mps")
    return tuple(found)


def choose_device(setting: str, parameters: int) -> torch.device:
    """The device for a setting; a device that this machine lacks gives way to the CPU."""
    found = available_devices()
    if setting != "automatic":
        return torch.device(setting if setting in found else "cpu")
    return torch.device(found[-1] if parameters >= WORTH_A_GPU else "cpu")
