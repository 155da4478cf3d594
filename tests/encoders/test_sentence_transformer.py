"""Sentence models from their folders: the layers are BERT's, and what is none is refused."""

from __future__ import annotations

import json

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import nn

from gemel.encoders import read_sentence_model
from gemel.encoders.bert import BertLayer, WordPieces
from gemel.encoders.sentence_transformer import SentenceTransformerEncoder
from gemel.errors import RecipeError
from sentence_folders import SHAPE, random_model, sentence_folder, write


def test_a_layer_is_torchs_own_transformer_layer():
    torch.manual_seed(0)
    ours = BertLayer(SHAPE).eval()
    theirs = nn.TransformerEncoderLayer(
        SHAPE.hidden_size,
        SHAPE.num_attention_heads,
        SHAPE.intermediate_size,
        activation="gelu",
        layer_norm_eps=SHAPE.layer_norm_eps,
        batch_first=True,
    ).eval()
    projections = (ours.query, ours.key, ours.value)
    state = {
        "self_attn.in_proj_weight": torch.cat([part.weight for part in projections]),
        "self_attn.in_proj_bias": torch.cat([part.bias for part in projections]),
    }
    names = ("attended", "self_attn.out_proj"), ("attended_norm", "norm1"), ("wide", "linear1")
    for own, other in (*names, ("narrow", "linear2"), ("norm", "norm2")):
        state |= {
            f"{other}.{kind}": getattr(getattr(ours, own), kind) for kind in ("weight", "bias")
        }
    theirs.load_state_dict(state)
    frames = torch.randn(3, 7, SHAPE.hidden_size)
    own = torch.arange(7) < torch.tensor([7, 4, 1])[:, None]
    found, expected = ours(frames, own), theirs(frames, src_key_padding_mask=~own)
    torch.testing.assert_close(found[own], expected[own], atol=1e-5, rtol=1e-5)


def test_weights_are_those_of_the_folder(tmp_path):
    folder = sentence_folder(tmp_path / "model")
    model, weights = read_sentence_model(folder), load_file(folder / "model.safetensors")
    assert (model.pooling, model.unit_length, len(model.layers)) == ("mean", True, 2)
    torch.testing.assert_close(
        model.stem.places.weight,
        weights["embeddings.position_embeddings.weight"]
        + weights["embeddings.token_type_embeddings.weight"][0],
    )
    torch.testing.assert_close(
        model.layers[1].narrow.weight, weights["encoder.layer.1.output.dense.weight"]
    )


@pytest.mark.parametrize(
    ("pooling", "expected"),
    [("mean_tokens", "mean"), ("cls_token", "first"), ("max_tokens", "max")],
)
def test_every_pooling_that_folders_name(tmp_path, pooling, expected):
    folder = sentence_folder(tmp_path / "model", pooling)
    model = read_sentence_model(folder)
    assert model.pooling == expected
    encoder = SentenceTransformerEncoder(model, tuned=True, embedding_size=0).eval()
    tokens, lengths = torch.tensor([[2, 5, 6, 3], [2, 7, 3, 0]]), torch.tensor([4, 3])
    own = torch.arange(4) < lengths[:, None]
    states = model.stem(tokens)
    for layer in model.layers:
        states = layer(states, own)
    pools = {
        "mean": torch.stack([states[0].mean(0), states[1, :3].mean(0)]),
        "first": states[:, 0],
        "max": torch.stack([states[0].amax(0), states[1, :3].amax(0)]),
    }
    by_hand = nn.functional.normalize(pools[expected], dim=1)
    torch.testing.assert_close(encoder(tokens, lengths), by_hand)


@pytest.mark.parametrize(
    ("named", "expected"), [("mean", "mean"), ("cls", "first"), (["max"], "max")]
)
def test_pooling_is_read_as_newer_folders_name_it(tmp_path, named, expected):
    folder = sentence_folder(tmp_path / "model")
    write(folder / "1_Pooling" / "config.json", {"pooling_mode": named, "include_prompt": True})
    assert read_sentence_model(folder).pooling == expected


def test_the_dense_layer_begins_as_a_rotation():
    encoder = SentenceTransformerEncoder(random_model(), embedding_size=SHAPE.hidden_size).eval()
    plain = SentenceTransformerEncoder(random_model(), tuned=True, embedding_size=0).eval()
    plain.stem, plain.layers = encoder.stem, encoder.layers
    items = torch.tensor([[2, 5, 6, 3], [2, 7, 3, 0]]), torch.tensor([4, 3])
    ours, own = encoder(*items), plain(*items)
    torch.testing.assert_close(ours @ ours.T, own @ own.T, atol=1e-5, rtol=1e-5)


def test_a_model_that_is_not_tuned_neither_learns_nor_drops_out():
    encoder = SentenceTransformerEncoder(random_model()).train()
    items = torch.tensor([[2, 5, 6, 3], [2, 7, 3, 0]]), torch.tensor([4, 3])
    torch.testing.assert_close(encoder(*items), encoder(*items))
    learning = {name for name, weight in encoder.named_parameters() if weight.requires_grad}
    assert learning == {"dense.1.weight", "dense.1.bias"}
    assert isinstance(encoder.stem, WordPieces)
    assert not encoder.stem.training
    tuned = SentenceTransformerEncoder(random_model(), tuned=True).train()
    assert tuned.stem.training
    assert all(weight.requires_grad for weight in tuned.parameters())


@pytest.mark.parametrize(
    ("config", "sentence"),
    [
        ({"model_type": "roberta"}, "its transformer is roberta"),
        ({"hidden_act": "relu"}, "its transformer is bert with relu"),
        ({"position_embedding_type": "relative_key"}, "its position embeddings are not absolute"),
        ({"hidden_size": 24, "intermediate_size": 24}, "does not hold these weights"),
        ({"num_hidden_layers": 3}, r"does not hold these weights: 'encoder\.layer\.2"),
    ],
)
def test_another_kind_of_model_is_refused(tmp_path, config, sentence):
    with pytest.raises(RecipeError, match=rf"must hold a BERT .*{sentence}.*: choose another"):
        read_sentence_model(sentence_folder(tmp_path / "model", **config))


def test_a_folder_that_lacks_something_is_one_sentence(tmp_path):
    with pytest.raises(RecipeError, match=r"its modules\.json cannot be read \(No such file"):
        read_sentence_model(tmp_path / "nowhere")
    folder = sentence_folder(tmp_path / "model", "weightedmean_tokens")
    with pytest.raises(RecipeError, match="it pools by pooling_mode_weightedmean_tokens"):
        read_sentence_model(folder)
    modules = json.loads((folder / "modules.json").read_text("utf-8"))
    write(folder / "modules.json", [*modules[:2], {"type": "a.Dense", "path": "2_Dense"}])
    with pytest.raises(RecipeError, match="it consists of Transformer, Pooling, Dense"):
        read_sentence_model(folder)
    folder = sentence_folder(tmp_path / "other")
    (folder / "model.safetensors").write_bytes(b"rubbish")
    with pytest.raises(RecipeError, match="does not hold these weights"):
        read_sentence_model(folder)
    (folder / "config.json").write_text("{", "utf-8")
    with pytest.raises(RecipeError, match=r"its config\.json cannot be read \(it is not a JSON"):
        read_sentence_model(folder)


def test_weights_below_bert_are_found_too(tmp_path):
    folder = sentence_folder(tmp_path / "model")
    weights = load_file(folder / "model.safetensors")
    expected = read_sentence_model(folder).layers[0].query.weight
    save_file({f"bert.{key}": each for key, each in weights.items()}, folder / "model.safetensors")
    torch.testing.assert_close(read_sentence_model(folder).layers[0].query.weight, expected)
