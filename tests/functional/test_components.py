from __future__ import annotations

import numpy as np

from gemel.functional.components import components


def test_by_hand():
    # 0–2, 2–4 and 1–3 make {0, 2, 4}, {1, 3}, {5}.
    found = components(6, np.array([0, 4, 3]), np.array([2, 2, 1]))
    assert found.tolist() == [0, 1, 0, 1, 0, 2]
