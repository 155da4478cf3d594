"""Rotations of pictures by multiples of 90 degrees.

Santoro et al. 2016, section 4.1, make new classes of Omniglot's characters this way.
"""

from __future__ import annotations

import torch

from gemel.arrays import Codes
from gemel.shapes import Images


def quarter_turns(images: Images, turns: Codes) -> Images:
    """Rotate square picture i counter-clockwise by turns[i] times 90 degrees.

    >>> import numpy as np
    >>> quarter_turns(torch.tensor([[[[1.0, 2.0], [3.0, 4.0]]]]), np.array([1])).tolist()
    [[[[2.0, 4.0], [1.0, 3.0]]]]
    """
    turned = images.clone()
    for turn in (1, 2, 3):
        chosen = torch.from_numpy(turns == turn).to(images.device)
        turned[chosen] = torch.rot90(images[chosen], turn, (2, 3))
    return turned
