"""Data sets by name, one file each; their archives are read as their authors published them."""

from __future__ import annotations

from collections.abc import Callable

from gemel.data.advance import Advance
from gemel.data.builtins.digits import open_digits
from gemel.data.builtins.fashion_mnist import open_fashion_mnist
from gemel.data.builtins.mnist import open_mnist
from gemel.data.builtins.omniglot import open_omniglot
from gemel.data.builtins.orl_faces import open_orl_faces
from gemel.data.dataset import Dataset

BUILTINS: dict[str, Callable[[Advance | None], Dataset]] = {
    "digits": open_digits,
    "fashion-mnist": open_fashion_mnist,
    "mnist": open_mnist,
    "omniglot": open_omniglot,
    "orl-faces": open_orl_faces,
}

__all__ = ["BUILTINS"]
