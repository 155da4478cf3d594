"""Built-in datasets by name, read from the archives that their authors published."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from gemel.data.builtins.cedar import open_cedar
from gemel.data.builtins.cifar10 import open_cifar10
from gemel.data.builtins.digits import open_digits
from gemel.data.builtins.fashion_mnist import open_fashion_mnist
from gemel.data.builtins.job_titles import open_job_titles
from gemel.data.builtins.mnist import open_mnist, open_mnist_dark_on_light
from gemel.data.builtins.omniglot import BACKGROUND, SMALL1, SMALL2, open_omniglot
from gemel.data.builtins.omniglot_koch import open_omniglot_koch
from gemel.data.builtins.omniglot_strokes import open_omniglot_strokes
from gemel.data.builtins.omniglot_traced import open_omniglot_traced
from gemel.data.builtins.omniglot_vinyals import open_omniglot_vinyals
from gemel.data.builtins.orl_faces import open_orl_faces
from gemel.data.builtins.phototour import PHOTOTOUR
from gemel.data.builtins.stl10 import open_stl10
from gemel.data.builtins.susig import open_susig
from gemel.data.builtins.svhn import open_svhn
from gemel.data.builtins.text_pairs import TEXT_PAIRS
from gemel.data.builtins.ucr import open_ucr
from gemel.data.dataset import Dataset

BUILTINS: dict[str, Callable[[], Dataset]] = {
    "arrowhead": partial(open_ucr, "ArrowHead"),
    "cedar": open_cedar,
    "cifar10": open_cifar10,
    "digits": open_digits,
    "fashion-mnist": open_fashion_mnist,
    "gunpoint": partial(open_ucr, "GunPoint"),
    "italy-power": partial(open_ucr, "ItalyPowerDemand"),
    "japanese-vowels": partial(open_ucr, "JapaneseVowels"),
    "job-titles": partial(open_job_titles, "typos", "synonyms", "extra-words", held_out=False),
    "job-titles-extra-words": partial(open_job_titles, "extra-words", held_out=True),
    "job-titles-synonyms": partial(open_job_titles, "synonyms", held_out=True),
    "job-titles-typos": partial(open_job_titles, "typos", held_out=True),
    "mnist": open_mnist,
    "mnist-dark-on-light": open_mnist_dark_on_light,
    "omniglot": partial(open_omniglot, "omniglot", BACKGROUND),
    "omniglot-koch": open_omniglot_koch,
    "omniglot-small1": partial(open_omniglot, "omniglot-small1", SMALL1),
    "omniglot-small2": partial(open_omniglot, "omniglot-small2", SMALL2),
    "omniglot-strokes": open_omniglot_strokes,
    "omniglot-traced": open_omniglot_traced,
    "omniglot-vinyals": open_omniglot_vinyals,
    "orl-faces": open_orl_faces,
    **PHOTOTOUR,
    "stl10": open_stl10,
    "susig": partial(open_susig, "visual", "blind"),
    "susig-blind": partial(open_susig, "blind"),
    "susig-visual": partial(open_susig, "visual"),
    "svhn": open_svhn,
    **TEXT_PAIRS,
}

__all__ = ["BUILTINS"]
