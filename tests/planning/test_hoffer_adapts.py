"""One recipe for the four data sets of the paper: the pictures decide the network."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from gemel.data import open_data
from gemel.planning.make_plan import make_plan, prepare_and_resolve
from gemel.progress import Silent
from gemel.recipe.files import load_recipe


@pytest.mark.parametrize(
    ("shape", "read_as", "maps"),
    [
        ((28, 28), (1, 28, 28), [32, 64, 128]),  # MNIST
        ((32, 32, 3), (3, 32, 32), [64, 128, 256, 128]),  # CIFAR-10, SVHN
        ((96, 96, 3), (3, 32, 32), [64, 128, 256, 128]),  # STL-10
    ],
)
def test_hoffer_adapts_to_grey_and_colour_and_ends_in_128_numbers(tmp_path, shape, read_as, maps):
    rng = np.random.default_rng(0)
    for label in ("a", "b", "c"):
        (tmp_path / "pictures" / label).mkdir(parents=True)
        for item in range(8):
            pixels = rng.integers(0, 256, shape).astype(np.uint8)
            Image.fromarray(pixels).save(tmp_path / "pictures" / label / f"{item}.png")
    prepared, recipe = prepare_and_resolve(
        open_data(str(tmp_path / "pictures")), load_recipe("hoffer-2015"), Silent()
    )
    twin = make_plan(recipe, prepared).twin
    assert prepared.packed.left.input.shape == read_as
    layers = [part for part in twin.encoder.modules() if hasattr(part, "out_channels")]
    assert [layer.out_channels for layer in layers] == maps
    assert [layer.kernel_size[0] for layer in layers] == [5, 3, 3, 2][: len(maps)]
    assert twin.encoder.embedding_size == 128
