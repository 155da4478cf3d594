"""What an encoder takes from the training items before its first step."""

from __future__ import annotations

import numpy as np
import torch

from gemel.data import open_data
from gemel.functional.whitening import covariance_within
from gemel.progress import Silent
from gemel.recipe import load_recipe
from gemel.training.train import make_plan, prepare_for

SMALL = load_recipe("faces").small


def test_the_last_layer_whitens_the_training_side_and_sees_nothing_of_the_others():
    recipe = load_recipe("faces", (*SMALL, "encoder.shrinkage=0", "encoder.descriptors=8"))
    prepared, recipe = prepare_for(open_data("digits"), recipe, Silent())
    encoder = make_plan(recipe, prepared).twin.encoders[0]

    def white(side):
        (pictures,) = prepared.packed.left.feed(prepared.side(side))
        with torch.inference_mode():
            views = encoder.whitening(encoder.features(torch.from_numpy(pictures)))
        labels = np.repeat(prepared.labels(prepared.side(side)), views.shape[1])
        return views.flatten(0, 1).numpy(), labels

    within = covariance_within(*white("train"))
    assert abs(within - np.eye(8)).max() < 0.01
    assert abs(covariance_within(*white("test")) - np.eye(8)).max() > 0.1


def test_the_right_encoder_of_a_separate_tie_whitens_what_the_right_side_reads():
    own = ("encoder.shrinkage=0", "encoder.descriptors=8", "metric.name=cosine")
    right = ("tie=separate", "right.input.size=[24,24]", "right.encoder.name=gabor")
    right += tuple(
        each.replace("encoder.", "right.encoder.")
        for each in (*SMALL, *own)
        if each.startswith("encoder.")
    )
    recipe = load_recipe("faces", (*SMALL, *own, *right))
    prepared, recipe = prepare_for(open_data("digits"), recipe, Silent())
    encoder = make_plan(recipe, prepared).twin.encoders[1]
    (pictures,) = prepared.packed.right.feed(prepared.side("train"))
    with torch.inference_mode():
        views = encoder.whitening(encoder.features(torch.from_numpy(pictures)))
    labels = np.repeat(prepared.labels(prepared.side("train")), views.shape[1])
    within = covariance_within(views.flatten(0, 1).numpy(), labels)
    assert abs(within - np.eye(8)).max() < 0.01
