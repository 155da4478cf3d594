"""The items of a part that few-shot may use as queries and as candidates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Self, TypeAlias, final

import numpy as np

from gemel.arrays import Codes, Indices
from gemel.counting import count
from gemel.errors import DataError
from gemel.evaluation.across import TwoSides, draw_across, most_ways_across
from gemel.evaluation.few_shot import (
    Episodes,
    FewShotTask,
    draw_episodes,
    groups_below,
    most_ways,
)
from gemel.evaluation.two_makers import (
    SmallGroups,
    TwoMakersTask,
    draw_two_makers,
    most_ways_of_two,
)
from gemel.measure.prepared import Prepared

Makers: TypeAlias = Literal["any", "two"]
"""`two`: the examples of an episode come from one maker, the queries from another."""


USUAL_TRIALS = FewShotTask.trials
USUAL_EPISODES = TwoMakersTask.episodes
"""Of as many trials as there are ways."""


@final
@dataclass(frozen=True)
class Candidates:
    """Codes (n,) of the items that may be drawn; `None` where the question does not look at them.

    `group_names` are those of the dataset.
    """

    labels: Codes
    groups: Codes | None
    makers: Codes | None
    group_names: tuple[str, ...]
    small_groups: SmallGroups
    sides: TwoSides | None = None
    """Where the examples of a trial are on the right, and its query is on the left."""

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
        """Raises DataError where the data do not have what the question is about."""
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
                f"--makers two asks for an example of another maker on the same side, and "
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
        """What it takes to ask anything, and what there is of it."""
        where = " in one group" if self.groups is not None else ""
        whose = " of another maker" if self.makers is not None else ""
        return (
            f"needs 2 labels{where} with an example and another item{whose} to be named by it, got "
            f"{count(self.most_ways(1), 'such label')}"
        )

    def episodes(
        self, ways: int, shots: int, seed: int, trials: int | None = None
    ) -> tuple[list[Episodes], tuple[str, ...]]:
        """Episodes for the usual number of trials, or for `trials` (between makers: rounded up to
        whole episodes), and a sentence about groups that are too small for them, if there are any.
        """
        if self.sides is not None:
            task_across = FewShotTask(ways, shots, trials or USUAL_TRIALS, seed)
            return draw_across(self.sides, task_across, self.groups), ()
        if self.makers is None:
            any_maker = FewShotTask(ways, shots, trials or USUAL_TRIALS, seed)
            drawn_anywhere = draw_episodes(self.labels, any_maker, self.groups)
            return drawn_anywhere, self._small(self._below(ways, shots), ways, "skip")
        episodes = -(-trials // ways) if trials else USUAL_EPISODES
        task = TwoMakersTask(ways, shots, episodes, seed, self.small_groups)
        drawn = draw_two_makers(self.labels, self.makers, task, self.groups)
        return drawn.episodes, self._small(drawn.small, ways, self.small_groups)

    def _below(self, ways: int, shots: int) -> Codes:
        if self.groups is None:
            return np.zeros(0, np.int64)
        return groups_below(self.labels, ways, shots, self.groups)

    def _small(self, small: Codes, ways: int, fate: SmallGroups) -> tuple[str, ...]:
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
