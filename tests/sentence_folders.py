"""Folders of sentence-transformer models, tiny and of random weights, as the library saves them."""

from __future__ import annotations

import json
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import nn

from gemel.encoders import SentenceModel
from gemel.encoders.bert import BertLayer, BertShape, WordPieces
from gemel.encoders.sentence_folder import PARTS

WORDS = "the a red blue green grey car cat ship stone stands there is one look very , ##s".split()  # noqa: SIM905
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
SHAPE = BertShape(len(SPECIAL) + len(WORDS), 20, 12, 2, 3, 24)


def random_model() -> SentenceModel:
    """As torch's generator has it, with mean pooling."""
    layers = nn.ModuleList(BertLayer(SHAPE) for _ in range(SHAPE.num_hidden_layers))
    return SentenceModel(WordPieces(SHAPE), layers, "mean", True)


def sentence_folder(
    path: Path, pooling: str = "mean_tokens", seed: int = 0, **config: object
) -> Path:
    """The files of a model in a new folder; `config` changes what its config.json says."""
    (path / "1_Pooling").mkdir(parents=True)
    modules = [("", "Transformer"), ("1_Pooling", "Pooling"), ("2_Normalize", "Normalize")]
    kinds = [
        {"idx": number, "name": str(number), "path": below, "type": f"a.models.{kind}"}
        for number, (below, kind) in enumerate(modules)
    ]
    write(path / "modules.json", kinds)
    sizes = {key: getattr(SHAPE, key) for key in SHAPE.__dataclass_fields__}
    write(path / "config.json", {"model_type": "bert", "hidden_act": "gelu", **sizes, **config})
    write(path / "1_Pooling" / "config.json", {f"pooling_mode_{pooling}": True})
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        save_file(weights(), path / "model.safetensors")
    tokenizer(path / "tokenizer.json")
    return path


def weights() -> dict[str, torch.Tensor]:
    stem, layers = WordPieces(SHAPE), [BertLayer(SHAPE) for _ in range(SHAPE.num_hidden_layers)]
    named = {
        "embeddings.word_embeddings.weight": stem.words.weight,
        "embeddings.position_embeddings.weight": stem.places.weight,
        "embeddings.token_type_embeddings.weight": torch.randn(2, SHAPE.hidden_size),
        "embeddings.LayerNorm.weight": stem.norm.weight,
        "embeddings.LayerNorm.bias": stem.norm.bias,
        "pooler.dense.weight": torch.zeros(1),
    }
    for number, layer in enumerate(layers):
        state = layer.state_dict()
        for theirs, ours in PARTS.items():
            for kind in ("weight", "bias"):
                named[f"encoder.layer.{number}.{theirs}.{kind}"] = state[f"{ours}.{kind}"]
    return {name: value.detach().clone() for name, value in named.items()}


def tokenizer(path: Path) -> None:
    """Word pieces between [CLS] and [SEP], padded and cut to 8, as the library likes to save it."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

    pieces = {piece: number for number, piece in enumerate([*SPECIAL, *WORDS])}
    made = Tokenizer(models.WordPiece(pieces, unk_token="[UNK]"))
    made.normalizer = normalizers.BertNormalizer()
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    made.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    made.enable_padding(length=8)
    made.enable_truncation(8)
    made.save(str(path))


def write(path: Path, tree: object) -> None:
    path.write_text(json.dumps(tree), "utf-8")
