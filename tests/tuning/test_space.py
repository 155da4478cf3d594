"""What a search may change, and what it may not."""

from __future__ import annotations

import tomllib

import pytest
from optuna.trial import FixedTrial

from gemel.errors import RecipeError
from gemel.recipe.files import check_recipe, load_recipe, recipe_text
from gemel.tuning.space import check_space, own_values, with_values
from gemel.tuning.trial import suggested


def searching(*lines):
    return load_recipe("default", [f"tune={{{', '.join(lines)}}}"])


SCHEDULES = '"schedule.name" = {choices = ["cosine", "exponential"]}'
FACTOR = '"schedule.factor" = {low = 0.9, high = 0.99, when = {"schedule.name" = "exponential"}}'


def test_kochs_ranges_are_the_papers():
    tune = load_recipe("koch-2015").tune
    layers = ("conv1", "conv2", "conv3", "conv4", "dense", "score")
    for layer in layers:
        rate = tune[f"optimizer.layers.{layer}.learning_rate"]
        assert (rate.low, rate.high, rate.log) == (1e-4, 1e-1, True)
        assert tune[f"optimizer.layers.{layer}.momentum"].ends == (0, 1)
        assert tune[f"optimizer.layers.{layer}.weight_decay"].ends == (0, 0.2)  # 2 λ
    for place in range(4):
        assert tune[f"encoder.kernels.{place}"].ends == (3, 20)
        maps = tune[f"encoder.maps.{place}"]
        assert (maps.ends, maps.step) == ((16, 256), 16)
    assert tune["encoder.embedding_size"].ends == (128, 4096)
    assert len(tune) == 3 * len(layers) + 4 + 4 + 1
    check_space(load_recipe("koch-2015"))


def test_a_search_begins_at_the_recipes_own_values_as_far_as_its_ranges_hold_them():
    recipe = load_recipe("koch-2015", ["encoder.kernels=[25, 7, 4, 4]"])
    own = own_values(recipe)
    assert own["encoder.kernels.1"] == 7
    assert own["optimizer.layers.dense.learning_rate"] == 1e-3
    assert set(recipe.tune) - set(own) == {"encoder.kernels.0"}


def test_values_take_their_places_in_the_recipe():
    recipe = load_recipe("koch-2015")
    changed = with_values(recipe, {"encoder.kernels.2": 3, "optimizer.layers.conv1.momentum": 0.1})
    assert changed.encoder.kernels == (10, 7, 3, 4)
    assert changed.optimizer.layers["conv1"].momentum == 0.1
    assert with_values(changed, own_values(recipe)) == recipe


def test_a_part_is_chosen_before_its_settings_in_whatever_order_they_come():
    values = {"optimizer.momentum": 0.9, "optimizer.learning_rate": 0.05, "optimizer.name": "sgd"}
    tried = with_values(load_recipe("default"), values).optimizer
    asked = [f"{key}={value}" for key, value in values.items()]
    assert load_recipe("default", asked).optimizer == tried
    assert (tried.name, tried.learning_rate, tried.momentum) == ("sgd", 0.05, 0.9)


@pytest.mark.parametrize(
    ("line", "value", "holds"),
    [
        ("low = 1, high = 3", 2, True),
        ("low = 1, high = 3", 1.5, False),
        ("low = 1, high = 3", True, False),
        ("low = 1.0, high = 3", 1.5, True),
        ("low = 0.0, high = 0.3, step = 0.1", 0.3, True),
        ("low = 0.0, high = 0.3, step = 0.02", 0.013, False),
        ("low = 0.0, high = 0.3", 0.31, False),
        ("low = 0.0, high = 0.3", "0.1", False),
    ],
)
def test_what_a_range_holds(line, value, holds):
    searched = searching(f'"loss.temperature" = {{{line}}}').tune["loss.temperature"]
    assert searched.holds(value) is holds


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ('"seed" = {low = 1, high = 3}', r"tune\.seed cannot be searched, since trials must be"),
        ('"split.test" = {low = 0.1, high = 0.3}', r"tune\.split\.test cannot be searched"),
        ('"loss.margin" = {low = 1, high = 3}', r"no setting loss\.margin; there are"),
        ('"encoder.width" = {low = 0, high = 8}', r"encoder\.width must be greater than 0, got 0"),
        ('"encoder.width" = {low = 1, hihg = 8}', r"did you mean 'high'\?"),
        ('"encoder.width" = {low = 9, high = 8}', "low below high: got low=9, high=8"),
        ('"encoder.width" = {low = 1}', "either low and high, or choices: got low=1"),
        ('"encoder.width" = {low = 0, high = 8, log = true}', "begins above 0 and has no step"),
        ('"encoder.width" = {low = 1, high = 8, step = 1.5}', "has a whole step: got step=1.5"),
        ('"encoder.width" = {low = 1, high = 8, step = 0}', "the step of a range is above 0"),
        ('"encoder.width" = {choices = [8, 9], log = true}', "choices have no low, high, log"),
        ('"encoder.width" = {choices = [8, 9], low = 1}', "choices have no low, high, log"),
        ('"encoder.width" = {choices = [8]}', "choices must be a list of at least 2 items"),
        ('"encoder.width" = 3', r"tune\.encoder\.width must be .*, got 3"),
        ('"augment.scale.2" = {low = 1.0, high = 2.0}', "a number from 0 to 1, got '2'"),
    ],
)
def test_what_cannot_be_searched_is_one_sentence(line, sentence):
    with pytest.raises(RecipeError, match=sentence) as told:
        check_space(searching(line))
    assert "\n" not in str(told.value)


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        ((FACTOR, SCHEDULES), r"tune\.schedule\.factor\.when names settings that stand above it"),
        ((FACTOR,), r"among their choices: got schedule\.name = \['exponential'\]"),
        ((SCHEDULES, FACTOR.replace("exponential", "step")), r"got schedule\.name = \['step'\]"),
        ((SCHEDULES, FACTOR.replace("exponential", "cosine")), "is for an exponential schedule"),
        ((SCHEDULES, FACTOR.partition(", when")[0] + "}"), "is for an exponential schedule"),
        ((SCHEDULES, FACTOR.partition("{")[0] + "{low = 0.9, high = 1, when = 3}"), "a section"),
    ],
)
def test_a_condition_that_cannot_be_is_one_sentence(lines, sentence):
    with pytest.raises(RecipeError, match=sentence):
        check_space(searching(*lines))


def test_a_setting_with_a_condition_is_tried_beside_it_alone():
    recipe = searching(SCHEDULES, FACTOR)
    check_space(recipe)
    assert check_recipe(tomllib.loads(recipe_text(recipe)), "again") == recipe
    assert suggested(recipe, FixedTrial({"schedule.name": "cosine", "schedule.factor": 0.95})) == {
        "schedule.name": "cosine"
    }
    values = {"schedule.name": "exponential", "schedule.factor": 0.95}
    assert suggested(recipe, FixedTrial(values)) == values
    assert with_values(recipe, values).schedule.factor == 0.95
    assert own_values(recipe) == {"schedule.name": "cosine"}
    assert own_values(with_values(recipe, values)) == values


def test_conditions_may_depend_on_conditions_and_allow_several_values():
    of_both = '"encoder.embedding_size" = {low = 8, high = 16, when = {"encoder.name" = %s}}'
    names = '"encoder.name" = {choices = ["compact", "koch", "mlp"]}'
    recipe = searching(names, of_both % '["compact", "koch"]')
    check_space(recipe)
    assert recipe.tune["encoder.embedding_size"].when == {"encoder.name": ("compact", "koch")}
    with pytest.raises(RecipeError, match=r"no setting encoder\.embedding_size"):
        check_space(searching(names, of_both % '["compact", "mlp"]'))
    sgd = '"optimizer.name" = {choices = ["adamw", "sgd"]}'
    momentum = '"optimizer.momentum" = {choices = [0.5, 0.9], when = {"optimizer.name" = "sgd"}}'
    start = '"optimizer.momentum_start" = {low = 0.1, high = 0.4, when = {%s = 0.9}}'
    check_space(searching(sgd, momentum, start % '"optimizer.momentum"'))


def test_a_recipe_without_ranges_says_how_to_write_them():
    with pytest.raises(RecipeError, match=r"a section \[tune\], and default has none: add it"):
        check_space(load_recipe("default"))
