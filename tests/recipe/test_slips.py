"""What people get wrong in a recipe, and the sentence that they are told."""

from __future__ import annotations

import string
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gemel.errors import RecipeError
from gemel.recipe.files import check_recipe, load_recipe
from gemel.recipe.named import named_text
from gemel.recipe.schema import Recipe

GIVEN = ("loss.name=contrastive", "batch.kind=pairs", "batch.source=given")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ("sed=3", r"no setting sed; did you mean 'seed'\?"),
        ("minutes=3", r"no setting minutes; did you mean 'training\.minutes'\?"),
        ("optimiser.learning_rate=1", r"no setting optimiser; did you mean 'optimizer'\?"),
        ("training.epoch=3", r"no setting training\.epoch; did you mean 'epochs'\?"),
        ("encoder.widht=3", r"no setting encoder\.widht; did you mean 'width'\?"),
        ("batch.instance=2", r"no setting batch\.instance; did you mean 'instances'\?"),
        (
            "optimizer.layers.conv1.momentumm=0.5",
            r"no setting optimizer\.layers\.conv1\.momentumm; did you mean 'momentum'\?",
        ),
        ("split.tset=0.1", r"no setting split\.tset; did you mean 'test'\?"),
        ("encoder.zzz=1", r"no setting encoder\.zzz; there are: dropout, embedding_size, name"),
        ("loss.margin=0.5", r"no setting loss\.margin; there are: .*temperature"),
    ],
)
def test_an_unknown_setting_says_which_was_meant(change, sentence):
    with pytest.raises(RecipeError, match=sentence):
        load_recipe("default", [change])


def test_one_number_is_the_size_of_a_square():
    assert load_recipe("default", ["input.size=48"]).input.size == (48, 48)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ("seed=-1", r"seed must be greater than or equal to 0, got -1"),
        (f"seed={2**40}", r"seed must be less than 4294967296"),
        ("encoder.width=0", r"encoder\.width must be greater than 0, got 0"),
        ("encoder.width=wide", r"encoder\.width must be .* integer.*, got 'wide'"),
        ("encoder.output=tanh", r"encoder\.output must be .*'unit'.*, got 'tanh'"),
        (
            "encoder.name=vgg",
            "there is no encoder 'vgg'; there are: bag, bilstm, .*compact, contextual, conv",
        ),
        ("encoder.name=compct", r"there is no encoder 'compct'; did you mean 'compact'\?"),
        ("batch.groups=some", r"batch\.groups must be .*'all' or .*integer.*, got 'some'"),
        ("training.minutes=0", r"training\.minutes must be greater than 0"),
        ("training.minutes=inf", r"training\.minutes must be a finite number, got inf"),
        ("input.size=[5000, 64]", r"input\.size\.0 must be less than or equal to 4096, got 5000"),
        ("input.size=48.5", r"input\.size must be a list or 'auto', got 48\.5"),
        (
            "input.kind=series",
            r"encoder\.name=compact takes no items of the kind series: choose another recipe",
        ),
        ("split=3", r"split must be a section, got 3"),
        ("augment.rotation=999", r"augment\.rotation must be less than or equal to 180, got 999"),
        (
            "augment.scale=[1.2, 0.8]",
            r"a scale range is \[low, high\] with low at most high, got \[1\.2, 0\.8\]",
        ),
        ("augment.scale=[1]", r"augment\.scale\.1 is missing"),
        ("augment.scale=[1, 0]", r"augment\.scale\.1 must be greater than 0, got 0"),
        ("augment.mirror=maybe", r"augment\.mirror must be .*'auto' or .*boolean.*, got 'maybe'"),
        ("split.test=2", r"split\.test must be .*"),
        ("loss.temperature=0", r"loss\.temperature must be greater than or equal to 0\.01, got 0"),
        ("loss.temperature=-1", r"loss\.temperature must be .* equal to 0\.01, got -1"),
        ("loss={name='hinge', margin=-3}", r"loss\.margin must be greater than 0, got -3"),
        ("loss={name='triplet', margin=0}", r"loss\.margin must be greater than 0, got 0"),
        ("loss={name='contrastive', margin=0}", r"loss\.margin must be greater than 0, got 0"),
        ("loss={name='exponential', bound=0}", r"loss\.bound must be greater than 0, got 0"),
        (
            "reader={name='attention', temperature=0}",
            r"reader\.temperature must be greater than 0, got 0",
        ),
        ("tie=twisted", r"tie must be 'shared', 'separate' or 'joint', got 'twisted'"),
        ("tie=joint", r"a joint tie has no embeddings for the metric cosine to compare.*decision"),
        ("right.input.colour=grey", r"right is for other ties, and a shared tie.*tie to"),
        ("right.encoder.widht=9", r"there is no setting right\.encoder\.widht; did you mean"),
    ],
)
def test_a_value_that_a_setting_refuses_says_what_it_takes(change, sentence):
    with pytest.raises(RecipeError, match=f"recipe default: {sentence}") as told:
        load_recipe("default", [change])
    assert "literal[" not in str(told.value)
    assert "\n" not in str(told.value)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        (["memory.name=mann"], r"a memory learns from sequences.*set batch\.kind to \"sequences\""),
        (["batch.kind=sequences"], r"a memory learns from sequences.*and memory\.name to \"mann\""),
        (
            ["validation.figure=sequence"],
            r"asks a memory.* set validation\.figure to \"auc\"",
        ),
        (["augment.kind=series"], r"changes no items of the kind image: leave augment\.kind out"),
        (["calibration.target=best"], "a threshold target must be one of .*, got `best`"),
        (["batch.kind=pairs"], r"softmax loss needs .* set batch\.kind to \"classes\""),
        (["loss.name=contrastive", "batch.kind=pairs", "batch.copies=8"], r"batch\.copies repeats"),
        (
            [*GIVEN, "batch.per_epoch=9"],
            r"batch\.per_epoch counts .*\.source is given.*leave it out",
        ),
        ([*GIVEN, "batch.groups=2"], r"batch\.groups is for pairs .*\.source is given"),
        ([*GIVEN, "batch.forged=0.9"], r"batch\.forged is for pairs .*batch\.source=random"),
        (["loss.name=triplet", "batch.kind=pairs"], r"triplet loss needs .* loss\.name to"),
        (
            ["optimizer.momentum=0.9"],
            r"optimizer\.momentum is for sgd and rmsprop, and optimizer\.name is adamw",
        ),
        (
            ["optimizer.name=adam", "optimizer.layers.conv1.momentum=0.9"],
            r"optimizer\.layers\.conv1\.momentum is for sgd and rmsprop, .*\.name is adam",
        ),
        (
            ["optimizer.momentum_start=0.5"],
            r"optimizer\.momentum_start is for sgd and rmsprop.* set optimizer\.name=sgd",
        ),
        (
            ["schedule.factor=0.9"],
            r"factor is for .* \(--set schedule\.factor=\), or set schedule\.name=exponential",
        ),
        (["validation.ways=5"], r"validation\.ways is for one-shot .*validation\.figure is auc"),
        (
            ["validation.trials=99"],
            r"trials is for one-shot.*--set validation\.trials=",
        ),
        (
            ["augment.scale=", "augment.shear=0", "augment.axes=apart"],
            r"augment\.axes is how shear and scale are drawn, and neither is set: leave it out",
        ),
        (
            ["augment={brightness=0.2, mirror=true, probability=0.5}"],
            r"probability is that of rotation, .* none of them is set: .*augment\.rotation=10",
        ),
        (["split.folds=3", "split.test=0.3"], r"split\.test is a share, and with split\.folds=3"),
    ],
)
def test_parts_that_contradict_each_other_are_refused_with_a_way_out(changes, sentence):
    with pytest.raises(RecipeError, match=sentence):
        load_recipe("default", changes)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        (["input.length=70000"], r"input\.length must be less than or equal to 65536, got 70000"),
        (["input.length=64", "input.every=2"], r"input\.length=64 and input\.every=2: leave out"),
        (
            ["input.length=64", "input.most_samples=99"],
            r"input\.most_samples limits .*input\.length=64 .*leave it out \(--set",
        ),
        (["input.channels=['speeed:x']"], r"a channel is a column, one of .* got 'speeed:x'"),
        (["batch.turned=true"], r"batch\.turned makes new labels of pictures, .* kind series"),
        (["batch.kind=trials", "batch.overlaid=0.5"], r"leave batch\.overlaid out"),
    ],
)
def test_what_sequences_cannot_have_is_said_before_they_are_looked_at(changes, sentence):
    with pytest.raises(RecipeError, match=sentence) as told:
        load_recipe("series-default", changes)
    assert "\n" not in str(told.value)


def test_a_recipe_has_one_length():
    assert load_recipe("default", ["training.epochs=3"]).training.minutes is None
    assert load_recipe("koch-2015", ["training.minutes=3"]).training.epochs is None
    tree = load_recipe("default").model_dump(exclude_none=True)
    for training, got in (
        ({"epochs": 1, "minutes": 1}, r"epochs=1, minutes=1\.0"),
        ({}, "epochs=None, minutes=None"),
    ):
        with pytest.raises(RecipeError, match=f"either epochs or minutes, and not both: got {got}"):
            check_recipe(tree | {"training": training}, "mine")


def test_a_part_that_is_left_out_is_named():
    tree = load_recipe("default").model_dump(exclude_none=True)
    del tree["encoder"]
    with pytest.raises(RecipeError, match=r"recipe mine: encoder is missing"):
        check_recipe(tree, "mine")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ("encoder.width", "written key=value, as in loss.temperature=0.2; got 'encoder.width'"),
        ("=3", "written key=value"),
        ("encoder.width.deep=3", "width is a value and has no settings below it"),
        ("encoder=3", "encoder"),
        ("encoder..width=3", "no setting|written key=value"),
    ],
)
def test_a_change_that_cannot_be_made_is_one_sentence(change, sentence):
    with pytest.raises(RecipeError, match=sentence):
        load_recipe("default", ["encoder.width=8", change])


def test_changes_are_toml_where_they_are_and_words_where_not():
    changes = [
        "encoder.name=mlp",
        "encoder.widths = [64, 32]",
        "training.compile=false",
        "training.precision=32",
        'augment.mirror="auto"',
        "about=a = b",
        "name=2024",
        "optimizer.layers.dense.learning_rate=1e-4",
    ]
    recipe = load_recipe("default", changes)
    assert recipe.encoder.widths == (64, 32)
    assert recipe.training.compile is False
    assert recipe.training.precision == "32"
    assert recipe.augment.mirror == "auto"
    assert (recipe.about, recipe.name) == ("a = b", "2024")
    assert recipe.optimizer.layers["dense"].learning_rate == 1e-4


@given(st.text(string.printable, max_size=30))
def test_rubbish_never_gives_a_traceback(text):
    with suppress(RecipeError):
        assert isinstance(load_recipe("default", [text]), Recipe)


def test_a_file_of_ones_own_is_read_and_named_in_errors(tmp_path):
    own = tmp_path / "own.toml"
    own.write_text('[encoder]\nname = "mlp"\n', "utf-8")
    with pytest.raises(RecipeError, match=r"own\.toml: metric is missing"):
        load_recipe(own)
    own.write_text("[encoder\n", "utf-8")
    with pytest.raises(RecipeError, match=r"own\.toml is not a TOML file: .*line 1"):
        load_recipe(own)
    own.write_bytes(b"\xff\xfe")
    with pytest.raises(RecipeError, match=r"own\.toml cannot be read as a recipe"):
        load_recipe(own)
    with pytest.raises(RecipeError, match=r"a name or a TOML file, and .*gone\.toml' is neither"):
        load_recipe(tmp_path / "gone.toml")


def test_a_key_that_is_written_twice_is_the_files_mistake(tmp_path):
    own = tmp_path / "own.toml"
    own.write_text("seed = 1\nseed = 2\n", "utf-8")
    with pytest.raises(RecipeError, match="is not a TOML file"):
        load_recipe(own)


def test_a_place_in_a_list_is_a_number():
    assert load_recipe("koch-2015", ["encoder.kernels.1=5"]).encoder.kernels == (10, 5, 4, 4)
    for change in ("encoder.kernels.4=5", "encoder.kernels.first=5", "encoder.kernels.-1=5"):
        with pytest.raises(RecipeError, match="an index of this list is a number from 0 to 3, got"):
            load_recipe("koch-2015", [change])
    with pytest.raises(RecipeError, match="0 is a value and has no settings below it"):
        load_recipe("koch-2015", ["encoder.kernels.0.size=5"])


def test_nothing_behind_the_equals_sign_takes_the_default_again():
    assert load_recipe("chopra-2005").split.folds == 5
    assert load_recipe("chopra-2005", ["split.folds="]).split.folds is None
    assert load_recipe("default", ["no.such.place="]) == load_recipe("default")


@pytest.mark.parametrize(
    ("key", "value"), [("encoder.name.x", "name"), ("encoder.widths.0", "widths")]
)
def test_what_is_a_value_has_no_default_below_it(key, value):
    with pytest.raises(RecipeError, match=f"'{key}' cannot be left out, since {value} is a value"):
        load_recipe("five-classes-mlp", [f"{key}="])


def test_a_true_accept_rate_is_asked_for_where_it_is_told():
    sentence = r"tar@far=0\.075 is reported only at the rates in evaluation\.fars, .* \[0\.1\]"
    with pytest.raises(RecipeError, match=sentence):
        load_recipe("chopra-2005", ["evaluation.fars=[0.1]"])


def test_a_true_accept_rate_is_written_as_its_figure_is_named():
    row = '{what="faces", protocol="verification", figure="tar@far=0.10"}'
    with pytest.raises(RecipeError, match=r"add 0\.10, or write it as there"):
        load_recipe("chopra-2005", [f"reproduction.rows=[{row}]"])


def test_a_setting_without_its_section_is_told_with_it():
    with pytest.raises(RecipeError, match=r"did you mean 'optimizer\.learning_rate'\?"):
        load_recipe("default", ["learning_rate=0.1"])


@pytest.mark.parametrize(
    ("recipe", "changes", "sentence"),
    [
        (
            "default",
            ["batch.kind=pairs", "loss.name=contrastive", "augment.group.mirror=true"],
            r"augment.group transforms all items of a group alike, and batches of pairs",
        ),
        (
            "default",
            ["tie=separate", "augment.group.rotation=90"],
            r"augment.group transforms .* a separate tie augments each side by itself",
        ),
        (
            "drawing-to-strokes",
            ["augment.group.rotation=90"],
            r"augment.group transforms .* a separate tie augments each side by itself",
        ),
        (
            "default",
            ["augment.group.rotation=90", "augment.untouched=0.5"],
            r"augment.untouched would leave some of them as they are",
        ),
        ("text-default", ["augment.rotation=30"], "texts stay as they are: leave augment out"),
        ("default", [f"encoder.width={10**30}"], "width is at most 9e"),
        ("default", ["optimizer.learning_rate=1e300"], r"learning_rate is at most 1e\+30"),
        ("default", ["batch.kind=pairs", "loss.name=contrastive", "batch.size=1"], "size"),
        ("series-default", ['encoder.name=["bag"]'], "encoder"),
    ],
)
def test_what_would_do_nothing_or_cannot_be_is_refused(recipe, changes, sentence):
    with pytest.raises(RecipeError, match=sentence):
        load_recipe(recipe, changes)


def test_a_pretrained_model_has_its_own_tokens():
    model = ["encoder.name=sentence-transformer", "encoder.folder=mini"]
    assert load_recipe("text-scores", model).input.model == "mini"
    for change in ("tokens=characters", "vocabulary=500", "least_count=2"):
        with pytest.raises(RecipeError, match="is for a learned vocabulary, and a"):
            load_recipe("text-scores", [*model, f"input.{change}"])


def test_what_does_nothing_passes_where_it_is_spelled_out_as_the_default():
    """A run's own recipe spells out everything, and so do some that ship with Gemel."""
    auc = load_recipe("koch-2015", ["validation.figure=auc"])
    assert (auc.validation.figure, auc.validation.trials) == ("auc", 320)
    assert load_recipe("koch-2015", ["schedule.name=cosine"]).schedule.name == "cosine"
    assert load_recipe("chopra-2005", ["split.test=0.2"]).split.folds == 5


def test_a_stem_need_not_say_of_what_kind_it_is():
    series = load_recipe("series-default", ["encoder.stem.values=as-is"])
    assert (series.encoder.stem.kind, series.encoder.stem.values) == ("samples", "as-is")
    texts = load_recipe("text-default", ["encoder.stem.dropout=0.2"])
    assert (texts.encoder.stem.kind, texts.encoder.stem.dropout) == ("tokens", 0.2)


def test_a_recipe_as_notepad_saves_it_is_read(tmp_path):
    """It puts a mark in front that is no part of the text."""
    mine = tmp_path / "mine.toml"
    mine.write_bytes(b"\xef\xbb\xbf" + named_text("default").encode())
    assert load_recipe(mine) == load_recipe("default")
