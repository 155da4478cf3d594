"""Trials: labels of one group by two makers, as in the one-shot test of Omniglot.

Lake, Salakhutdinov & Tenenbaum, "Human-level concept learning through probabilistic program
induction", Science, 2015: 20 characters of one alphabet by one drawer are matched with the same 20
by another.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple, final

import numpy as np

from gemel.arrays import Codes, Indices
from gemel.batches.batch import Batch
from gemel.batches.labels import LabelIndex


@final
@dataclass(frozen=True)
class Trials:
    """`trials` trials per batch, of `ways` labels each, with one item per label and maker.

    Every item is compared with all items by the other maker in its trial. `makers` are codes of all
    items of the dataset; if None, two different items of each label are drawn. With `turned`, all
    items of a trial are rotated by the same random number of quarter turns. A share `overlaid` of
    the trials has compound labels: each drawing has one of another label laid over it, the same
    label for both makers.

    >>> index = LabelIndex(np.arange(12), np.repeat(np.arange(3), 4))
    >>> batch = next(Trials(index, None, trials=1, ways=3).epoch(np.random.default_rng(0)))
    >>> len(batch.items), batch.same.shape, int(batch.same.sum())
    (6, (6, 3), 6)
    """

    index: LabelIndex
    makers: Codes | None
    trials: int
    ways: int
    turned: bool = False
    overlaid: float = 0.0

    @property
    def steps(self) -> int:
        return max(1, self.index.item_count // (2 * self.trials * self.ways))

    def epoch(self, rng: np.random.Generator) -> Iterator[Batch]:
        for _ in range(self.steps):
            yield _joined([self._trial(rng) for _ in range(self.trials)], self._turns(rng))

    def _turns(self, rng: np.random.Generator) -> Codes | None:
        return rng.integers(4, size=self.trials) if self.turned else None

    def _trial(self, rng: np.random.Generator) -> _Trial:
        labels = self.index.draw_from_group(self.ways, rng)
        partner = np.arange(self.ways)
        if rng.random() < self.overlaid:
            partner = rng.permutation(self.ways)
        pair = np.sort([labels, labels[partner]], axis=0)
        return _Trial(self._drawn(labels, rng), pair[0] * len(self.index) + pair[1], partner)

    def _drawn(self, labels: Indices, rng: np.random.Generator) -> Indices:
        """(2, ways) an item of each label by one maker, and one by another where they have it.

        A repeated label has the same two items each time, so that none is on both sides.
        """
        _, first, label = np.unique(labels, return_index=True, return_inverse=True)
        items = [self.index.draw_items(label, 2, rng) for label in labels.tolist()]
        drawn = np.stack(items, axis=1)
        if self.makers is None:
            return drawn[:, first[label]]
        members = [self.index.items[label] for label in labels]
        makers = np.unique(self.makers[np.concatenate(members)])
        for side, maker in enumerate(rng.permutation(makers)[:2]):
            for way, items in enumerate(members):
                own = items[self.makers[items] == maker]
                if len(own):
                    drawn[side, way] = rng.choice(own)
        for way, items in enumerate(members):
            if drawn[0, way] == drawn[1, way]:  # one of the makers has no item of this label
                drawn[1, way] = rng.choice(items[items != drawn[0, way]])
        return drawn[:, first[label]]


class _Trial(NamedTuple):
    items: Indices
    """(2, ways): row 0 by one maker, row 1 by the other."""
    codes: Codes
    """(ways,) the label, or compound label, of each way."""
    partner: Indices
    """(ways,) the way whose drawing is laid over each; its own for none."""


def _joined(trials: list[_Trial], turns: Codes | None) -> Batch:
    ways = len(trials[0].codes)
    count = 2 * ways
    position = np.arange(len(trials) * count).reshape(-1, 2, ways)
    others = np.repeat(position[:, ::-1], ways, axis=1).reshape(-1, ways)
    codes = np.stack([trial.codes for trial in trials])
    same = np.repeat(codes[:, :, None] == codes[:, None], 2, axis=0).reshape(-1, ways)
    over = np.stack([position[number][:, trial.partner] for number, trial in enumerate(trials)])
    return Batch(
        items=np.concatenate([trial.items.ravel() for trial in trials]),
        rows=position.ravel(),
        columns=others,
        same=same,
        turns=None if turns is None else np.repeat(turns, count),
        groups=np.repeat(np.arange(len(trials)), count),
        over=over.ravel() if (over != position).any() else None,
    )
