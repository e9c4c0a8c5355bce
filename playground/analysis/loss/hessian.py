"""Curvature of the loss: products of the Hessian with vectors, the Lanczos method, and the dense Hessian of small nets.

A product costs about two backward passes and never forms the matrix (Pearlmutter 1994, Fast exact multiplication by
the Hessian). Lanczos finds the outer eigenvalues from a few dozen products; with random starts the same numbers give
the density of the whole spectrum (Ghorbani, Krishnan and Xiao 2019, An investigation into neural net optimization via
Hessian eigenvalue density).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch.func import functional_call

from playground.analysis.shared.many_losses import TotalLoss
from playground.analysis.subject import Subject
from playground.network.check import Output

Vector = NDArray[np.float64]
"""A direction in the space of the weights that learn, (n,)."""

ROWS = 10
"""Vectors for which there is room at first; it doubles when they fill it."""
ENDED = 1e-10
"""A remainder that is smaller than this share of the largest curvature so far is rounding: all is found."""


class NoSecondDerivative(Exception):
    """The loss bends nowhere that torch could tell: some block of it can be derived only once."""


class Curvature:
    """Gradient and Hessian of the loss of a subject as it is loaded now, for the weights that learn.

    It keeps copies, so that the subject may be loaded with other weights afterwards. The network is in evaluation mode:
    batch norm uses its running statistics and nothing is dropped.
    """

    def __init__(self, subject: Subject, feeds: Mapping[Output, torch.Tensor], frozen: Collection[str] = ()) -> None:
        network = subject.network
        own = {
            name: parameter.detach().clone().requires_grad_(name.split(".", 1)[0] not in frozen)
            for name, parameter in network.named_parameters()
        }
        buffers = {name: buffer.clone() for name, buffer in network.named_buffers()}
        self._learning = [parameter for parameter in own.values() if parameter.requires_grad]
        self.size = sum(parameter.numel() for parameter in self._learning)
        """How many weights learn."""
        subject.calm()
        everything = {f"network.{name}": tensor for name, tensor in (*own.items(), *buffers.items())}
        # All blocks can be derived twice: attention, too, is written out. torch's fused kernels for it could not.
        with torch.enable_grad():
            loss = functional_call(TotalLoss(subject, feeds), everything, ())
            self.loss = loss.item()
            self._slope = torch.zeros(self.size)
            if self._learning and loss.requires_grad:
                self._slope = _joined(
                    torch.autograd.grad(
                        loss, self._learning, create_graph=True, allow_unused=True, materialize_grads=True
                    )
                )
        self.gradient: Vector = self._slope.detach().numpy().astype(np.float64)

    def product(self, vector: Vector) -> Vector:
        """The Hessian times a vector. Raises NoSecondDerivative."""
        if not self._slope.requires_grad:
            return np.zeros(self.size)
        # The gradient of a number, not of a vector with `grad_outputs`: that makes torch load sympy, for 0.7 s.
        with torch.enable_grad():
            along = self._slope @ torch.from_numpy(vector).to(self._slope.dtype)
        try:
            found = torch.autograd.grad(
                along, self._learning, retain_graph=True, allow_unused=True, materialize_grads=True
            )
        except RuntimeError as error:
            if "not implemented" in str(error):  # torch's words for what it cannot derive twice
                raise NoSecondDerivative from error
            raise
        return _joined(found).numpy().astype(np.float64)

    def dense(self) -> NDArray[np.float64]:
        """The whole Hessian, (n, n), row by row and made exactly symmetric: for small networks."""
        rows = np.stack([self.product(unit) for unit in np.eye(self.size)])
        return (rows + rows.T) / 2.0


def _joined(parts: Sequence[torch.Tensor]) -> torch.Tensor:
    return torch.cat([part.reshape(-1) for part in parts])


@dataclass(frozen=True)
class Ritz:
    """What Lanczos has found: approximate eigenvalues, ascending."""

    values: NDArray[np.float64]
    """(k,)."""
    errors: NDArray[np.float64]
    """How far the nearest true eigenvalue may be from each, at most, (k,)."""
    weights: NDArray[np.float64]
    """The share of the start vector in each direction, (k,); they sum to 1, and are the weights of a quadrature."""


class Lanczos:
    """The method of Lanczos for a symmetric matrix that is only known by its products, with full re-orthogonalisation.

    Without it, rounding would bring found eigenvalues back as ghosts. Source: Golub and Van Loan, Matrix Computations,
    chapter 10.
    """

    def __init__(self, product: Callable[[Vector], Vector], start: Vector) -> None:
        self._product = product
        self._vectors = np.empty((ROWS, len(start)))
        self._vectors[0] = start / np.linalg.norm(start)
        self._diagonal: list[float] = []
        self._beside: list[float] = []
        self.ended = False
        """Nothing is left to find from this start."""

    def advance(self) -> None:
        """One product more."""
        if self.ended:
            return
        basis = self._vectors[: self.steps + 1]  # (k, n)
        newest = basis[-1]
        rest = self._product(newest)
        self._diagonal.append(float(newest @ rest))
        for _ in range(2):  # twice is enough (Kahan and Parlett)
            rest = rest - (basis @ rest) @ basis
        length = float(np.linalg.norm(rest))
        self._beside.append(length)
        scale = max(max(map(abs, self._diagonal)), max(self._beside))
        self.ended = self.steps == len(newest) or length <= ENDED * scale
        if self.ended:
            return
        if self.steps == len(self._vectors):
            self._vectors = np.concatenate([self._vectors, np.empty_like(self._vectors)])
        self._vectors[self.steps] = rest / length

    @property
    def steps(self) -> int:
        """Products so far."""
        return len(self._diagonal)

    def ritz(self) -> Ritz:
        """What is found so far; at least one step must have been made."""
        values, vectors = self._eigen()
        left = 0.0 if self.ended else self._beside[-1]
        return Ritz(values, left * np.abs(vectors[-1]), vectors[0] ** 2)

    def vector(self, number: int) -> Vector:
        """The approximate eigenvector of the value of that number, (n,), of length 1."""
        _, vectors = self._eigen()
        found: Vector = vectors[:, number] @ self._vectors[: self.steps]
        return found / np.linalg.norm(found)

    def _eigen(self) -> tuple[Vector, NDArray[np.float64]]:
        """Values (k,), ascending, and vectors (k, k) of the tridiagonal matrix that stands for the large one."""
        from scipy.linalg import eigh_tridiagonal  # a fifth of a second, so not at start

        values, vectors = eigh_tridiagonal(np.array(self._diagonal), np.array(self._beside[: self.steps - 1]))
        return values, vectors


def random_start(size: int, seed: int) -> Vector:
    """Random signs, (n,): with them the mean of quadratures is the density of the spectrum."""
    return np.random.default_rng(seed).choice(np.array([-1.0, 1.0]), size)
