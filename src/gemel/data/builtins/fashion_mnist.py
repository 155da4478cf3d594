"""`fashion-mnist`: 70,000 pictures of ten kinds of clothes, 28×28, in MNIST's files.

Xiao, Rasul & Vollgraf, "Fashion-MNIST: a Novel Image Dataset for Benchmarking Machine Learning
Algorithms", 2017. The checksums are those that its authors publish.
"""

from __future__ import annotations

from gemel.data.builtins.idx import archives, open_idx
from gemel.data.dataset import Dataset

HOME = "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/"

MD5 = (
    "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
    "25c81989df183df01b3e8a0aad5dffbe",
    "bef4ecab320f06d8554ea6380940ec79",
    "bb300cfdad3c16e7a12a480ee83cd310",
)

LABELS = (
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)


def open_fashion_mnist() -> Dataset:
    """Items are (28, 28) uint8, named `train/0` … `test/9999`; labels are kinds of clothes."""
    return open_idx("fashion-mnist", archives(HOME, MD5), LABELS)
