"""Muon: momentum with orthogonalised updates, of equal size in all directions of a weight matrix.

    M = mu * M + (1 - mu) * G,    U = orthogonal((1 - mu) * G + mu * M)
    W = W - eta * (lambda * W + 0.2 * sqrt(max(rows, columns)) * U)

G is the gradient. orthogonal(X) brings all singular values of X to about 1 by a few Newton-Schulz
iterations X = a X + (b A + c A A) X, with A = X X^T, from X divided by its norm. Gradients are
dominated by a few directions; here the others count as well, and a short training needs fewer
steps. Biases, norms and embedding tables are updated by AdamW.

Jordan et al., "Muon: An optimizer for hidden layers in neural networks", 2024. The factor 0.2, with
which AdamW's learning rates fit, is from Liu et al., "Muon is scalable for LLM training", 2025.
Differs from the papers: a convolution's kernels form a matrix with a row for each map; first and
last layers are treated like others. PyTorch's own Muon supports neither convolutions nor the part
of AdamW.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, final

import torch
from torch import Tensor, nn

MOMENTUM = 0.95
STEEPNESS = (3.4445, -4.7750, 2.0315)
"""a, b and c. Each iteration multiplies small singular values by a; none ends above 1.2."""
ITERATIONS = 5
SIZE = 0.2


@final
class Muon(torch.optim.AdamW):
    """Muon for parameter groups whose `matrix` is true, AdamW for the others.

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
            weights.grad = None  # AdamW skips parameters without a gradient
        return super().step(closure)

    def _move(self, weights: nn.Parameter, rate: float, decay: float) -> None:
        assert weights.grad is not None
        state = self.state[weights]
        if not state:
            # AdamW's names, because its `load_state_dict` loads these states too.
            state["step"], state["exp_avg"] = torch.zeros(()), torch.zeros_like(weights)
        state["step"] += 1
        mean = state["exp_avg"].lerp_(weights.grad, 1 - MOMENTUM)
        ahead = weights.grad.lerp(mean, MOMENTUM).flatten(1)
        size = SIZE * max(ahead.shape) ** 0.5
        weights.mul_(1 - rate * decay)
        weights.sub_(orthogonal(ahead).view_as(weights), alpha=rate * size)


def orthogonal(matrix: Tensor) -> Tensor:
    """The matrix with its nonzero singular values brought to about 1."""
    wide = matrix.shape[0] <= matrix.shape[1]
    x: Tensor = matrix if wide else matrix.T
    x = x / x.norm().clamp(min=1e-7)
    a, b, c = STEEPNESS
    for _ in range(ITERATIONS):
        square = x @ x.T
        x = a * x + (b * square + c * square @ square) @ x
    return x if wide else x.T
