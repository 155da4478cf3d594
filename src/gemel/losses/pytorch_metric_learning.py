"""A loss of the package pytorch-metric-learning, by the name of its class.

    loss = L(distances, matches)   or   L(1 - distances, matches)

Musgrave, Belongie & Lim, "PyTorch Metric Learning", 2020. The rows of distances stand for its
matrix of embeddings against references, and the pairs of a row for its pairs, so the recipe's
metric decides what is near. A loss that expects similarities is given 1 - d where d is the cosine
distance.
Differs from the package: no embeddings and no labels, so its losses that need either (a weight or
a proxy for each class, or a batch in which every item is also a row) are refused, and no miners.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias, final

import torch
from torch import Tensor, nn

from gemel.errors import MissingExtra, RecipeError
from gemel.losses.loss import Loss
from gemel.shapes import Distances, Same, Scalar

Settings: TypeAlias = Mapping[str, bool | int | float | str]

WITHIN = 1 - 1e-6
"""The largest cosine that losses are given: at 1 the angle, which some compute, has no gradient."""


@final
class PytorchMetricLearningLoss(Loss):
    """The package's loss of this class; `settings` are its arguments, `similar` allows 1 - d.

    Distances and `same` are (…, m): for each item, one row of the m items it is compared with.
    Raises `MissingExtra` without the package, and `RecipeError` for a class that it does not have,
    arguments that the class does not take, and a loss that needs more than rows of distances.

    >>> loss = PytorchMetricLearningLoss("TripletMarginLoss", {"margin": 0.5})
    >>> loss(torch.tensor([[0.25, 0.5]]), torch.tensor([[True, False]])).item()
    0.25
    """

    def __init__(
        self,
        loss: str = "MultiSimilarityLoss",
        settings: Settings | None = None,
        *,
        similar: bool = False,
    ) -> None:
        super().__init__()
        settings = dict(settings or {})
        self.term = _of_class(loss, settings, similar=similar)
        _refuse_more_than_rows(loss, settings, self)

    def forward(self, distance: Distances, same: Same) -> Scalar:
        rows, matches = distance.flatten(0, -2), same.flatten(0, -2)
        pairs = (*matches.nonzero(as_tuple=True), *(~matches).nonzero(as_tuple=True))
        references = rows.new_zeros(rows.shape[1], rows.shape[1])
        value: Scalar = self.term(rows, indices_tuple=pairs, ref_emb=references)
        return value


def _of_class(name: str, settings: dict[str, Any], *, similar: bool) -> nn.Module:
    try:
        from pytorch_metric_learning import distances, losses
    except ImportError:
        raise MissingExtra("pytorch-metric-learning", "losses", f"the loss {name}") from None

    class Given(distances.BaseDistance):  # type: ignore[misc]
        def forward(self, rows: Tensor, *_: Tensor) -> Tensor:
            return rows

    class OneLessGiven(distances.CosineSimilarity):  # type: ignore[misc]
        def forward(self, rows: Tensor, *_: Tensor) -> Tensor:
            return (1 - rows).clamp(-WITHIN, WITHIN)

    build = getattr(losses, name, None)
    if not (isinstance(build, type) and issubclass(build, losses.BaseMetricLossFunction)):
        raise RecipeError(
            f"loss.loss names a loss of pytorch-metric-learning, such as MultiSimilarityLoss, got "
            f"{name!r}"
        )
    try:
        expects_similarity = build(**settings).distance.is_inverted
        given = OneLessGiven() if similar and expects_similarity else Given()
        made: nn.Module = build(**settings, distance=given)
    except Exception as error:  # whatever the package does with arguments that it never checks
        raise RecipeError(
            f"pytorch-metric-learning makes no {name} of distances with loss.settings {settings}: "
            f"{_reason(error)}. Losses of similarities need metric.name=cosine and no reader that "
            "attends, and losses with weights for every class cannot be used"
        ) from None
    return made


def _refuse_more_than_rows(name: str, settings: Settings, loss: Loss) -> None:
    """Raises RecipeError if the loss changes when the items of each row change their order."""
    distance = torch.tensor([[0.1, 0.8, 0.5, 0.3], [0.7, 0.2, 0.6, 0.4], [0.9, 0.35, 0.15, 0.55]])
    same = torch.tensor([[True, False, False, True], [True, True, False, False]] * 2)[:3]
    order = torch.tensor([[1, 0, 3, 2], [3, 2, 0, 1], [0, 1, 2, 3]])
    try:
        with torch.no_grad():
            value = loss(distance, same)
            other = loss(distance.gather(1, order), same.gather(1, order))
    except Exception as error:  # as above: most arguments are first used here
        raise RecipeError(_rows_alone(name, settings, _reason(error))) from None
    if not value.isfinite():
        raise RecipeError(_rows_alone(name, settings, f"it is {value.item()}"))
    if not torch.allclose(value, other, rtol=1e-4, atol=1e-6):
        raise RecipeError(_rows_alone(name, settings, "it looks at several rows at once"))


def _rows_alone(name: str, settings: Settings, reason: str) -> str:
    return (
        f"a loss must be made of rows of distances, and {name} with loss.settings {settings} is "
        f"not ({reason}): correct loss.settings, or set loss.loss to another, such as "
        "MultiSimilarityLoss or NTXentLoss"
    )


def _reason(error: Exception) -> str:
    return str(error) or type(error).__name__
