"""`mnist`: 70,000 handwritten digits, 28×28, and `mnist-dark-on-light`, the same inverted.

LeCun, Bottou, Bengio & Haffner, "Gradient-Based Learning Applied to Document Recognition",
Proceedings of the IEEE, 1998. The checksums are those that torchvision publishes.
"""

from __future__ import annotations

from dataclasses import replace

from gemel.data.builtins.idx import archives, open_idx
from gemel.data.dataset import Dataset
from gemel.data.sources import ArrayItems

HOME = "https://ossci-datasets.s3.amazonaws.com/mnist/"
"""PyTorch's mirror, because the authors' own page no longer serves the files."""

MD5 = (
    "f68b3c2dcbeaaa9fbdd348bbdeb94873",
    "d53e105ee54ea40749a09fcbcd1e9432",
    "9fb629c4189551a2d022fa330f9573f3",
    "ec29112dd5afa0611ce80d1b7f02629c",
)


def open_mnist() -> Dataset:
    """Items are (28, 28) uint8, named `train/0` … `test/9999`, labels "0" to "9"."""
    return open_idx("mnist", archives(HOME, MD5), tuple(map(str, range(10))))


def open_mnist_dark_on_light() -> Dataset:
    """As `mnist` but dark on light, like Omniglot's drawings, to test networks trained on these."""
    mnist = open_mnist()
    assert isinstance(mnist.items, ArrayItems)
    parts = tuple((part, 255 - pictures) for part, pictures in mnist.items.parts)
    return replace(mnist, name="mnist-dark-on-light", items=ArrayItems(parts))
