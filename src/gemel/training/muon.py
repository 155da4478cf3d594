"""Muon: every direction of a matrix of weights is moved as far as the next.

    M = mu * M + (1 - mu) * G,    U = orthogonal((1 - mu) * G + mu * M)
    W = W - eta * (lambda * W + 0.2 * sqrt(max(rows, columns)) * U)

G is the gradient, and orthogonal(X) brings all singular values of X to about 1: a few iterations
X = a X + (b A + c A A) X with A = X X^T, of X divided by its norm. The gradient of a batch is
mostly a few large directions; here the small ones count as well, and a short training needs fewer
steps. Biases, norms and tables of word vectors are no matrices in this sense and go by AdamW.

Jordan et al., "Muon: An optimizer for hidden layers in neural networks", 2024; the factor 0.2, by
which rates are what they are to AdamW, is of Liu et al., "Muon is scalable for LLM training", 2025.
Differs: a convolution's kernels are a matrix with a row for each map, and first and last layers are
matrices like others. PyTorch's own Muon takes neither convolutions nor AdamW's part.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, final

import torch
from torch import Tensor, nn

MOMENTUM = 0.95
STEEPNESS = (3.4445, -4.7750, 2.0315)
"""a, b and c: singular values near zero are multiplied by a each time, and none ends above 1.2."""
ITERATIONS = 5
SIZE = 0.2


@final
class Muon(torch.optim.AdamW):
    """Groups whose `matrix` is true hold matrices and kernels; AdamW moves the others.

    >>> weights = nn.Parameter(torch.eye(2))
    >>> optimizer = Muon([{"params": [weights], "matrix": True, "lr": 0.1, "weight_decay": 0.0}])
    >>> weights.grad = torch.diag(torch.tensor([100.0, 1.0]))
    >>> optimizer.step()
    >>> bool((weights.diagonal() < 0.99).all())
    True
    """

    @torch.no_grad()
    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        matrices = [
            (weights, group)
            for group in self.param_groups
            if group["matrix"]
            for weights in group["params"]
            if weights.grad is not None
        ]
        for weights, group in matrices:
            self._move(weights, group["lr"], group["weight_decay"])
            weights.grad = None  # AdamW passes over what has none
        return super().step(closure)

    def _move(self, weights: nn.Parameter, rate: float, decay: float) -> None:
        assert weights.grad is not None
        state = self.state[weights]
        if not state:
            # Named as AdamW's, which loads the states of both.
            state["step"], state["exp_avg"] = torch.zeros(()), torch.zeros_like(weights)
        state["step"] += 1
        mean = state["exp_avg"].lerp_(weights.grad, 1 - MOMENTUM)
        ahead = weights.grad.lerp(mean, MOMENTUM).flatten(1)
        size = SIZE * max(ahead.shape) ** 0.5
        weights.mul_(1 - rate * decay)
        weights.sub_(orthogonal(ahead).view_as(weights), alpha=rate * size)


def orthogonal(matrix: Tensor) -> Tensor:
    """The matrix with all its singular values at about 1, those of zero excepted."""
    wide = matrix.shape[0] <= matrix.shape[1]
    x: Tensor = matrix if wide else matrix.T
    x = x / x.norm().clamp(min=1e-7)
    a, b, c = STEEPNESS
    for _ in range(ITERATIONS):
        square = x @ x.T
        x = a * x + (b * square + c * square @ square) @ x
    return x if wide else x.T
