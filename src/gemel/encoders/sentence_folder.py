"""The folder of a sentence-transformer model: what it is made of, and its weights.

    modules.json            what follows what: a transformer, pooling, perhaps unit length
    config.json             of the transformer: BERT and its sizes
    model.safetensors       its weights
    1_Pooling/config.json   which pooling

N. Reimers & I. Gurevych, "Sentence-BERT: sentence embeddings using siamese BERT-networks", EMNLP
2019. Read here, and not by the library of that name: docs/decisions.md says why.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from os.path import expanduser
from pathlib import Path
from typing import Any, Literal, TypeAlias, final

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from gemel.encoders.bert import BertLayer, BertShape, WordPieces
from gemel.errors import RecipeError

Pooling: TypeAlias = Literal["mean", "first", "max"]

POOLINGS: Mapping[str, Pooling] = {"mean": "mean", "cls": "first", "max": "max"}
"""By the library's names since its version 6; before it had a flag for each."""

FLAGS = {
    "pooling_mode_mean_tokens": "mean",
    "pooling_mode_cls_token": "cls",
    "pooling_mode_max_tokens": "max",
}

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
"""Of a layer: what the file calls them, and what `BertLayer` does."""


@final
@dataclass(frozen=True)
class SentenceModel:
    """A pretrained model of sentences, ready to encode."""

    stem: WordPieces
    layers: nn.ModuleList
    pooling: Pooling
    unit_length: bool


def read_sentence_model(folder: str | Path) -> SentenceModel:
    """Raises RecipeError where the folder is none, lacks a file, or holds another kind of model."""
    path = Path(expanduser(folder))
    parts = _json(path, "modules.json", list)
    try:
        modules = [part["type"].rpartition(".")[2] for part in parts]
        folders = [part["path"] for part in parts]
    except (TypeError, KeyError, AttributeError):
        raise _refused(path, "its modules.json is no list of modules") from None
    if modules[:2] != ["Transformer", "Pooling"] or modules[2:] not in ([], ["Normalize"]):
        raise _refused(path, f"it is made of {', '.join(modules)}")
    pooling = _pooling(path, folders[1])
    shape = _shape(path)
    stem = WordPieces(shape)
    layers = nn.ModuleList(BertLayer(shape) for _ in range(shape.num_hidden_layers))
    try:
        weights = load_file(path / "model.safetensors")
        stem.load_state_dict(_of_stem(weights))
        for number, layer in enumerate(layers):
            layer.load_state_dict(_of_layer(weights, number))
    except (OSError, SafetensorError, KeyError, RuntimeError) as error:
        told = str(error).splitlines()[0]
        raise _refused(path, f"its model.safetensors does not hold these weights: {told}") from None
    return SentenceModel(stem, layers, pooling, modules[2:] == ["Normalize"])


def _shape(path: Path) -> BertShape:
    config = _json(path, "config.json")
    kind = config.get("model_type")
    if kind != "bert" or config.get("hidden_act", "gelu") != "gelu":
        raise _refused(path, f"its transformer is {kind} with {config.get('hidden_act')}")
    if config.get("position_embedding_type", "absolute") != "absolute":
        raise _refused(path, "its places are not absolute")
    known = {field.name for field in fields(BertShape)}
    try:
        return BertShape(**{key: value for key, value in config.items() if key in known})
    except TypeError as error:
        raise _refused(path, f"its config.json is incomplete: {error}") from None


def _pooling(path: Path, below: str) -> Pooling:
    config = _json(path, f"{below}/config.json")
    flags = [key for key, on in config.items() if key.startswith("pooling_mode_") and on is True]
    named = config.get("pooling_mode", [FLAGS.get(flag, flag) for flag in flags])
    chosen = [named] if isinstance(named, str) else named
    if len(chosen) != 1 or chosen[0] not in POOLINGS:
        raise _refused(path, f"it pools by {' and '.join(chosen) or 'nothing'}")
    return POOLINGS[chosen[0]]


def _of_stem(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    own = {name.removeprefix("bert."): value for name, value in weights.items()}
    segment = own["embeddings.token_type_embeddings.weight"][0]
    return {
        "words.weight": own["embeddings.word_embeddings.weight"],
        "places.weight": own["embeddings.position_embeddings.weight"] + segment,
        "norm.weight": own["embeddings.LayerNorm.weight"],
        "norm.bias": own["embeddings.LayerNorm.bias"],
    }


def _of_layer(weights: Mapping[str, Tensor], number: int) -> dict[str, Tensor]:
    own = {name.removeprefix("bert."): value for name, value in weights.items()}
    return {
        f"{ours}.{kind}": own[f"encoder.layer.{number}.{theirs}.{kind}"].to(torch.float32)
        for theirs, ours in PARTS.items()
        for kind in ("weight", "bias")
    }


def _json(path: Path, name: str, kind: type = dict) -> Any:
    try:
        tree = json.loads((path / name).read_text("utf-8"))
        if not isinstance(tree, kind):
            raise ValueError
        return tree
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or f"it is no JSON of a {kind.__name__}"
        raise RecipeError(
            f"{str(path)!r} must be the folder of a sentence-transformer model, and its {name} "
            f"cannot be read ({reason}): set encoder.folder to such a folder"
        ) from None


def _refused(path: Path, found: str) -> RecipeError:
    return RecipeError(
        f"{str(path)!r} must hold a BERT (as all-MiniLM, BGE, E5 and GTE are) with mean, first or "
        f"max pooling, and {found}: choose another model"
    )
