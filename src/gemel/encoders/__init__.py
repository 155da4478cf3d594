"""Encoders: modules that map items to embeddings.

To add one, register it in `ENCODERS`, and its settings in `recipe/picture_encoders.py` or
`recipe/sequence_encoders.py`.
"""

from __future__ import annotations

from collections.abc import Callable

from gemel.encoders.bag import BagEncoder
from gemel.encoders.bilstm import BiLstmEncoder
from gemel.encoders.canvas import CanvasEncoder
from gemel.encoders.chopra import ChopraEncoder
from gemel.encoders.compact import CompactEncoder
from gemel.encoders.contextual import ContextualEncoder
from gemel.encoders.conv import ConvEncoder
from gemel.encoders.conv4 import Conv4Encoder
from gemel.encoders.encoder import Encoder, PictureEncoder
from gemel.encoders.gabor import GaborEncoder
from gemel.encoders.hinge import HingeEncoder
from gemel.encoders.hoffer import HofferEncoder
from gemel.encoders.koch import KochEncoder
from gemel.encoders.local import LocalEncoder
from gemel.encoders.mlp import MlpEncoder
from gemel.encoders.resnet1d import Resnet1dEncoder
from gemel.encoders.samples import Samples
from gemel.encoders.sentence_folder import SentenceModel, read_sentence_model
from gemel.encoders.sentence_transformer import SentenceTransformerEncoder
from gemel.encoders.signet import SignetEncoder
from gemel.encoders.standardise import PixelStatistics
from gemel.encoders.stem import SequenceEncoder, Stem, TokenVectors
from gemel.encoders.sung import SungEncoder
from gemel.encoders.tdnn import TdnnEncoder
from gemel.encoders.text_conv import TextConvEncoder
from gemel.encoders.whitened import WhitenedEncoder
from gemel.encoders.zagoruyko import ZagoruykoEncoder

ENCODERS: dict[str, Callable[..., Encoder]] = {
    "bag": BagEncoder,
    "bilstm": BiLstmEncoder,
    "canvas": CanvasEncoder,
    "chopra": ChopraEncoder,
    "compact": CompactEncoder,
    "contextual": ContextualEncoder,
    "conv": ConvEncoder,
    "conv4": Conv4Encoder,
    "gabor": GaborEncoder,
    "hinge": HingeEncoder,
    "hoffer": HofferEncoder,
    "koch": KochEncoder,
    "local": LocalEncoder,
    "mlp": MlpEncoder,
    "sung": SungEncoder,
    "resnet1d": Resnet1dEncoder,
    "tdnn": TdnnEncoder,
    "sentence-transformer": SentenceTransformerEncoder,
    "text-conv": TextConvEncoder,
    "signet": SignetEncoder,
    "zagoruyko": ZagoruykoEncoder,
}

__all__ = [
    "ENCODERS",
    "Encoder",
    "PictureEncoder",
    "PixelStatistics",
    "Samples",
    "SentenceModel",
    "SequenceEncoder",
    "Stem",
    "TokenVectors",
    "WhitenedEncoder",
    "read_sentence_model",
]
