"""A pretrained model of sentences trained on, exported, and asked without its folder."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

import gemel
from gemel.encoders import read_sentence_model
from gemel.encoders.sentence_transformer import SentenceTransformerEncoder
from gemel.errors import RecipeError
from gemel.recipe.files import load_recipe
from sentence_folders import SHAPE, sentence_folder

CHANGES = ("input.words_of=data", "encoder.name=sentence-transformer", "encoder.folder=model")


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    path = tmp_path_factory.mktemp("texts") / "pairs.csv"
    colours, things = ("red", "blue", "green", "grey"), ("car", "cat", "ship", "stone")
    items = [f"{colour} {thing}" for colour in colours for thing in things]
    rows = [
        f"the {one},look there is one very {other},{int(one == other)}"
        for number, one in enumerate(items)
        for other in (one, *items[number % 3 :: 5])
    ]
    path.write_text("\n".join(["left,right,same", *dict.fromkeys(rows)]) + "\n", "utf-8")
    return path


def trained(table, folder, out, **settings):
    own = {"input.words_of": "data", "input.most_tokens": 10, "encoder.output": "unit"}
    own |= {"encoder.name": "sentence-transformer", "encoder.folder": str(folder)}
    own |= {"split.by": "pair", "training.epochs": 2, "batch.size": 16}
    return gemel.train(table, recipe="text-pairs", out=out, settings=own | settings, quiet=True)


@pytest.mark.parametrize("tuned", [False, True])
def test_it_trains_and_answers_when_its_folder_is_gone(table, tmp_path, tuned):
    folder = sentence_folder(tmp_path / "model")
    before = read_sentence_model(folder)
    run = trained(table, folder, tmp_path / "run", **{"encoder.tuned": tuned})
    shutil.rmtree(folder)

    matcher = gemel.load(run.path)
    verdict = matcher.compare("the red car", "a blue ship")
    assert verdict.distance == matcher.compare("a blue ship", "the red car").distance
    assert verdict.distance > matcher.compare("the red car", "The RED car").distance - 1e-6
    assert matcher.embed(["the red car"]).shape == (1, 128)
    with pytest.raises(gemel.errors.ItemError, match="holds nothing that this matcher knows"):
        matcher.compare("\u2603 \u2603", "the red car")
    tokenizer = json.loads((run.matcher / "tokenizer.json").read_text("utf-8"))
    assert (tokenizer["padding"], tokenizer["truncation"]) == (None, None)
    assert matcher.file.provenance["parity"]["largest_difference"] < 1e-4
    learned = load_file(run.matcher / "weights.safetensors")
    (query,) = (value for name, value in learned.items() if name.endswith("layers.0.query.weight"))
    assert torch.equal(query, before.layers[0].query.weight) is not tuned


def test_without_a_layer_of_its_own_it_begins_as_the_model(table, tmp_path):
    folder = sentence_folder(tmp_path / "model")
    changes = {"encoder.tuned": True, "encoder.embedding_size": 0, "optimizer.learning_rate": 1e-9}
    matcher = gemel.load(trained(table, folder, tmp_path / "run", **changes).path)
    model = SentenceTransformerEncoder(read_sentence_model(folder), tuned=True, embedding_size=0)
    # [CLS] the red car [SEP]; a text of more than ten tokens keeps its [SEP].
    reader = matcher.file.input
    assert reader.read("the red cars").tolist() == [2, 4, 6, 10, 21, 3]
    long = reader.read("the the the the the the the the the the the the")
    assert long.tolist() == [2, *[4] * 8, 3, 3]
    ids = torch.from_numpy(reader.read("the red car").astype(np.int64))[None]
    with torch.no_grad():
        expected = model.eval()(ids, torch.tensor([ids.shape[1]]))
    np.testing.assert_allclose(matcher.embed(["the red car"]), expected, atol=1e-4)


def test_the_recipe_reads_texts_by_the_models_tokenizer():
    recipe = load_recipe("text-pairs", CHANGES)
    assert recipe.input.model == "model"
    assert recipe.encoder.folder == "model"


@pytest.mark.parametrize(
    ("recipe", "changes", "sentence"),
    [
        ("text-pairs", (*CHANGES, "encoder.embedding_size=0"), "only the dense layer"),
        ("text-pairs", CHANGES[:2], "folder is missing"),
        ("default", CHANGES[1:], "takes no items of the kind image"),
        ("series-default", CHANGES[1:], "takes texts, and items of the kind series are read"),
    ],
)
def test_what_cannot_be_is_said_before_training(recipe, changes, sentence):
    with pytest.raises(RecipeError, match=sentence):
        load_recipe(recipe, changes)


def test_more_tokens_than_the_model_has_places_for(table, tmp_path):
    folder = sentence_folder(tmp_path / "model")
    sentence = rf"has positions for {SHAPE.max_position_embeddings} tokens, .* set it to 20"
    with pytest.raises(RecipeError, match=sentence):
        trained(table, folder, tmp_path / "run", **{"input.most_tokens": 21})


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("modules.json", '["x"]', r"its modules\.json is not a list of modules"),
        ("modules.json", "{}", r"modules\.json cannot be read \(it is not a JSON list\)"),
        ("config.json", "[]", r"config\.json cannot be read \(it is not a JSON dict\)"),
    ],
)
def test_a_model_that_is_told_of_wrongly_is_one_sentence(table, tmp_path, name, content, sentence):
    folder = sentence_folder(tmp_path / "model")
    (folder / name).write_text(content, "utf-8")
    with pytest.raises(RecipeError, match=sentence):
        trained(table, folder, tmp_path / "run")


def test_a_folder_without_a_tokenizer_is_one_sentence(table, tmp_path):
    folder = sentence_folder(tmp_path / "model")
    (folder / "tokenizer.json").write_text("{}", "utf-8")
    with pytest.raises(RecipeError, match=r"tokenizer\.json' cannot be read as a tokenizer"):
        trained(table, folder, tmp_path / "run")
    (folder / "tokenizer.json").unlink()
    with pytest.raises(RecipeError, match=r"has no tokenizer\.json: set encoder\.folder"):
        trained(table, folder, tmp_path / "run")
