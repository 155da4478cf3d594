"""Reads a pretrained sentence-transformer model from its folder.

    modules.json            the pipeline: a transformer, pooling, optionally normalisation
    config.json             the transformer's architecture (BERT) and sizes
    model.safetensors       its weights
    1_Pooling/config.json   the kind of pooling

N. Reimers & I. Gurevych, "Sentence-BERT: sentence embeddings using siamese BERT-networks", EMNLP
2019. docs/decisions.md says why the library sentence-transformers is not used.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from os.path import expanduser
from pathlib import Path
from typing import Any, final

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from gemel.encoders.bert import BertLayer, BertShape, WordPieces
from gemel.encoders.masked import Pooling
from gemel.errors import RecipeError

POOLINGS: Mapping[str, Pooling] = {"mean": "mean", "cls": "first", "max": "max"}
"""Poolings by their names in the library since its version 6."""

FLAGS = {
    "pooling_mode_mean_tokens": "mean",
    "pooling_mode_cls_token": "cls",
    "pooling_mode_max_tokens": "max",
}
"""The flags of earlier versions, and the names that replaced them."""

PARTS = {
    "attention.self.query": "query",
    "attention.self.key": "key",
    "attention.self.value": "value",
    "attention.output.dense": "attended",
    "attention.output.LayerNorm": "attended_norm",
    "intermediate.dense": "wide",
    "output.dense": "narrow",
    "output.LayerNorm": "norm",
}
"""Parameter names of a layer, in the file and in `BertLayer`."""


@final
@dataclass(frozen=True)
class SentenceModel:
    """A pretrained sentence model. `unit_length` normalises the pooled states."""

    stem: WordPieces
    layers: nn.ModuleList
    pooling: Pooling
    unit_length: bool


def read_sentence_model(folder: str | Path) -> SentenceModel:
    """Reads a BERT sentence model with its weights.

    Raises `RecipeError` if the folder or one of its files is missing or malformed, or the model is
    of an unsupported kind.
    """
    path = Path(expanduser(folder))
    parts = _read_json(path, "modules.json", list)
    try:
        modules = [part["type"].rpartition(".")[2] for part in parts]
        folders = [part["path"] for part in parts]
    except (TypeError, KeyError, AttributeError):
        raise _unsupported(path, "its modules.json is not a list of modules") from None
    if modules[:2] != ["Transformer", "Pooling"] or modules[2:] not in ([], ["Normalize"]):
        raise _unsupported(path, f"it consists of {', '.join(modules)}")
    pooling = _pooling(path, folders[1])
    shape = _shape(path)
    stem = WordPieces(shape)
    layers = nn.ModuleList(BertLayer(shape) for _ in range(shape.num_hidden_layers))
    try:
        weights = load_file(path / "model.safetensors")
        stem.load_state_dict(_stem_state(weights))
        for number, layer in enumerate(layers):
            layer.load_state_dict(_layer_state(weights, number))
    except (OSError, SafetensorError, KeyError, RuntimeError) as error:
        reason = str(error).splitlines()[0]
        raise _unsupported(
            path, f"its model.safetensors does not hold these weights: {reason}"
        ) from None
    return SentenceModel(stem, layers, pooling, modules[2:] == ["Normalize"])


def _shape(path: Path) -> BertShape:
    config = _read_json(path, "config.json")
    kind = config.get("model_type")
    if kind != "bert" or config.get("hidden_act", "gelu") != "gelu":
        raise _unsupported(path, f"its transformer is {kind} with {config.get('hidden_act')}")
    if config.get("position_embedding_type", "absolute") != "absolute":
        raise _unsupported(path, "its position embeddings are not absolute")
    known = {field.name for field in fields(BertShape)}
    try:
        return BertShape(**{key: value for key, value in config.items() if key in known})
    except TypeError as error:
        raise _unsupported(path, f"its config.json is incomplete: {error}") from None


def _pooling(path: Path, subfolder: str) -> Pooling:
    config = _read_json(path, f"{subfolder}/config.json")
    flags = [key for key, on in config.items() if key.startswith("pooling_mode_") and on is True]
    named = config.get("pooling_mode", [FLAGS.get(flag, flag) for flag in flags])
    chosen = [named] if isinstance(named, str) else named
    if len(chosen) != 1 or chosen[0] not in POOLINGS:
        raise _unsupported(path, f"it pools by {' and '.join(chosen) or 'nothing'}")
    return POOLINGS[chosen[0]]


def _stem_state(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    own = {name.removeprefix("bert."): value for name, value in weights.items()}
    segment = own["embeddings.token_type_embeddings.weight"][0]
    return {
        "words.weight": own["embeddings.word_embeddings.weight"],
        "places.weight": own["embeddings.position_embeddings.weight"] + segment,
        "norm.weight": own["embeddings.LayerNorm.weight"],
        "norm.bias": own["embeddings.LayerNorm.bias"],
    }


def _layer_state(weights: Mapping[str, Tensor], number: int) -> dict[str, Tensor]:
    own = {name.removeprefix("bert."): value for name, value in weights.items()}
    return {
        f"{ours}.{kind}": own[f"encoder.layer.{number}.{theirs}.{kind}"].to(torch.float32)
        for theirs, ours in PARTS.items()
        for kind in ("weight", "bias")
    }


def _read_json(path: Path, name: str, kind: type = dict) -> Any:
    try:
        tree = json.loads((path / name).read_text("utf-8"))
        if not isinstance(tree, kind):
            raise ValueError
        return tree
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or f"it is not a JSON {kind.__name__}"
        raise RecipeError(
            f"{str(path)!r} must be the folder of a sentence-transformer model, and its {name} "
            f"cannot be read ({reason}): set encoder.folder to such a folder"
        ) from None


def _unsupported(path: Path, found: str) -> RecipeError:
    return RecipeError(
        f"{str(path)!r} must hold a BERT (as all-MiniLM, BGE, E5 and GTE are) with mean, first or "
        f"max pooling, and {found}: choose another model"
    )
