"""Every recipe that ships: it loads, survives being written, and says its paper's settings."""

from __future__ import annotations

import tomllib

import pytest

from gemel.errors import RecipeError
from gemel.recipe.files import load_recipe, recipe_text
from gemel.recipe.named import named_recipes, named_text
from gemel.recipe.schema import Recipe

ABSENT = {"memory", "pretraining", "reader", "reproduction", "right", "test_time"}
"""Parts that a recipe may do without."""


@pytest.fixture(params=sorted(named_recipes()))
def name(request):
    return request.param


def test_it_is_called_as_its_file_and_says_what_it_is(name):
    recipe = load_recipe(name)
    assert recipe.name == name
    assert len(recipe.about) > 20


def test_written_out_and_read_back_it_is_the_same_recipe(name, tmp_path):
    recipe = load_recipe(name)
    (tmp_path / "recipe.toml").write_text(recipe_text(recipe), "utf-8")
    assert load_recipe(tmp_path / "recipe.toml") == recipe


def test_written_out_it_hides_no_default(name):
    tree = tomllib.loads(recipe_text(load_recipe(name)))
    # Hold settings that may be absent.
    optional = {"training", "evaluation", "optimizer", "batch", "split", "reproduction"}
    for key, field in Recipe.model_fields.items():
        if key in ABSENT and key not in tree:
            continue
        assert key in tree, key
        if key not in optional and hasattr(field.annotation, "model_fields"):
            assert set(tree[key]) == set(field.annotation.model_fields), key


def test_its_text_is_to_be_had_by_name(name):
    assert tomllib.loads(named_text(name))["name"] == name


def test_another_name_says_which_was_meant():
    with pytest.raises(RecipeError, match=r"no recipe 'koch-2051'; did you mean 'koch-2015'\?"):
        named_text("koch-2051")
    with pytest.raises(RecipeError, match=r"no recipe 'x'; there are: .*default, "):
        named_text("x")


FEW_SHOT = {  # 5-way 1-shot and 5-shot, then 20-way: each paper's table 1
    "snell-2017": ["98.8 %", "99.7 %", "96.0 %", "98.9 %"],
    "sung-2018": ["99.6 %", "99.8 %", "97.6 %", "99.1 %"],
    "vinyals-2016": ["98.1 %", "98.9 %", "93.8 %", "98.5 %"],
}
PUBLISHED = FEW_SHOT | {
    "bromley-1993": ["95.5 %"],
    "chopra-2005": ["100.0 %", "99.0 %", "99.0 %"],  # 0, 1 and 1 % rejected
    "five-classes-conv": ["94.29 %"],
    "five-classes-mlp": ["77.86 %"],
    "hadsell-2006": ["97.2 %"],
    "hoffer-2015": ["99.54 ± 0.08 %"],
    "koch-2015": ["93.42 %", "92.0 %", "70.3 %"],  # the last of table 1; tables 2 and 3
    "koch-2015-35px": ["92.0 %", "70.3 %"],
    "mueller-2016": ["0.882"],
    "santoro-2016": ["82.8 %", "94.9 %", "98.1 %", "36.4 %"],  # items 2, 5, 10 and 1
    "signet-2017": ["0 % (threshold tuned on the 5 test writers)"],
    "zagoruyko-2015": ["9.98 % (photographs' patches)", "5.53 % (photographs' patches)"],
}


@pytest.mark.parametrize("paper", sorted(PUBLISHED))
def test_published_figures_are_those_of_the_papers(paper):
    rows = load_recipe(paper).reproduction.rows
    assert [row.published for row in rows if row.published] == PUBLISHED[paper]


def test_koch_is_as_the_paper_says():
    recipe = load_recipe("koch-2015")
    # Section 3.2: 1 % less an epoch, momentum from 0.5, 200 epochs, patience 20, batch 128.
    assert (recipe.schedule.name, recipe.schedule.factor) == ("exponential", 0.99)
    assert recipe.optimizer.momentum_start == 0.5
    assert (recipe.training.epochs, recipe.training.patience) == (200, 20)
    assert (recipe.batch.kind, recipe.batch.size) == ("pairs", 128)
    # Section 4.2: 150,000 pairs, uniform over alphabets, and eight distorted copies of each;
    # 10,000 pairs to verify, 320 one-shot trials of the validation alphabets to stop by.
    assert (recipe.batch.source, recipe.batch.per_epoch, recipe.batch.copies) == (
        "by-group",
        150_000,
        8,
    )
    assert recipe.augment.untouched == pytest.approx(1 / 9, abs=1e-3)
    assert (recipe.validation.figure, recipe.validation.trials) == ("one-shot", 320)
    assert recipe.validation.ways == 20
    assert recipe.reproduction.data == "omniglot-koch"
    assert recipe.training.keeps_best
    assert recipe.evaluation.pairs == "by-group"
    # Section 3.1: the network, its weighted L1 distance as a logit, cross-entropy.
    assert recipe.input.size == (105, 105)
    assert recipe.encoder.kernels == (10, 7, 4, 4)
    assert (recipe.encoder.embedding_size, recipe.encoder.pixels) == (4096, "as-is")
    assert (recipe.metric.name, recipe.loss.name) == ("weighted-l1", "binary-cross-entropy")
    # Section 3.2: every layer has rates of its own.
    assert set(recipe.optimizer.layers) == {"conv1", "conv2", "conv3", "conv4", "dense", "score"}
    # Section 3.2 too: rotation up to 10 degrees, shear 0.3, scale 0.8 to 1.2, two pixels of 105.
    assert (recipe.augment.rotation, recipe.augment.shear) == (10, 0.3)
    assert recipe.augment.scale == (0.8, 1.2)
    assert recipe.augment.shift * 105 == pytest.approx(2, abs=0.01)
    assert recipe.augment.probability == 0.5
    assert recipe.augment.axes == "apart"


def test_koch_at_35_pixels_keeps_what_is_kochs():
    recipe, paper = load_recipe("koch-2015-35px"), load_recipe("koch-2015")
    assert (recipe.encoder.name, recipe.encoder.maps) == ("koch", paper.encoder.maps)
    assert recipe.metric == paper.metric
    assert recipe.input.size == (35, 35)
    assert recipe.training.minutes <= 60
    assert paper.reproduction.instead == recipe.name


def test_hadsell_is_as_the_well_known_example_says():
    recipe = load_recipe("hadsell-2006")
    assert recipe.encoder.widths == (128, 128, 128)
    assert (recipe.encoder.dropout, recipe.loss.margin) == (0.1, 1.0)
    assert (recipe.optimizer.name, recipe.optimizer.learning_rate) == ("rmsprop", 1e-3)
    assert (recipe.training.epochs, recipe.batch.size) == (20, 128)
    assert recipe.evaluation.fixed_threshold == 0.5
    assert (recipe.metric.name, recipe.encoder.pixels) == ("euclidean", "as-is")
    assert recipe.batch.source == recipe.evaluation.pairs == "consecutive"


def test_the_five_classes_are_as_the_notes_say():
    for name in ("five-classes-mlp", "five-classes-conv"):
        recipe = load_recipe(name)
        assert (recipe.input.size, recipe.input.colour) == ((80, 80), "rgb")
        assert (recipe.split.by, recipe.split.test) == ("item", 0.2)
        assert (recipe.metric.name, recipe.loss.margin) == ("euclidean", 1.0)
        assert (recipe.optimizer.name, recipe.training.epochs) == ("rmsprop", 100)
        assert recipe.batch.source == recipe.evaluation.pairs == "consecutive"
        assert recipe.evaluation.fixed_threshold == 0.5
    encoder = recipe.encoder
    assert (encoder.dense, encoder.dropout, encoder.embedding_size) == (512, 0.4, 5)
    assert encoder.output == "softmax"


def test_bromley_is_as_the_paper_says():
    recipe = load_recipe("bromley-1993")
    assert (len(recipe.input.channels), recipe.input.length) == (8, 200)
    assert (recipe.encoder.name, recipe.metric.name) == ("tdnn", "cosine")
    # Forgeries to a cosine of -0.9; 40 % of all pairs with a forgery, 10 with another's signature.
    assert recipe.loss.margin == pytest.approx(1 - -0.9)
    assert recipe.batch.forged == pytest.approx(0.4 / (0.4 + 0.1))


def test_zagoruyko_is_as_the_paper_says():
    recipe = load_recipe("zagoruyko-2015")
    # Section 4.1: 64x64 patches, one hidden layer on both descriptors; section 3.2: a hinge of
    # margin 1, momentum 0.9, weight decay 0.0005, batches of 128.
    assert recipe.input.size == (64, 64)
    assert (recipe.encoder.name, recipe.encoder.maps) == ("zagoruyko", (96, 192, 256))
    assert (recipe.metric.name, recipe.loss.name, recipe.loss.margin) == ("decision", "hinge", 1.0)
    optimizer = recipe.optimizer
    assert (optimizer.name, optimizer.momentum, optimizer.weight_decay) == ("sgd", 0.9, 5e-4)
    assert recipe.batch.size == 128
    assert [row.changes for row in recipe.reproduction.rows] == [
        (),
        ("tie=separate",),
        ("tie=joint",),
    ]


def test_neculoiu_is_as_the_paper_says():
    encoder = load_recipe("neculoiu-2016").encoder
    # Section 3: LSTMs of 64 units both ways, their mean over time, a dense layer of 128, cosine.
    assert (encoder.hidden, encoder.both_ways, encoder.pool) == (64, True, "mean")
    assert encoder.embedding_size == 128
    assert load_recipe("neculoiu-2016").metric.name == "cosine"


def test_hoffer_has_the_papers_network_distance_and_loss():
    recipe = load_recipe("hoffer-2015")
    assert (recipe.encoder.name, recipe.encoder.maps) == ("hoffer", "auto")
    # Section 2: Euclidean distances of triplets, their softmax against (0, 1).
    assert (recipe.metric.name, recipe.loss.name) == ("euclidean", "distance-ratio")


def test_the_few_shot_recipes_are_as_their_papers_say():
    snell, vinyals, sung = map(load_recipe, ("snell-2017", "vinyals-2016", "sung-2018"))
    for recipe in (snell, vinyals, sung):
        assert recipe.input.size == (28, 28)
        assert recipe.encoder.maps == 64
        assert (recipe.optimizer.name, recipe.optimizer.learning_rate) == ("adam", 1e-3)
        assert recipe.reproduction.data == "omniglot-vinyals"
        asked = [(row.ways, row.shots) for row in recipe.reproduction.rows]
        assert asked == [(5, 1), (5, 5), (20, 1), (20, 5)]
    # Snell et al., section 3.1: 60 classes, 5 queries each; equation 2 has no temperature.
    assert (snell.batch.ways, snell.batch.shots, snell.batch.queries) == (60, 1, 5)
    assert (snell.metric.name, snell.reader.name) == ("squared-euclidean", "prototype")
    assert (snell.loss.temperature, snell.loss.learned) == (1.0, False)
    # Vinyals et al., section 2.1.1: attention by cosine, whose sum is the probability.
    assert (vinyals.metric.name, vinyals.reader.name) == ("cosine", "attention")
    assert (vinyals.loss.temperature, vinyals.loss.learned) == (1.0, False)
    # Sung et al., sections 3.1 and 3.4: maps, related by a convnet; squared error.
    assert (sung.encoder.name, sung.metric.name) == ("sung", "relation")
    assert (sung.loss.name, sung.batch.ways, sung.batch.shots) == ("squared-error", 20, 1)


def test_full_context_changes_the_reader_alone():
    plain, context = load_recipe("vinyals-2016"), load_recipe("vinyals-2016-fce")
    own = {"name", "about", "small", "reader", "reproduction"}
    assert context.reader.name == "full-context"
    assert plain.model_dump(exclude=own) == context.model_dump(exclude=own)


def test_a_reader_without_episodes_is_refused():
    with pytest.raises(RecipeError, match=r'prototype answers episodes.*batch.kind to "episodes"'):
        load_recipe("snell-2017", ["batch.kind=classes"])


def test_chopra_is_as_the_paper_says_as_far_as_is_known():
    recipe = load_recipe("chopra-2005")
    assert recipe.input.size == (56, 46)
    assert (recipe.encoder.name, recipe.encoder.embedding_size) == ("chopra", 50)
    assert (recipe.metric.name, recipe.loss.name) == ("manhattan", "exponential")
    assert {0.1, 0.075, 0.05} <= set(recipe.evaluation.fars)
    # The bound may not exceed twice the largest distance of two unit vectors of 50 numbers.
    assert recipe.loss.bound == 10 < 2 * 50**0.5
    assert (recipe.split.by, recipe.split.folds) == ("label", 5)


def test_signet_is_as_the_paper_says():
    recipe = load_recipe("signet-2017")
    # Table 1: the network and its input; table 2: optimiser, batch, epochs.
    assert recipe.input.size == (155, 220)
    assert (recipe.encoder.name, recipe.encoder.stride) == ("signet", 1)
    optimizer = recipe.optimizer
    assert (optimizer.name, optimizer.learning_rate) == ("rmsprop", 1e-4)
    # Their momentum is RMSprop's memory (0.9 here always), as in their program.
    assert (optimizer.momentum, optimizer.weight_decay) == (0.0, 5e-4)
    assert (recipe.batch.size, recipe.training.epochs) == (128, 20)
    assert (recipe.metric.name, recipe.loss.name) == ("euclidean", "contrastive")
    assert (recipe.loss.margin, recipe.batch.forged) == (1.0, 0.99)
    assert (recipe.split.by, recipe.split.folds) == ("label", 5)


def test_santoro_is_as_the_paper_says():
    recipe = load_recipe("santoro-2016")
    # Supplement: an LSTM of 200, 128 slots of 40, 4 heads, decay 0.99, 16 episodes a step.
    memory = recipe.memory
    assert (memory.hidden, memory.slots, memory.width) == (200, 128, 40)
    assert (memory.heads, memory.decay) == (4, 0.99)
    # Section 4.2: 20x20 pixels, 5 classes with 10 items each; small rotations and shifts.
    assert recipe.input.size == (20, 20)
    batch = recipe.batch
    assert (batch.kind, batch.ways, batch.items, batch.size) == ("sequences", 5, 10, 16)
    assert recipe.augment.rotation == pytest.approx(180 / 16)
    assert recipe.augment.shift * 105 == pytest.approx(10, abs=0.05)


def test_mueller_is_as_the_paper_says():
    recipe = load_recipe("mueller-2016")
    # Section 3: an LSTM of 50 units for both sentences, exp of the negative L1, squared error.
    assert (recipe.tie, recipe.encoder.name, recipe.encoder.hidden) == ("shared", "bilstm", 50)
    assert (recipe.metric.name, recipe.loss.name, recipe.loss.by) == ("manhattan", "graded", "exp")
    # Section 4.1: pre-trained on pairs of older tasks, those that STS-B was made of.
    assert recipe.pretraining.data == "stsb"


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        (["loss.middle=1"], r"loss\.middle is for the logistic curve, and loss\.by is exp"),
        (["loss.by=linear"], r"loss\.spread is for .* and loss\.by is linear"),
    ],
)
def test_what_shapes_one_curve_is_refused_of_another(changes, sentence):
    with pytest.raises(RecipeError, match=sentence):
        load_recipe("mueller-2016", changes)
