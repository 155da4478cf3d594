"""The input of pictures: size, channels, and how other sizes are fitted."""

from __future__ import annotations

from typing import ClassVar, Literal, final

import numpy as np
from PIL import Image
from pydantic import BaseModel, ConfigDict, Field

from gemel.arrays import Array, Packed, Pixels, evenly_spaced
from gemel.inputs.decode import decode, in_fact_grey
from gemel.inputs.digest import Digested, digest
from gemel.inputs.fit import Fit, fit
from gemel.inputs.raw import Raw

LARGEST_SIDE = 4096

DARK = 64
"""Pictures that are nowhere brighter may be of 14 bits or fewer, in files of 16."""
LOOKED_AT = 256
"""The most packed pictures whose brightness is looked at."""


@final
class ImageInput(BaseModel):
    """Reads any picture as (channels, height, width) uint8; saved with the matcher.

    >>> import numpy as np
    >>> small = ImageInput(height=2, width=2, channels=1)
    >>> small.read(np.full((5, 9, 3), 200, np.uint8)).tolist()
    [[[200, 200], [200, 200]]]
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    varying: ClassVar[bool] = False
    kind: Literal["image"] = "image"
    height: int = Field(ge=1, le=LARGEST_SIDE)
    width: int = Field(ge=1, le=LARGEST_SIDE)
    channels: Literal[1, 3]
    fit: Fit = "pad"

    @property
    def shape(self) -> tuple[int, int, int]:
        """(channels, height, width) of every item."""
        return (self.channels, self.height, self.width)

    @property
    def dtype(self) -> np.dtype[np.uint8]:
        return np.dtype(np.uint8)

    def read(self, raw: Raw) -> Pixels:
        """The picture as (channels, height, width) uint8, 0 black.

        `raw` is a path, the bytes of a file, an (h, w) or (h, w, 1|3|4) array of uint8 or of floats
        in 0–1, or a Pillow image. Raises ItemError naming the file.
        """
        return self._fitted(self._decoded(raw))

    def read_with_digest(self, raw: Raw) -> Digested:
        """`read`, and a 16-byte digest of the pixels, independent of the file format.

        The digest is of the decoded picture before fitting (a large JPEG may be decoded at reduced
        size). A PNG and its BMP copy agree, as do a grey picture and its RGB copy.
        """
        image = self._decoded(raw)
        return Digested(self._fitted(image), _digest(image))

    def feed(self, packed: Packed) -> tuple[Array, ...]:
        """The arguments of the encoder: (n, channels, height, width) floats in 0–1."""
        assert isinstance(packed, np.ndarray), "pictures of one input have one shape"
        return (np.divide(packed, np.float32(255), dtype=np.float32),)

    def remarks(self, values: Pixels) -> tuple[str, ...]:
        """Notices about packed pictures, (n, channels, height, width)."""
        if not len(values):
            return ()
        brightest = 0
        for place in evenly_spaced(len(values), LOOKED_AT):
            brightest = max(brightest, int(values[place].max()))
            if brightest > DARK:
                return ()
        return (
            f"No pixel of the pictures looked at is brighter than {brightest} of 255. In files of "
            "16 bits, 65535 is read as white: if the numbers end at 4095, as those of 12 bits do, "
            "multiply them by 16 in all files, those to compare included.",
        )

    def _decoded(self, raw: Raw) -> Image.Image:
        return decode(raw, side=max(self.height, self.width))

    def _fitted(self, image: Image.Image) -> Pixels:
        image = image.convert("L" if self.channels == 1 else "RGB")
        pixels = np.asarray(fit(image, (self.width, self.height), self.fit))
        planes = pixels[None] if self.channels == 1 else pixels.transpose(2, 0, 1)
        return np.array(planes, order="C")


def _digest(image: Image.Image) -> bytes:
    image = in_fact_grey(image)
    header = f"{image.mode} {image.width} {image.height} ".encode()
    return digest(header + image.tobytes())
