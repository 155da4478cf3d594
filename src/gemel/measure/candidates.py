"""Few-shot episodes for a part of a dataset, drawn as the question asks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self, final

import numpy as np

from gemel.arrays import Codes, Indices
from gemel.counting import count
from gemel.errors import DataError
from gemel.evaluation.across import TwoSides, draw_across, most_ways_across
from gemel.evaluation.episodes import Episodes, FewShotTask, draw_episodes, groups_below, most_ways
from gemel.evaluation.two_makers import (
    Makers,
    SmallGroups,
    TwoMakersTask,
    draw_two_makers,
    most_ways_of_two,
)
from gemel.measure.prepared import Prepared

USUAL_TRIALS = FewShotTask.trials
USUAL_EPISODES = TwoMakersTask.episodes
"""Each of as many trials as there are ways."""


@final
@dataclass(frozen=True)
class Candidates:
    """Labels, groups and makers (n,) of the items to draw from, as codes.

    `groups` and `makers` are None where the question ignores them. `group_names` are those of the
    dataset.
    """

    labels: Codes
    groups: Codes | None
    makers: Codes | None
    group_names: tuple[str, ...]
    small_groups: SmallGroups
    sides: TwoSides | None = None
    """For a dataset with different items on the two sides: queries on the left, examples on the
    right."""

    @classmethod
    def of(
        cls,
        prepared: Prepared,
        items: Indices,
        *,
        within_group: bool,
        makers: Makers,
        small_groups: SmallGroups,
    ) -> Self:
        """The candidates among `items`; raises DataError where the dataset lacks the groups or the
        makers that the question asks for.
        """
        groups = prepared.groups(items) if within_group else None
        if within_group and groups is None:
            raise DataError(
                f"--within-group needs data with groups, and {prepared.dataset.name} has none"
            )
        by = prepared.makers(items) if makers == "two" else None
        if makers == "two" and by is None:
            raise DataError(
                "--makers two needs data that say who or what made each item (a column maker), and "
                f"{prepared.dataset.name} does not"
            )
        names = prepared.dataset.group_names
        sides = prepared.two_sides(items)
        if sides is not None and by is not None:
            raise DataError(
                "--makers two needs items of one label by two makers on the same side, and "
                f"{prepared.dataset.name} has different items on the two sides: leave it out"
            )
        return cls(prepared.labels(items), groups, by, names, small_groups, sides)

    def most_ways(self, shots: int) -> int:
        """The largest N that the data allow."""
        if self.sides is not None:
            return most_ways_across(self.sides, shots, self.groups)
        if self.makers is None:
            return most_ways(self.labels, shots, self.groups)
        return most_ways_of_two(self.labels, self.makers, shots, self.groups)

    def lacking(self) -> str:
        """Why there is no episode at all: what it takes, and what there is."""
        where = " in one group" if self.groups is not None else ""
        whose = " by another maker" if self.makers is not None else ""
        return (
            f"needs 2 labels{where} with an example and another item{whose} to classify, got "
            f"{count(self.most_ways(1), 'such label')}"
        )

    def episodes(
        self, ways: int, shots: int, seed: int, trials: int | None = None
    ) -> tuple[list[Episodes], tuple[str, ...]]:
        """Draw N-way K-shot episodes, and say which groups are too small for them.

        `trials` is their number, by default the usual one; between makers it is rounded up to whole
        episodes.
        """
        if self.makers is None:
            task = FewShotTask(ways, shots, trials or USUAL_TRIALS, seed)
            if self.sides is None:
                episodes = draw_episodes(self.labels, task, self.groups)
            else:
                episodes = draw_across(self.sides, task, self.groups)
            return episodes, self._notice(self._small_groups(ways, shots), ways, "skip")
        number = -(-trials // ways) if trials else USUAL_EPISODES
        makers_task = TwoMakersTask(ways, shots, number, seed, self.small_groups)
        drawn = draw_two_makers(self.labels, self.makers, makers_task, self.groups)
        left_out = self._notice(drawn.left_out, drawn.least, "skip")
        return drawn.episodes, (*left_out, *self._notice(drawn.fewer, ways, "fewer-ways"))

    def _small_groups(self, ways: int, shots: int) -> Codes:
        if self.groups is None:
            return np.zeros(0, np.int64)
        if self.sides is not None:  # the query is not among the K items on the right
            right = self.sides.right
            return groups_below(self.labels[right], ways, shots - 1, self.groups[right])
        return groups_below(self.labels, ways, shots, self.groups)

    def _notice(self, small: Codes, ways: int, fate: SmallGroups) -> tuple[str, ...]:
        """A sentence about the groups `small` (codes), if there are any."""
        if self.groups is None or not len(small):
            return ()
        names = ", ".join(self.group_names[code] for code in small)
        one = len(small) == 1
        have, are, they = ("has", "is", "it has") if one else ("have", "are", "they have")
        what = f"asked with those {they}" if fate == "fewer-ways" else "left out"
        groups = count(len(np.unique(self.groups)), "group")
        return (
            f"{len(small)} of {groups} {have} fewer than {ways} labels and {are} {what}: {names}.",
        )
