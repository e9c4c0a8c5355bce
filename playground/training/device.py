"""Where a network is trained: CPU, CUDA or MPS, picked by what is there and what is worth it."""

from __future__ import annotations

import os

import torch

WORTH_A_GPU = 300_000
"""Parameters from which a GPU beats the CPU; below, starting its kernels costs more than the arithmetic."""


MOST_THREADS = 256
ALONE = 1_000_000
"""Parameters up to which one thread is used, whatever the machine: the same project and seed then give the same
weights on machines with 2 and 3 cores, and several threads would hardly be faster."""


def choose_threads(parameters: int) -> int:
    """Threads of the processor that a network of this size learns with."""
    return 1 if parameters <= ALONE else max(1, (os.cpu_count() or 2) - 1)


def saved_threads(saved: object, otherwise: int) -> int:
    """The threads that a saved run learned with, so that it goes on in the same way; others where that is damaged."""
    return saved if isinstance(saved, int) and 1 <= saved <= MOST_THREADS else otherwise


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
