"""Encoders: item in, embedding out. One file each; a new one joins by one line here."""

from __future__ import annotations

from gemel.encoders.compact import CompactEncoder
from gemel.encoders.conv import ConvEncoder
from gemel.encoders.conv4 import Conv4Encoder
from gemel.encoders.encoder import Encoder
from gemel.encoders.hoffer import HofferEncoder
from gemel.encoders.koch import KochEncoder
from gemel.encoders.mlp import MlpEncoder
from gemel.encoders.standardise import PixelStatistics
from gemel.encoders.sung import SungEncoder

ENCODERS: dict[str, type[Encoder]] = {
    "compact": CompactEncoder,
    "conv": ConvEncoder,
    "conv4": Conv4Encoder,
    "hoffer": HofferEncoder,
    "koch": KochEncoder,
    "mlp": MlpEncoder,
    "sung": SungEncoder,
}

__all__ = ["ENCODERS", "Encoder", "PixelStatistics"]
