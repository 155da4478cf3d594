"""What an encoder takes from the training items before its first step."""

from __future__ import annotations

import numpy as np
import torch

from gemel.data import Dataset, open_data
from gemel.data.sources import ArrayItems
from gemel.functional.whitening import covariance_within
from gemel.planning.make_plan import make_plan, prepare_and_resolve
from gemel.progress import Silent
from gemel.recipe.files import load_recipe

SMALL = load_recipe("faces").small


def test_the_last_layer_whitens_the_training_side_and_sees_nothing_of_the_others():
    recipe = load_recipe("faces", (*SMALL, "encoder.shrinkage=0", "encoder.descriptors=8"))
    prepared, recipe = prepare_and_resolve(open_data("digits"), recipe, Silent())
    encoder = make_plan(recipe, prepared).twin.encoders[0]

    def white(side):
        (pictures,) = prepared.packed.left.feed(prepared.part(side))
        with torch.inference_mode():
            views = encoder.whitening(encoder.features(torch.from_numpy(pictures)))
        labels = np.repeat(prepared.labels(prepared.part(side)), views.shape[1])
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
    prepared, recipe = prepare_and_resolve(open_data("digits"), recipe, Silent())
    encoder = make_plan(recipe, prepared).twin.encoders[1]
    (pictures,) = prepared.packed.right.feed(prepared.part("train"))
    with torch.inference_mode():
        views = encoder.whitening(encoder.features(torch.from_numpy(pictures)))
    labels = np.repeat(prepared.labels(prepared.part("train")), views.shape[1])
    within = covariance_within(views.flatten(0, 1).numpy(), labels)
    assert abs(within - np.eye(8)).max() < 0.01


def stroke(slant, width, random):
    """A wave that leans, with a pen of some width, black on white."""
    picture = np.full((40, 60), 255, np.uint8)
    for x in range(8, 52):
        y = 20 + 6 * np.sin(x * slant + random.normal(scale=0.2)) + random.normal(scale=0.4)
        picture[int(y) : int(y) + width, x] = 0
    return picture


def writers_and_their_forgers():
    """Ten writers of eight items each; the forger has a thicker pen, for everyone."""
    random = np.random.default_rng(0)
    labels, genuine = np.repeat(np.arange(10), 16), np.tile(np.arange(16) < 8, 10)
    pictures = [
        stroke(0.2 + 0.05 * label, 2 if own else 5, random)
        for label, own in zip(labels, genuine, strict=True)
    ]
    return Dataset(
        name="writers",
        items=ArrayItems((("writers", np.stack(pictures)),)),
        labels=labels,
        label_names=tuple(str(label) for label in range(10)),
        genuine=genuine,
    )


def test_forgeries_say_in_what_items_differ_and_not_what_a_label_varies_by():
    small = load_recipe("signatures").small
    changes = (*small, "encoder.shrinkage=0", "encoder.axes=6", "batch.labels=2")
    recipe = load_recipe("signatures", changes)
    prepared, recipe = prepare_and_resolve(writers_and_their_forgers(), recipe, Silent())
    encoder = make_plan(recipe, prepared).twin.encoders[0]
    train = prepared.part("train")
    own = train[prepared.genuine(train)]

    def white(items):
        (pictures,) = prepared.packed.left.feed(items)
        with torch.inference_mode():
            (features,) = encoder.described(torch.from_numpy(pictures))
            (layer,) = encoder.whitenings()
            return layer(features[:, 0]).numpy()

    assert abs(covariance_within(white(own), prepared.labels(own)) - np.eye(6)).max() < 0.02
    # The middle is that of all items, and forgeries lie on the other side of it.
    assert abs(white(train).mean(0)).max() < 0.02
    assert abs(white(own).mean(0)).max() > 0.5
