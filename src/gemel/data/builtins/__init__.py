"""Built-in datasets by name, read from the archives that their authors published."""

from __future__ import annotations

from collections.abc import Callable

from gemel.data.builtins.cedar import open_cedar
from gemel.data.builtins.cifar10 import open_cifar10
from gemel.data.builtins.digits import open_digits
from gemel.data.builtins.fashion_mnist import open_fashion_mnist
from gemel.data.builtins.job_titles import job_titles
from gemel.data.builtins.mnist import open_mnist, open_mnist_dark_on_light
from gemel.data.builtins.omniglot import (
    open_omniglot,
    open_omniglot_small1,
    open_omniglot_small2,
)
from gemel.data.builtins.omniglot_koch import open_omniglot_koch
from gemel.data.builtins.omniglot_strokes import open_omniglot_strokes
from gemel.data.builtins.omniglot_traced import open_omniglot_traced
from gemel.data.builtins.omniglot_vinyals import open_omniglot_vinyals
from gemel.data.builtins.orl_faces import open_orl_faces
from gemel.data.builtins.phototour import PHOTOTOUR
from gemel.data.builtins.stl10 import open_stl10
from gemel.data.builtins.susig import susig
from gemel.data.builtins.svhn import open_svhn
from gemel.data.builtins.text_pairs import TEXT_PAIRS
from gemel.data.builtins.ucr import ucr
from gemel.data.dataset import Dataset

BUILTINS: dict[str, Callable[[], Dataset]] = {
    "arrowhead": ucr("ArrowHead"),
    "cedar": open_cedar,
    "cifar10": open_cifar10,
    "digits": open_digits,
    "fashion-mnist": open_fashion_mnist,
    "gunpoint": ucr("GunPoint"),
    "italy-power": ucr("ItalyPowerDemand"),
    "japanese-vowels": ucr("JapaneseVowels"),
    "job-titles": job_titles("typos", "synonyms", "extra-words", held_out=False),
    "job-titles-extra-words": job_titles("extra-words", held_out=True),
    "job-titles-synonyms": job_titles("synonyms", held_out=True),
    "job-titles-typos": job_titles("typos", held_out=True),
    "mnist": open_mnist,
    "mnist-dark-on-light": open_mnist_dark_on_light,
    "omniglot": open_omniglot,
    "omniglot-koch": open_omniglot_koch,
    "omniglot-small1": open_omniglot_small1,
    "omniglot-small2": open_omniglot_small2,
    "omniglot-strokes": open_omniglot_strokes,
    "omniglot-traced": open_omniglot_traced,
    "omniglot-vinyals": open_omniglot_vinyals,
    "orl-faces": open_orl_faces,
    **PHOTOTOUR,
    "stl10": open_stl10,
    "susig": susig("visual", "blind"),
    "susig-blind": susig("blind"),
    "susig-visual": susig("visual"),
    "svhn": open_svhn,
    **TEXT_PAIRS,
}

__all__ = ["BUILTINS"]
