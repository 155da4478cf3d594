"""What a training is told where items beside themselves are not the same."""

from __future__ import annotations

import numpy as np

from gemel.calibration import EerTarget, choose_threshold
from gemel.data import SplitConfig, open_data
from gemel.export.unlike_themselves import unlike_themselves
from gemel.inputs import ImageInput
from gemel.measure.prepare import prepare
from gemel.progress import Silent

GREY = ImageInput(height=12, width=12, channels=1)


def test_items_that_are_unlike_themselves_are_counted(drawings):
    class Offset:
        """Learned scores: a distance that begins at `first`."""

        def __init__(self, first):
            self.first = first

        def pairs(self, left, right):
            return np.where(left == right, self.first, 0.5).astype(np.float32)

    prepared = prepare(open_data(drawings), (GREY, GREY), SplitConfig(by="item"), 0, Silent())
    threshold = choose_threshold(np.float32([0, 1]), np.array([True, False]), EerTarget())
    assert unlike_themselves(Offset(0.0), prepared, threshold) == ()
    (told,) = unlike_themselves(Offset(2.0), prepared, threshold)
    many = len(prepared.part("validation"))
    assert told.startswith(f"{many} of {many} validation items, compared with themselves,")
