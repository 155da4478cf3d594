"""Losses of pytorch-metric-learning on rows of distances, against the package's on embeddings."""

from __future__ import annotations

import inspect
import sys

import numpy as np
import pytest
import torch
from pytorch_metric_learning import losses
from torch.nn.functional import normalize

import gemel
from gemel.batches.batch import all_others
from gemel.errors import MissingExtra, RecipeError
from gemel.losses.pytorch_metric_learning import PytorchMetricLearningLoss
from gemel.recipe.files import load_recipe

LABELS = torch.arange(12) % 4


def batch() -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Unit embeddings of 12 items, and who is compared with whom in batches of classes."""
    embeddings = torch.randn(12, 6, generator=torch.Generator().manual_seed(4))
    columns = torch.from_numpy(all_others(np.arange(12), 12))
    return normalize(embeddings), columns, LABELS[:, None] == LABELS[columns]


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("MultiSimilarityLoss", {"alpha": 3, "base": 0.4}),
        ("CircleLoss", {}),
        ("NTXentLoss", {"temperature": 0.2}),
        ("SupConLoss", {}),
        ("TupletMarginLoss", {}),
    ],
)
def test_of_similarities(name, settings):
    embeddings, columns, same = batch()
    cosine = 1 - embeddings @ embeddings.T
    loss = PytorchMetricLearningLoss(name, settings, similar=True)
    own = getattr(losses, name)(**settings)(embeddings, LABELS)
    torch.testing.assert_close(loss(cosine.gather(1, columns), same), own, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("ContrastiveLoss", {"neg_margin": 1.4}),
        ("TripletMarginLoss", {"margin": 0.3}),
        ("TripletMarginLoss", {"smooth_loss": True}),
        ("MarginLoss", {"beta": 1.0, "learn_beta": True, "nu": 0.1}),
        ("GeneralizedLiftedStructureLoss", {}),
    ],
)
def test_of_distances(name, settings):
    embeddings, columns, same = batch()
    loss = PytorchMetricLearningLoss(name, settings)
    own = getattr(losses, name)(**settings)(embeddings, LABELS)
    distance = torch.cdist(embeddings, embeddings).gather(1, columns)
    torch.testing.assert_close(loss(distance, same), own, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", ["CircleLoss", "MultiSimilarityLoss", "TupletMarginLoss"])
def test_items_that_coincide_have_finite_gradients(name):
    # Rounding can make the cosine of an item with itself larger than 1, where no angle has it.
    distance = torch.tensor([[0.0, -1e-6, 0.5, 2.0]]).requires_grad_()
    same = torch.tensor([[True, True, False, False]])
    loss = PytorchMetricLearningLoss(name, similar=True)(distance, same)
    loss.backward()
    assert torch.isfinite(loss)
    assert torch.isfinite(distance.grad).all()


def test_shares_of_attention_are_no_similarities(drawings, tmp_path):
    settings = {"loss.name": "pytorch-metric-learning", "loss.loss": "TupletMarginLoss"}
    settings |= {"batch.kind": "episodes", "batch.ways": 2, "reader.name": "attention"}
    with pytest.raises(RecipeError, match="no reader that attends"):
        gemel.train(drawings, out=tmp_path / "run", epochs=1, settings=settings, quiet=True)


def test_a_number_that_the_loss_learns_is_a_parameter():
    loss = PytorchMetricLearningLoss("MarginLoss", {"learn_beta": True})
    assert [tuple(each.shape) for each in loss.parameters()] == [(1,)]


@pytest.mark.parametrize(
    ("name", "settings", "sentence"),
    [
        ("LiftedStructureLoss", {}, "looks at several rows at once"),
        ("TripletMarginLoss", {"swap": True, "margin": 1.0}, "made of rows of distances"),
        ("FastAPLoss", {}, "FastAPLoss requires the distance metric to be LpDistance"),
        ("NCALoss", {}, "labels are required"),
        ("ArcFaceLoss", {}, "num_classes.*weights for every class cannot be used"),
        ("CircleLoss", {}, "CosineSimilarity.*need metric.name=cosine"),
        ("MultiSimilarityLoss", {"alfa": 2}, "unexpected keyword argument 'alfa'"),
        ("MultiSimilarityLos", {}, "names a loss of .*, got 'MultiSimilarityLos'"),
        ("BaseMetricLossFunction", {}, r"rows of distances.*\(NotImplementedError\)"),
        ("ContrastiveLoss", {"distance": "cosine"}, "loss.settings {'distance': 'cosine'}"),
        ("ContrastiveLoss", {"pos_margin": "a"}, "loss.settings {'pos_margin': 'a'}.*for -"),
        ("MarginLoss", {"num_classes": 5}, "correct loss.settings"),
        ("MultiSimilarityLoss", {"alpha": 0}, "loss.settings {'alpha': 0}.*division by zero"),
        ("GeneralizedLiftedStructureLoss", {"neg_margin": 1e39}, "it is (inf|nan)"),
        ("ProxyNCALoss", {"num_classes": -3, "embedding_size": 4}, "negative dimension"),
    ],
)
def test_what_is_not_a_loss_of_rows_is_refused(name, settings, sentence):
    with pytest.raises(RecipeError, match=sentence):
        PytorchMetricLearningLoss(name, settings)


@pytest.mark.parametrize("similar", [False, True])
def test_every_name_of_the_package_works_or_is_refused(similar):
    worked = set()
    for name, _ in inspect.getmembers(losses):
        try:
            loss = PytorchMetricLearningLoss(name, similar=similar)
        except RecipeError:
            continue
        assert torch.isfinite(loss(torch.rand(3, 4), torch.eye(3, 4) > 0))
        worked.add(name)
    assert {"ContrastiveLoss", "MultiSimilarityLoss", "NTXentLoss", "SupConLoss"} <= worked


def test_without_the_package_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "pytorch_metric_learning", None)
    with pytest.raises(MissingExtra, match=r"pip install 'gemel\[losses\]'"):
        PytorchMetricLearningLoss()


def test_a_training_by_one(drawings, tmp_path):
    settings = {"loss.name": "pytorch-metric-learning", "loss.settings.base": 0.4}
    settings |= {"metric.name": "cosine", "encoder.name": "mlp"}
    run = gemel.train(drawings, out=tmp_path / "run", epochs=1, settings=settings, quiet=True)
    recipe = load_recipe(run.path / "recipe.toml")
    assert (recipe.loss.loss, recipe.loss.settings) == ("MultiSimilarityLoss", {"base": 0.4})
    assert gemel.load(run.path).compare(*sorted(drawings.rglob("*.png"))[:2]).probability > 0
